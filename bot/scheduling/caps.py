"""How many unasked messages somebody, or a room, may get, and which of several goes first."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy.engine import RowMapping

from handlers.contract import PUSHES
from handlers.services.care.days import at, local
from handlers.settings import Cap, Settings
from storage.queries import care, outbox, profile
from storage.tables.people import Person
from storage.work import Work

PEOPLE = ("journey:", "gap_answered", "broadcast:", "challenge:", "activity:")
"""What goes first when somebody may not get all of it today; rules not named here come last."""
ROOMS = ("broadcast:", "welcome", "lecture", "challenge:")
"""The same for a room."""
FIRST_OF_ALL = 2
"""So many of `ROOMS` may use the last post of a day; it is kept for them."""
ASKED_FOR = ("challenge:", "gap_answered")
"""What somebody joined or asked themself: it counts for the day, not for the stage of life."""
NEW, SILENT, WEEK = dt.timedelta(days=7), dt.timedelta(days=30), 7
TREATED = ("治疗", "手术", "化疗", "住院")
WELCOMING = {"newcomer", "adviser-care", "birthday"}
"""Plans that are no sign of a treatment."""


def in_turn(rows: Sequence[RowMapping]) -> list[RowMapping]:
    """The rows, with the unasked ones to one reader or room in the order of their weight among themselves."""
    pushes: dict[tuple[int | None, int | None], list[RowMapping]] = defaultdict(list)
    for row in rows:
        if row["kind"] in PUSHES:
            pushes[row["person_id"], row["room_id"]].append(row)
    ranked = {place: iter(sorted(those, key=_rank)) for place, those in pushes.items()}
    return [next(ranked[row["person_id"], row["room_id"]]) if row["kind"] in PUSHES else row for row in rows]


def _rank(row: RowMapping) -> int:
    table = PEOPLE if row["person_id"] is not None else ROOMS
    return next((place for place, rule in enumerate(table) if row["by"].startswith(rule)), len(table))


def stage(work: Work, settings: Settings, person: Person, now: dt.datetime) -> str:
    """Where somebody stands, from what is known: quiet, newcomer, treatment, longterm."""
    if now - person.last_seen >= SILENT:
        return "quiet"
    plans = {one.playbook for one in care.running(work, person.id, "journey")} - WELCOMING
    told = profile.facts(work, person.id).get("stage", "")
    if plans or person.life == "admitted" or any(word in told for word in TREATED):
        return "treatment"
    return "newcomer" if now - person.first_seen <= NEW else "longterm"


def over_cap(
    work: Work, row: RowMapping, person: Person, settings: Settings, now: dt.datetime, claimed: Sequence[RowMapping]
) -> bool:
    """Whether one more is too many for today or this week; `claimed` are being sent together with it."""
    today = at(local(now, person.zone).date(), "00:00", person.zone)
    got = outbox.pushes_since(work, person.id, today - dt.timedelta(days=WEEK - 1))
    got += [(now, one["by"]) for one in claimed if one["person_id"] == person.id and one["kind"] in PUSHES]
    caps = [Cap(a_day=settings.send.pushes_a_day), *filter(None, [settings.send.channels.get(person.channel)])]
    if any(_full(cap, got, today) for cap in caps):
        return True
    if row["by"].startswith(ASKED_FOR):
        return False
    own: Cap = getattr(settings.send.caps, stage(work, settings, person, now))
    return _full(own, [one for one in got if not one[1].startswith(ASKED_FOR)], today)


def _full(cap: Cap, got: Sequence[tuple[dt.datetime, str]], today: dt.datetime) -> bool:
    of_today = sum(moment >= today for moment, _ in got)
    return of_today >= cap.a_day or (cap.a_week is not None and len(got) >= cap.a_week)


def over_budget(
    work: Work, row: RowMapping, settings: Settings, now: dt.datetime, claimed: Sequence[RowMapping]
) -> bool:
    """Whether a patients' room has heard enough today; its last post is kept for what weighs most."""
    zone, most = settings.community.zone, settings.send.room_posts_a_day
    got = outbox.posts_since(work, row["room_id"], at(local(now, zone).date(), "00:00", zone))
    got += sum(one["room_id"] == row["room_id"] and one["kind"] in PUSHES for one in claimed)
    if most > 1 and _rank(row) >= FIRST_OF_ALL:
        most -= 1
    return bool(got >= most)

"""愿不愿意推荐: one question of 0 to 10, twice a year at most, to those who have been here a month and came this week."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from handlers.contract import Happened, Kind, Outgoing, Scene, stored, to_person
from handlers.services.care.days import day_of
from handlers.services.community import rules
from handlers.services.community.consents import held_back
from handlers.services.community.facts import SIGNS
from handlers.services.community.log import today
from storage.queries import events, questions, standing
from storage.tables.people import Person

BY = "nps"
ASKING = "ask-nps"
ASKED = "nps_asked"
AGAIN, MEMBER, LATELY = dt.timedelta(days=180), 30, dt.timedelta(days=3)
WAITS, GOOD_FOR = dt.timedelta(days=3), dt.timedelta(hours=10)


def daily(scene: Scene, persons: Sequence[Person]) -> tuple[list[Outgoing], list[Happened]]:
    """Ask those whose moment it is; nobody who is ill, locked, grieving, or was asked why they leave."""
    if ASKING in rules.resting(scene):
        return [], []
    day = today(scene)
    may = [one for one in persons if not held_back(one) and (day - day_of(one.first_seen, one.zone)).days >= MEMBER]
    refused = standing.refused(scene.work, [stored(one.id) for one in may], ASKING) if may else set()
    may = [one for one in may if one.id not in refused]
    ever = events.last_days(scene.work, [stored(one.id) for one in may]) if may else {}
    asked = [
        one
        for one in may
        if _its_moment(ever.get(stored(one.id), {}), day)
        and not _quiet(one, scene.now)
        and questions.open_one(scene.work, stored(one.id), None, scene.now) is None
    ]
    waiting = [questions.row(stored(one.id), None, BY, {}, scene.now + WAITS) for one in asked]
    questions.ask_if_free(scene.work, waiting, scene.now)
    messages = [
        to_person(
            stored(one.id),
            scene.words("nps/ask", name=one.name, community=scene.settings.community.name),
            kind=Kind.PUSH,
            by=BY,
            key=f"{BY}:{one.id}:{day}",
            expires=scene.now + GOOD_FOR,
        )
        for one in asked
    ]
    return messages, [Happened(ASKED, {}, stored(one.id)) for one in asked]


def _its_moment(ever: dict[str, tuple[dt.date, int]], day: dt.date) -> bool:
    """They came within these days, and have some history with us."""
    signs = [ever[name] for name in SIGNS if name in ever]
    recent = bool(signs) and day - max(last for last, _ in signs) <= LATELY and sum(count for _, count in signs) >= 10
    fresh = [ever[name][0] for name in (ASKED, "parting_asked") if name in ever]
    return recent and (not fresh or day - max(fresh) > AGAIN)


def _quiet(person: Person, now: dt.datetime) -> bool:
    return person.quiet_until is not None and person.quiet_until > now

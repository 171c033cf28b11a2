"""The send gate: whether a message may go now, must wait, or is held back. Quiet hours live here and nowhere else."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy.engine import RowMapping

from bot.scheduling.caps import over_budget, over_cap
from bot.scheduling.pace import offset
from handlers.contract import PUSHES, UNASKED, Kind
from handlers.services.care.days import next_clock, within
from handlers.services.care.life import LOSS
from handlers.services.community import consents
from handlers.services.staff import breaker
from handlers.services.staff.identity import FROZEN
from handlers.settings import Settings
from playbooks.schema.common import span
from storage.queries import due
from storage.tables.people import Person, Room
from storage.work import Work

CAP, BUDGET, TOGETHER, SPREAD = "cap", "room budget", "together", "spread"
KEPT = (CAP, BUDGET, breaker.REASON)
"""Why something waited is still said of it when that took too long."""
A_MOMENT = dt.timedelta(seconds=2)
"""Until what is due has been written; it then takes what waits for it along."""
PLANNED = ("reminder", "reminder_again", "journey_step", "challenge_day")
"""Slots that bring their person a message."""
ACTIVITY = "activity:"
"""Messages of this rule go only to those who agree to them still."""


class Verdict(StrEnum):
    GO = "go"
    WAIT = "wait"
    HOLD = "held"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Judgement:
    verdict: Verdict
    reason: str = ""
    until: dt.datetime | None = None


GO = Judgement(Verdict.GO)


def judge(
    work: Work,
    row: RowMapping,
    person: Person | None,
    room: Room | None,
    settings: Settings,
    now: dt.datetime,
    claimed: Sequence[RowMapping] = (),
) -> Judgement:
    """What becomes of an outbox row at `now`, to `person` or to `room`.

    `claimed`: what is being claimed together with this one.
    """
    if (last := expires(row, settings)) is not None and now > last:
        return Judgement(Verdict.EXPIRED, row["reason"] if row["reason"] in KEPT else "late")
    if person is not None and (reason := _held(work, row, person, settings, now)):
        return Judgement(Verdict.HOLD, reason)
    if row["kind"] not in PUSHES:
        return GO
    zone = person.zone if person is not None else settings.community.zone
    quiet = settings.send.quiet
    if within(now, quiet.start, quiet.end, zone):
        return Judgement(Verdict.WAIT, "quiet", next_clock(now, quiet.end, zone))
    if person is not None and over_cap(work, row, person, settings, now, claimed):
        return Judgement(Verdict.WAIT, CAP, next_clock(now, quiet.end, zone))
    if room is not None and not room.is_staff and over_budget(work, row, settings, now, claimed):
        return Judgement(Verdict.WAIT, BUDGET, next_clock(now, quiet.end, zone))
    return _with_the_next(work, row, person, settings, now) or GO


def _with_the_next(
    work: Work, row: RowMapping, person: Person | None, settings: Settings, now: dt.datetime
) -> Judgement | None:
    """A push waits, once, for what else is due to its reader in a moment, so that both are one message."""
    if person is None or row["reason"] in (TOGETHER, SPREAD):
        return None
    moment = due.soon(work, person.id, PLANNED, now + span(settings.send.merge_within))
    if moment is None or moment <= now or not _still_good(row, person, settings, moment):
        return None
    return Judgement(Verdict.WAIT, TOGETHER, moment + A_MOMENT)


def spread(row: RowMapping, person: Person | None, settings: Settings, now: dt.datetime, sharing: int) -> dt.datetime:
    """When a push goes that `sharing` readers are to get now: each at a time of their own, so that not all ask at once."""
    knobs = settings.send
    if (
        person is None
        or row["kind"] not in PUSHES
        or sharing < knobs.spread_from
        or row["reason"] in (TOGETHER, SPREAD)
    ):
        return now
    moment = now + offset(person.id, span(knobs.spread))
    return moment if _still_good(row, person, settings, moment) else now


def _still_good(row: RowMapping, person: Person, settings: Settings, moment: dt.datetime) -> bool:
    quiet = settings.send.quiet
    late = row["expires"] is not None and moment >= row["expires"]
    return not late and not within(moment, quiet.start, quiet.end, person.zone)


def expires(row: RowMapping, settings: Settings) -> dt.datetime | None:
    """The last moment to send it: its own, or what holds for its kind; None for safety and what is for staff."""
    if row["expires"] is not None:
        return row["expires"]  # type: ignore[no-any-return]
    stale = settings.send.stale_after
    long = {Kind.PUSH: stale.push, Kind.CARE: stale.push, Kind.REMINDER: stale.reminder, Kind.REPLY: stale.reply}.get(
        row["kind"]
    )
    begins: dt.datetime = row["created_at"]
    return begins + span(long) if long is not None else None


def _held(work: Work, row: RowMapping, person: Person, settings: Settings, now: dt.datetime) -> str:
    """Why a person does not get this at all; "" when they may."""
    if person.frozen_since is not None and _personal(row):
        return FROZEN
    if row["kind"] in UNASKED and person.quiet_until is not None and now < person.quiet_until:
        return "quiet days"
    if row["kind"] not in PUSHES:
        return ""
    if person.unsubscribed:
        return "unsubscribed"
    if person.life and (row["kind"] != Kind.CARE or person.life == LOSS):
        return person.life
    if person.locked:
        return "locked"
    return "consent" if row["by"].startswith(ACTIVITY) and not _agreed(work, settings, person) else ""


def _agreed(work: Work, settings: Settings, person: Person) -> bool:
    return consents.has(work, settings, person.id, consents.MARKETING)


def _personal(row: RowMapping) -> bool:
    """For the eyes of the one whom we know by this id: plans, reminders, records, and what concerns somebody else."""
    about_another = row["about"] is not None and row["about"] != row["person_id"]
    return row["kind"] in UNASKED or row["private"] is not False or about_another

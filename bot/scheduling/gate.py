"""The send gate: whether a message may go now, must wait, or is held back. Quiet hours live here and nowhere else."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy.engine import RowMapping

from handlers.contract import Kind
from handlers.services.care.days import at, local, next_clock, within
from handlers.services.care.life import LOSS
from handlers.services.community import consents
from handlers.services.staff.identity import FROZEN
from handlers.settings import Settings
from storage.queries import outbox
from storage.tables.people import Person
from storage.work import Work

PUSHES = (Kind.PUSH, Kind.CARE)
UNASKED = (*PUSHES, Kind.REMINDER)
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
    work: Work, row: RowMapping, person: Person | None, settings: Settings, now: dt.datetime, claimed: int = 0
) -> Judgement:
    """What becomes of an outbox row at `now`; `person` is its reader, None for a room.

    `claimed`: how many pushes to the same reader are being claimed together with this one.
    """
    if row["expires"] is not None and now > row["expires"]:
        return Judgement(Verdict.EXPIRED, "late")
    if person is not None and person.frozen_since is not None and _personal(row):
        return Judgement(Verdict.HOLD, FROZEN)
    if person is not None and row["kind"] in UNASKED and person.quiet_until is not None and now < person.quiet_until:
        return Judgement(Verdict.HOLD, "quiet days")
    if row["kind"] not in PUSHES:
        return GO
    if person is not None and person.unsubscribed:
        return Judgement(Verdict.HOLD, "unsubscribed")
    if person is not None and person.life and (row["kind"] != Kind.CARE or person.life == LOSS):
        return Judgement(Verdict.HOLD, person.life)
    if person is not None and person.locked:
        return Judgement(Verdict.HOLD, "locked")
    if person is not None and row["by"].startswith(ACTIVITY) and not _agreed(work, settings, person):
        return Judgement(Verdict.HOLD, "consent")
    zone = person.zone if person is not None else settings.community.zone
    quiet = settings.send.quiet
    if within(now, quiet.start, quiet.end, zone):
        return Judgement(Verdict.WAIT, "quiet", next_clock(now, quiet.end, zone))
    if person is not None and _over_cap(work, row["person_id"], settings, now, zone, claimed):
        return Judgement(Verdict.WAIT, "cap", next_clock(now, quiet.end, zone))
    return GO


def _agreed(work: Work, settings: Settings, person: Person) -> bool:
    return consents.has(work, settings, person.id, consents.MARKETING)


def _personal(row: RowMapping) -> bool:
    """For the eyes of the one whom we know by this id: plans, reminders, records, and what concerns somebody else."""
    about_another = row["about"] is not None and row["about"] != row["person_id"]
    return row["kind"] in UNASKED or row["private"] is not False or about_another


def _over_cap(work: Work, person_id: int, settings: Settings, now: dt.datetime, zone: str, claimed: int) -> bool:
    since = at(local(now, zone).date(), "00:00", zone)
    return outbox.pushes_since(work, person_id, since) + claimed >= settings.send.pushes_a_day

"""Plans, readings and reminders."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import bindparam, func, insert
from sqlalchemy import select as core_select
from sqlmodel import col, select

from storage.tables.care import CheckIn, Enrolment, Firing, Reminder
from storage.work import Work

DAYS = (
    core_select(col(CheckIn.day))
    .where(col(CheckIn.person_id) == bindparam("person"), col(CheckIn.day) >= bindparam("since"))
    .distinct()
)
ANY_RUNNING = (
    core_select(col(Enrolment.id))
    .where(
        col(Enrolment.person_id) == bindparam("person"),
        col(Enrolment.kind) == bindparam("kind"),
        col(Enrolment.state) == "running",
    )
    .limit(1)
)
RING = insert(Firing.__table__)  # type: ignore[attr-defined]
KEEP = insert(CheckIn.__table__).returning(CheckIn.__table__.c.id)  # type: ignore[attr-defined]


def enrolments(work: Work, person_id: int, kind: str, playbook: str | None = None) -> list[Enrolment]:
    """All rounds of a person on journeys or challenges, newest last."""
    wanted = select(Enrolment).where(Enrolment.person_id == person_id, Enrolment.kind == kind)
    if playbook is not None:
        wanted = wanted.where(Enrolment.playbook == playbook)
    return list(work.session.exec(wanted.order_by(col(Enrolment.id))).all())


def running(work: Work, person_id: int, kind: str) -> list[Enrolment]:
    """The rounds that a person is on now."""
    if work.connection.execute(ANY_RUNNING, {"person": person_id, "kind": kind}).first() is None:
        return []
    return [one for one in enrolments(work, person_id, kind) if one.state == "running"]


def playbooks_of(work: Work, person_ids: Collection[int], kind: str) -> dict[int, frozenset[str]]:
    """Person → the journeys or challenges they are on now."""
    wanted = select(Enrolment.person_id, Enrolment.playbook).where(Enrolment.kind == kind, Enrolment.state == "running")
    found: dict[int, frozenset[str]] = {}
    for person, playbook in work.session.exec(wanted.where(col(Enrolment.person_id).in_(person_ids))):
        found[person] = found.get(person, frozenset()) | {playbook}
    return found


def enrolment(work: Work, enrolment_id: int) -> Enrolment | None:
    return work.session.get(Enrolment, enrolment_id)


def enrolments_by_id(work: Work, ids: Sequence[int]) -> dict[int, Enrolment]:
    """Enrolments by id."""
    found = work.session.exec(select(Enrolment).where(col(Enrolment.id).in_(set(ids)))).all()
    return {one.id: one for one in found if one.id is not None}


def timings(work: Work) -> set[tuple[str, str]]:
    """(journey, times as planned) of everybody who is on a journey."""
    wanted = select(Enrolment.playbook, Enrolment.timing).where(
        Enrolment.kind == "journey", Enrolment.state == "running"
    )
    return {(playbook, timing) for playbook, timing in work.session.exec(wanted.distinct())}


def planned_otherwise(work: Work, playbook: str, timing: str, most: int) -> list[Enrolment]:
    """Some who are on this journey and whose steps were planned by other times."""
    wanted = select(Enrolment).where(
        Enrolment.kind == "journey",
        Enrolment.state == "running",
        Enrolment.playbook == playbook,
        Enrolment.timing != timing,
    )
    return list(work.session.exec(wanted.order_by(col(Enrolment.id)).limit(most)).all())


def on_challenge(work: Work, playbook: str, state: str = "running") -> list[Enrolment]:
    """Everybody on a challenge."""
    wanted = select(Enrolment).where(Enrolment.playbook == playbook, Enrolment.state == state)
    return list(work.session.exec(wanted.order_by(col(Enrolment.id))).all())


def check_ins(work: Work, person_id: int, since: dt.date | None = None, measure: str | None = None) -> list[CheckIn]:
    """A person's check-ins in order of time."""
    wanted = select(CheckIn).where(CheckIn.person_id == person_id)
    if since is not None:
        wanted = wanted.where(CheckIn.day >= since)
    if measure is not None:
        wanted = wanted.where(CheckIn.measure == measure)
    return list(work.session.exec(wanted.order_by(col(CheckIn.at), col(CheckIn.id))).all())


def check_ins_since(work: Work, person_id: int, since: dt.datetime) -> list[CheckIn]:
    """What a person has checked in since then, oldest first."""
    wanted = select(CheckIn).where(CheckIn.person_id == person_id, CheckIn.at >= since)
    return list(work.session.exec(wanted.order_by(col(CheckIn.id))).all())


def keep(work: Work, rows: Sequence[dict[str, Any]]) -> list[int]:
    """Store check-ins ({person_id, measure, day, at, value, has_photo}); returns their ids."""
    return [int(work.connection.execute(KEEP, row).scalar_one()) for row in rows]


def days(work: Work, person_id: int, since: dt.date) -> set[dt.date]:
    """The local days on which a person checked in."""
    return set(work.connection.execute(DAYS, {"person": person_id, "since": since}).scalars())


def reminders(work: Work, person_id: int) -> list[Reminder]:
    """What a person is reminded of now, oldest first."""
    wanted = select(Reminder).where(Reminder.person_id == person_id, Reminder.state == "running")
    return list(work.session.exec(wanted.order_by(col(Reminder.id))).all())


def all_reminders(work: Work) -> list[Reminder]:
    """What anybody is reminded of now, oldest first."""
    wanted = select(Reminder).where(Reminder.state == "running")
    return list(work.session.exec(wanted.order_by(col(Reminder.id))).all())


def reminder(work: Work, reminder_id: int) -> Reminder | None:
    return work.session.get(Reminder, reminder_id)


def reminders_by_id(work: Work, ids: Sequence[int]) -> dict[int, Reminder]:
    """Reminders by id."""
    found = work.session.exec(select(Reminder).where(col(Reminder.id).in_(set(ids)))).all()
    return {one.id: one for one in found if one.id is not None}


def ring(work: Work, rows: Sequence[dict[str, Any]]) -> None:
    """Store rings ({reminder_id, person_id, slot}) that wait for an answer."""
    if rows:
        work.connection.execute(RING, [row | {"outcome": "open", "repeats": 0} for row in rows])


def outcomes_since(work: Work, person_id: int, since: dt.datetime) -> dict[int, dict[str, int]]:
    """Reminder → outcome → how many rings of it since then had it."""
    wanted = select(Firing.reminder_id, Firing.outcome, func.count()).where(Firing.person_id == person_id)
    found: dict[int, dict[str, int]] = {}
    for number, outcome, count in work.session.exec(
        wanted.where(Firing.slot >= since).group_by(col(Firing.reminder_id), col(Firing.outcome))
    ):
        found.setdefault(number, {})[outcome] = count
    return found


def last_answer(work: Work, person_id: int) -> dt.datetime | None:
    """When this person last said done or skip to any reminder."""
    wanted = select(func.max(Firing.settled_at)).where(Firing.person_id == person_id)
    return work.session.exec(wanted.where(col(Firing.outcome).in_(("done", "skipped")))).first()


def newest_outcomes(work: Work, reminder_id: int, count: int) -> list[str]:
    """What became of the newest rings of this reminder that reached somebody, newest first."""
    wanted = select(Firing.outcome).where(Firing.reminder_id == reminder_id, Firing.outcome != "missed")
    return list(work.session.exec(wanted.order_by(col(Firing.slot).desc()).limit(count)).all())


def unring(work: Work, reminder_id: int, slot: dt.datetime) -> None:
    """Forget a ring that never left."""
    rang = firing(work, reminder_id, slot)
    if rang is not None:
        work.session.delete(rang)
        work.session.flush()


def rang_since(work: Work, reminder_id: int, since: dt.datetime) -> bool:
    """Whether this reminder has rung, or was missed, since then."""
    wanted = select(Firing.id).where(Firing.reminder_id == reminder_id, Firing.slot >= since)
    return work.session.exec(wanted).first() is not None


def firing(work: Work, reminder_id: int, slot: dt.datetime) -> Firing | None:
    wanted = select(Firing).where(Firing.reminder_id == reminder_id, Firing.slot == slot)
    return work.session.exec(wanted).first()


def answered_since(work: Work, reminder_id: int, since: dt.datetime) -> bool:
    """Whether somebody has said done or skip to this reminder after that."""
    wanted = select(Firing.id).where(Firing.reminder_id == reminder_id, col(Firing.outcome).in_(("done", "skipped")))
    return work.session.exec(wanted.where(col(Firing.settled_at) > since)).first() is not None


def open_firings(work: Work, person_id: int, since: dt.datetime, outcome: str = "open") -> Sequence[Firing]:
    """Reminders of this person that rang since then and got no answer yet (or `missed`: could not ring), newest first."""
    wanted = select(Firing).where(Firing.person_id == person_id, Firing.outcome == outcome, Firing.slot >= since)
    return work.session.exec(wanted.order_by(col(Firing.slot).desc(), col(Firing.id).desc())).all()

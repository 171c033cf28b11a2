"""Cases with their threads, and promises."""

from __future__ import annotations

import datetime as dt

from sqlmodel import col, select

from storage.tables.staff import Case, CaseEntry, Promise
from storage.work import Work


def note(work: Work, case: Case, by: int, text: str, now: dt.datetime) -> CaseEntry:
    """Add a message to a case's thread."""
    return work.add(CaseEntry(case_id=case.id or 0, person_id=case.person_id, by=by, at=now, text=text))


def thread(work: Work, case_id: int) -> list[CaseEntry]:
    """All messages of a case, oldest first."""
    return list(work.session.exec(select(CaseEntry).where(CaseEntry.case_id == case_id).order_by(col(CaseEntry.id))))


def newest(work: Work, person_id: int, room_id: int | None = None) -> Case | None:
    """The case that this person has last heard or said something of; in a room only one that was asked there."""
    spoken = col(CaseEntry.id).desc()
    wanted = select(Case).join(CaseEntry, col(CaseEntry.case_id) == col(Case.id)).where(Case.person_id == person_id)
    if room_id is not None:
        wanted = wanted.where(Case.room_id == room_id)
    return work.session.exec(wanted.order_by(spoken).limit(1)).first()


def last_in_room(work: Work, room_id: int, since: dt.datetime) -> Case | None:
    """The case that was asked in this room last."""
    wanted = select(Case).where(Case.room_id == room_id, col(Case.opened_at) >= since)
    return work.session.exec(wanted.order_by(col(Case.id).desc()).limit(1)).first()


def open_of(work: Work, person_id: int) -> Case | None:
    """The newest case of this person that waits for an answer."""
    wanted = select(Case).where(Case.person_id == person_id, Case.state == "open")
    return work.session.exec(wanted.order_by(col(Case.id).desc()).limit(1)).first()


def promise(work: Work, promise_id: int) -> Promise | None:
    return work.session.get(Promise, promise_id)


def open_promises(work: Work, by: int | None = None, case_id: int | None = None) -> list[Promise]:
    """Promises not yet kept, the most urgent first; only those of one person of staff, or of one case."""
    wanted = select(Promise).where(Promise.state == "open").order_by(col(Promise.due_at), col(Promise.id))
    if by is not None:
        wanted = wanted.where(Promise.by == by)
    if case_id is not None:
        wanted = wanted.where(Promise.case_id == case_id)
    return list(work.session.exec(wanted).all())

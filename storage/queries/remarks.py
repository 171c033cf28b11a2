"""What staff noted of people for one another."""

from __future__ import annotations

import datetime as dt

from sqlmodel import col, delete, select

from storage.tables.standing import Remark
from storage.work import Work


def add(work: Work, person_id: int, by: int, text: str, now: dt.datetime) -> None:
    work.add(Remark(person_id=person_id, by=by, text=text, at=now))


def of(work: Work, person_id: int) -> list[Remark]:
    """All of somebody, newest first."""
    wanted = select(Remark).where(Remark.person_id == person_id).order_by(col(Remark.id).desc())
    return list(work.session.exec(wanted))


def drop(work: Work, person_id: int, number: int) -> bool:
    """False when there is no such note of this person."""
    gone = delete(Remark).where(col(Remark.person_id) == person_id, col(Remark.id) == number)
    return work.session.connection().execute(gone).rowcount > 0

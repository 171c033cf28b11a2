"""Somebody's own diary."""

from __future__ import annotations

from sqlmodel import col, delete, func, select

from storage.tables.voices import Diary
from storage.work import Work


def write(work: Work, row: Diary) -> None:
    work.add(row)


def latest(work: Work, person_id: int, limit: int) -> list[Diary]:
    """The newest entries, the newest first."""
    wanted = select(Diary).where(Diary.person_id == person_id).order_by(col(Diary.id).desc()).limit(limit)
    return list(work.session.exec(wanted))


def count(work: Work, person_id: int) -> int:
    return int(work.session.exec(select(func.count()).select_from(Diary).where(Diary.person_id == person_id)).one())


def drop(work: Work, person_id: int, number: int) -> bool:
    """False when this person has no such entry."""
    gone = delete(Diary).where(col(Diary.person_id) == person_id, col(Diary.id) == number)
    return work.session.connection().execute(gone).rowcount > 0

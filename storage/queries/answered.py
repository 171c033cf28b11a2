"""Answers given: the last one in a place, and everybody who received one entry."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import bindparam, case, delete, func, insert, select, update
from sqlalchemy.engine import RowMapping

from storage.tables.knowledge import Answered
from storage.types import Utc
from storage.work import Work

TABLE = Answered.__table__  # type: ignore[attr-defined]
GIVE = insert(TABLE)
LAST = (
    select(TABLE)
    .where(TABLE.c.person_id == bindparam("person"), TABLE.c.at >= bindparam("since", type_=Utc()))
    .order_by(TABLE.c.at.desc(), TABLE.c.id.desc())
)
RECEIVED = (
    select(TABLE)
    .where(TABLE.c.faq_id == bindparam("faq"), TABLE.c.at >= bindparam("since", type_=Utc()))
    .order_by(TABLE.c.id)
)


def give(
    work: Work, person_id: int, room_id: int | None, faq_id: str, version: int, question: str, now: dt.datetime
) -> None:
    """An answer is on its way to this person."""
    row = {"person_id": person_id, "room_id": room_id, "faq_id": faq_id, "version": version, "question": question}
    work.connection.execute(GIVE, row | {"at": now})


def last(work: Work, person_id: int, room_id: int | None, since: dt.datetime) -> RowMapping | None:
    """The newest answer this person got in this place since then."""
    found = work.connection.execute(LAST, {"person": person_id, "since": since}).mappings()
    return next((row for row in found if row["room_id"] == room_id), None)


def given_at(work: Work, person_id: int, moment: dt.datetime) -> list[RowMapping]:
    """The answers that were given to this person at this very moment: those of one message."""
    wanted = select(TABLE).where(TABLE.c.person_id == person_id, TABLE.c.at == moment)
    return list(work.connection.execute(wanted.order_by(TABLE.c.id)).mappings())


def take_back(work: Work, ids: Sequence[int]) -> None:
    """These answers never left."""
    work.connection.execute(delete(TABLE).where(TABLE.c.id.in_(ids)))


def received(work: Work, faq_id: str, since: dt.datetime) -> list[RowMapping]:
    """Every time this entry was given since then, oldest first."""
    return list(work.connection.execute(RECEIVED, {"faq": faq_id, "since": since}).mappings())


def last_in_room(work: Work, room_id: int, since: dt.datetime) -> int | None:
    """Who got an answer in this room last."""
    wanted = select(TABLE.c.person_id).where(TABLE.c.room_id == room_id, TABLE.c.at >= since)
    found: int | None = work.connection.execute(wanted.order_by(TABLE.c.id.desc()).limit(1)).scalar()
    return found


def rate(work: Work, answered_id: int, useful: bool, now: dt.datetime) -> None:
    """What the reader said of an answer; the latest word counts."""
    work.connection.execute(update(TABLE).where(TABLE.c.id == answered_id).values(useful=useful, rated_at=now))


def ratings(work: Work, since: dt.datetime) -> list[tuple[str, int, int, int]]:
    """(faq id, version, useful, not useful) of every version rated since then."""
    useful = func.sum(case((TABLE.c.useful.is_(True), 1), else_=0))
    useless = func.sum(case((TABLE.c.useful.is_(False), 1), else_=0))
    wanted = select(TABLE.c.faq_id, TABLE.c.version, useful, useless)
    wanted = wanted.where(TABLE.c.useful.is_not(None), TABLE.c.rated_at >= since)
    rows = work.connection.execute(wanted.group_by(TABLE.c.faq_id, TABLE.c.version))
    return sorted((faq, version, int(good), int(bad)) for faq, version, good, bad in rows)

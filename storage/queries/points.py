"""The points ledger: each reason is booked once."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import bindparam, func, select
from sqlalchemy.dialects import postgresql, sqlite

from storage.tables.community import Points
from storage.work import Work

TABLE = Points.__table__  # type: ignore[attr-defined]

TOTAL = select(func.coalesce(func.sum(TABLE.c.amount), 0)).where(TABLE.c.person_id == bindparam("person"))
BOOKED = TOTAL.where(TABLE.c.key >= bindparam("first"), TABLE.c.key < bindparam("last"))
BOOK = {
    dialect.name: insert(TABLE).on_conflict_do_nothing().returning(TABLE.c.id)
    for dialect, insert in ((sqlite.dialect, sqlite.insert), (postgresql.dialect, postgresql.insert))
}


def book(work: Work, key: str, person_id: int, amount: int, reason: str, now: dt.datetime) -> bool:
    """Book points; False when this key was booked before."""
    row = {"key": key, "person_id": person_id, "amount": amount, "reason": reason, "at": now}
    return work.connection.execute(BOOK[work.connection.dialect.name], row).first() is not None


def total(work: Work, person_id: int) -> int:
    return int(work.connection.execute(TOTAL, {"person": person_id}).scalar_one())


def booked(work: Work, person_id: int, prefix: str) -> int:
    """The sum of a person's bookings whose key starts with `prefix`."""
    span = {"person": person_id, "first": prefix, "last": prefix + "\uffff"}
    return int(work.connection.execute(BOOKED, span).scalar_one())


def latest(work: Work, person_id: int, limit: int) -> list[tuple[int, str, dt.datetime]]:
    """(amount, reason, at) of the newest bookings."""
    wanted = select(TABLE.c.amount, TABLE.c.reason, TABLE.c.at).where(TABLE.c.person_id == person_id)
    return [tuple(row) for row in work.connection.execute(wanted.order_by(TABLE.c.id.desc()).limit(limit))]

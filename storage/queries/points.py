"""The points ledger: each reason is booked once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from sqlalchemy import bindparam, case, delete, func, select
from sqlalchemy.dialects import postgresql, sqlite

from storage.tables.community import Points
from storage.work import Work

TABLE = Points.__table__  # type: ignore[attr-defined]

TOTAL = select(func.coalesce(func.sum(TABLE.c.amount), 0)).where(TABLE.c.person_id == bindparam("person"))
GROWS = ("earned", "reversed")
"""What counts for the level: it does not fall when points are spent or expire."""
GROWN = TOTAL.where(TABLE.c.kind.in_(GROWS))
BOOKED = TOTAL.where(TABLE.c.key >= bindparam("first"), TABLE.c.key < bindparam("last"))
BOOK = {
    dialect.name: insert(TABLE).on_conflict_do_nothing().returning(TABLE.c.id)
    for dialect, insert in ((sqlite.dialect, sqlite.insert), (postgresql.dialect, postgresql.insert))
}


def book(
    work: Work, key: str, person_id: int, amount: int, reason: str, now: dt.datetime, kind: str = "earned"
) -> bool:
    """Book points; False when this key was booked before."""
    row = {"key": key, "person_id": person_id, "amount": amount, "reason": reason, "at": now, "kind": kind}
    return work.connection.execute(BOOK[work.connection.dialect.name], row).first() is not None


def total(work: Work, person_id: int) -> int:
    return int(work.connection.execute(TOTAL, {"person": person_id}).scalar_one())


def grown(work: Work, person_id: int) -> int:
    """What somebody has earned in all: levels go by this."""
    return int(work.connection.execute(GROWN, {"person": person_id}).scalar_one())


def totals(work: Work, person_ids: Collection[int]) -> dict[int, tuple[int, int]]:
    """Person → (what is left, what was earned in all)."""
    grown = func.sum(case((TABLE.c.kind.in_(GROWS), TABLE.c.amount), else_=0))
    wanted = select(TABLE.c.person_id, func.sum(TABLE.c.amount), grown).where(TABLE.c.person_id.in_(person_ids))
    rows = work.connection.execute(wanted.group_by(TABLE.c.person_id))
    return {person: (int(left), int(all_)) for person, left, all_ in rows}


def amount(work: Work, key: str) -> int | None:
    """What was booked under this key."""
    return work.connection.execute(select(TABLE.c.amount).where(TABLE.c.key == key)).scalar()


def counted(work: Work, person_id: int, prefix: str, since: dt.datetime) -> int:
    """How often somebody was given points under a key that starts so since then."""
    wanted = select(func.count()).where(TABLE.c.person_id == person_id, TABLE.c.at >= since)
    wanted = wanted.where(TABLE.c.key >= prefix, TABLE.c.key < prefix + "\uffff")
    return int(work.connection.execute(wanted.where(TABLE.c.kind == "earned")).scalar_one())


def old(work: Work, before: dt.datetime) -> dict[int, int]:
    """Person → what is left of the points they got before then, the oldest being spent first; nobody with none."""
    early = func.sum(case(((TABLE.c.amount > 0) & (TABLE.c.at < before), TABLE.c.amount), else_=0))
    gone = func.sum(case((TABLE.c.amount < 0, TABLE.c.amount), else_=0))
    rows = work.connection.execute(select(TABLE.c.person_id, early + gone).group_by(TABLE.c.person_id))
    return {person: int(left) for person, left in rows if left > 0}


def empty(work: Work) -> None:
    """The ledger, before it is made anew."""
    work.connection.execute(delete(TABLE))


def everything(work: Work) -> list[tuple[object, ...]]:
    """The whole ledger, without the rows' own ids."""
    wanted = [column for column in TABLE.c if column.name != "id"]
    return [tuple(row) for row in work.connection.execute(select(*wanted).order_by(TABLE.c.key))]


def booked(work: Work, person_id: int, prefix: str) -> int:
    """The sum of a person's bookings whose key starts with `prefix`."""
    span = {"person": person_id, "first": prefix, "last": prefix + "\uffff"}
    return int(work.connection.execute(BOOKED, span).scalar_one())


def latest(work: Work, person_id: int, limit: int) -> list[tuple[int, str, dt.datetime]]:
    """(amount, reason, at) of the newest bookings."""
    wanted = select(TABLE.c.amount, TABLE.c.reason, TABLE.c.at).where(TABLE.c.person_id == person_id)
    return [tuple(row) for row in work.connection.execute(wanted.order_by(TABLE.c.id.desc()).limit(limit))]

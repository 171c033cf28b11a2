"""The append-only log of what happened."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, insert, select

from storage.tables.messaging import Event
from storage.work import Work

TABLE = Event.__table__  # type: ignore[attr-defined]


def log(work: Work, rows: Sequence[dict[str, Any]]) -> None:
    """Append events ({at, name, person_id, room_id, data})."""
    if rows:
        work.connection.execute(insert(TABLE), list(rows))


def counts(work: Work, since: dt.datetime, until: dt.datetime) -> dict[str, int]:
    """Event name → how often in [since, until)."""
    wanted = select(TABLE.c.name, func.count()).where(TABLE.c.at >= since, TABLE.c.at < until)
    return {name: count for name, count in work.connection.execute(wanted.group_by(TABLE.c.name))}


def of_person(work: Work, person_id: int, names: Sequence[str], since: dt.datetime) -> list[tuple[str, dt.datetime]]:
    """(name, at) of what happened to somebody, oldest first."""
    wanted = select(TABLE.c.name, TABLE.c.at).where(TABLE.c.person_id == person_id, TABLE.c.at >= since)
    rows = work.connection.execute(wanted.where(TABLE.c.name.in_(names)).order_by(TABLE.c.at, TABLE.c.id))
    return [(name, at) for name, at in rows]


def active_people(work: Work, since: dt.datetime, until: dt.datetime) -> int:
    """How many different people did something in [since, until)."""
    wanted = select(func.count(TABLE.c.person_id.distinct())).where(TABLE.c.at >= since, TABLE.c.at < until)
    return int(work.connection.execute(wanted).scalar_one())

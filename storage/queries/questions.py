"""What the bot has asked somebody and waits for: at most one open question per person and place."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import bindparam, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from storage.tables.people import Question
from storage.work import Work

TABLE = Question.__table__  # type: ignore[attr-defined]
OPEN = select(TABLE.c.kind, TABLE.c.data).where(
    TABLE.c.person_id == bindparam("person"), TABLE.c.room_id == bindparam("room"), TABLE.c.expires > bindparam("now")
)


def ask(work: Work, person_id: int, room_id: int | None, kind: str, data: Any, expires: dt.datetime) -> None:
    """Remember the question; it replaces the one that was open in this place."""
    insert = (postgresql if work.connection.dialect.name == "postgresql" else sqlite).insert
    row = {"person_id": person_id, "room_id": room_id or 0, "kind": kind, "data": data, "expires": expires}
    fresh = {name: row[name] for name in ("kind", "data", "expires")}
    statement = insert(TABLE).values(**row)
    work.connection.execute(statement.on_conflict_do_update(index_elements=["person_id", "room_id"], set_=fresh))


def open_one(work: Work, person_id: int, room_id: int | None, now: dt.datetime) -> tuple[str, Any] | None:
    """(kind, data) of the question that waits in this place."""
    found = work.connection.execute(OPEN, {"person": person_id, "room": room_id or 0, "now": now}).first()
    return (found.kind, found.data) if found else None


def close(work: Work, person_id: int, room_id: int | None) -> None:
    """The question is answered or dropped."""
    work.connection.execute(delete(TABLE).where(TABLE.c.person_id == person_id, TABLE.c.room_id == (room_id or 0)))

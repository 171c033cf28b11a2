"""What the bot has asked somebody and waits for: at most one open question per person and place."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy import bindparam, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from storage.tables.people import Question
from storage.types import Utc
from storage.work import Work

TABLE = Question.__table__  # type: ignore[attr-defined]
ASK = {}
for _dialect, _insert in ((sqlite.dialect, sqlite.insert), (postgresql.dialect, postgresql.insert)):
    _new = _insert(TABLE)
    _fresh = {name: _new.excluded[name] for name in ("kind", "data", "expires")}
    ASK[_dialect.name] = _new.on_conflict_do_update(index_elements=["person_id", "room_id"], set_=_fresh)
ASK_IF_FREE = {}
for _dialect, _insert in ((sqlite.dialect, sqlite.insert), (postgresql.dialect, postgresql.insert)):
    _new = _insert(TABLE)
    _fresh = {name: _new.excluded[name] for name in ("kind", "data", "expires")}
    _free = (TABLE.c.expires < bindparam("moment", type_=Utc())) | (TABLE.c.kind == _new.excluded.kind)
    ASK_IF_FREE[_dialect.name] = _new.on_conflict_do_update(
        index_elements=["person_id", "room_id"], set_=_fresh, where=_free
    )
OPEN = select(TABLE.c.kind, TABLE.c.data).where(
    TABLE.c.person_id == bindparam("person"), TABLE.c.room_id == bindparam("room"), TABLE.c.expires > bindparam("now")
)

ALL_OPEN = select(TABLE.c.room_id, TABLE.c.kind, TABLE.c.data).where(
    TABLE.c.person_id == bindparam("person"), TABLE.c.expires > bindparam("now")
)


def row(person_id: int, room_id: int | None, kind: str, data: Any, expires: dt.datetime) -> dict[str, Any]:
    """A question for `ask_many`."""
    return {"person_id": person_id, "room_id": room_id or 0, "kind": kind, "data": data, "expires": expires}


def ask_many(work: Work, rows: Sequence[dict[str, Any]]) -> None:
    """Remember questions; each replaces the one that was open in its place."""
    if rows:
        work.connection.execute(ASK[work.connection.dialect.name], rows)


def ask_if_free(work: Work, rows: Sequence[dict[str, Any]], now: dt.datetime) -> None:
    """Remember questions where no other kind of question is open."""
    if rows:
        work.connection.execute(ASK_IF_FREE[work.connection.dialect.name], [one | {"moment": now} for one in rows])


def ask(work: Work, person_id: int, room_id: int | None, kind: str, data: Any, expires: dt.datetime) -> None:
    """Remember the question; it replaces the one that was open in this place."""
    ask_many(work, [row(person_id, room_id, kind, data, expires)])


def open_one(work: Work, person_id: int, room_id: int | None, now: dt.datetime) -> tuple[str, Any] | None:
    """(kind, data) of the question that waits in this place."""
    found = work.connection.execute(OPEN, {"person": person_id, "room": room_id or 0, "now": now}).first()
    return (found.kind, found.data) if found else None


def waits_within(work: Work, person_id: int, now: dt.datetime, span: dt.timedelta) -> bool:
    """Whether a question waits in private that is only good for so long: somebody is in the middle of a talk."""
    wanted = select(TABLE.c.id).where(
        TABLE.c.person_id == person_id, TABLE.c.room_id == 0, TABLE.c.expires > now, TABLE.c.expires <= now + span
    )
    return work.connection.execute(wanted).first() is not None


def all_open(work: Work, person_id: int, now: dt.datetime) -> dict[int, tuple[str, Any]]:
    """Place (0 in private) → (kind, data) of every question that waits for this person."""
    found = work.connection.execute(ALL_OPEN, {"person": person_id, "now": now})
    return {row.room_id: (row.kind, row.data) for row in found}


def close(work: Work, person_id: int, room_id: int | None) -> None:
    """The question is answered or dropped."""
    work.connection.execute(delete(TABLE).where(TABLE.c.person_id == person_id, TABLE.c.room_id == (room_id or 0)))

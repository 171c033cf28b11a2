"""Accepted messages: stored once, done once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from storage.tables.messaging import Inbox
from storage.work import Work

TABLE = Inbox.__table__  # type: ignore[attr-defined]
ATTEMPTS = 3
# Built once: every message needs these, and building a statement costs more than running it.
ACCEPT = {
    dialect.name: insert(TABLE).on_conflict_do_nothing().returning(TABLE.c.id)
    for dialect, insert in ((sqlite.dialect, sqlite.insert), (postgresql.dialect, postgresql.insert))
}
TO_HANDLE = (
    select(TABLE.c.id, TABLE.c.channel, TABLE.c.body)
    .where(TABLE.c.id.in_(bindparam("ids", expanding=True)), TABLE.c.state.in_(("new", "failed")))
    .order_by(TABLE.c.id)
)
DONE = (
    update(TABLE)
    .where(TABLE.c.id == bindparam("inbox"))
    .values(state="done", handled_by=bindparam("by"), body=None, error="")
)


def accept(work: Work, rows: Sequence[dict[str, Any]]) -> list[int]:
    """Store new messages ({channel, message_id, received_at, body}); returns the ids of those not seen before, in order."""
    statement = ACCEPT[work.connection.dialect.name]
    fresh = {"state": "new", "attempts": 0, "handled_by": "", "error": ""}
    ids: list[int] = []
    for row in rows:
        ids.extend(work.connection.execute(statement, row | fresh).scalars())
    return ids


def to_handle(work: Work, ids: Sequence[int]) -> list[tuple[int, str, dict[str, Any]]]:
    """(id, channel, body) of these messages, as far as they still wait, in order of arrival."""
    return [tuple(row) for row in work.connection.execute(TO_HANDLE, {"ids": list(ids)})]


def unfinished(work: Work, after: int = -1, limit: int = 200) -> list[int]:
    """Ids above `after` of messages that a crash or an error left behind, oldest first."""
    wanted = (
        select(TABLE.c.id)
        .where(TABLE.c.state.in_(("new", "failed")), TABLE.c.id > after)
        .order_by(TABLE.c.id)
        .limit(limit)
    )
    return list(work.connection.execute(wanted).scalars())


def done(work: Work, inbox_id: int, handled_by: str) -> None:
    """The message is settled; its words are not kept."""
    work.connection.execute(DONE, {"inbox": inbox_id, "by": handled_by})


def failed(work: Work, inbox_id: int, error: str) -> bool:
    """Count a failure; True when it was the last try and the message is now isolated."""
    tries = work.connection.execute(
        update(TABLE)
        .where(TABLE.c.id == inbox_id)
        .values(state="failed", attempts=TABLE.c.attempts + 1, error=error)
        .returning(TABLE.c.attempts)
    ).scalar_one()
    if tries < ATTEMPTS:
        return False
    work.connection.execute(update(TABLE).where(TABLE.c.id == inbox_id).values(state="isolated"))
    return True


def forget_sender(work: Work, channel: str, platform_id: str) -> int:
    """Delete what is kept of somebody's failed or isolated messages; returns how many there were."""
    kept = select(TABLE.c.id, TABLE.c.body).where(TABLE.c.channel == channel, TABLE.c.body.is_not(None))
    theirs = [row.id for row in work.connection.execute(kept) if row.body["sender"][0] == platform_id]
    return work.connection.execute(delete(TABLE).where(TABLE.c.id.in_(theirs))).rowcount if theirs else 0

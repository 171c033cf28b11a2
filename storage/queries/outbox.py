"""Messages to send and what became of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import RowMapping

from storage.tables.messaging import Outbox
from storage.work import Work

TABLE = Outbox.__table__  # type: ignore[attr-defined]
SAFETY_FIRST = (TABLE.c.kind != "safety", TABLE.c.after, TABLE.c.id)


def add(work: Work, rows: Sequence[dict[str, Any]]) -> None:
    """Store messages to send. A row whose `key` is already there is left out."""
    if not rows:
        return
    insert = (postgresql if work.connection.dialect.name == "postgresql" else sqlite).insert
    work.connection.execute(insert(TABLE).on_conflict_do_nothing(), list(rows))


def waiting(work: Work, now: dt.datetime, limit: int) -> list[RowMapping]:
    """Messages that may go now, safety first, then in order."""
    wanted = select(TABLE).where(TABLE.c.state == "waiting", TABLE.c.after <= now)
    return list(work.connection.execute(wanted.order_by(*SAFETY_FIRST).limit(limit)).mappings())


def next_at(work: Work) -> dt.datetime | None:
    """When the next waiting message may go."""
    found: dt.datetime | None = work.connection.execute(
        select(TABLE.c.after).where(TABLE.c.state == "waiting").order_by(TABLE.c.after).limit(1)
    ).scalar()
    return found


def settle(work: Work, ids: Sequence[int], **values: Any) -> None:
    """Set the outcome (`state=`, `reason=`, `sent_at=`, `receipt=`, `after=`) of messages."""
    if ids:
        work.connection.execute(update(TABLE).where(TABLE.c.id.in_(ids)).values(**values))


def claim(work: Work, ids: Sequence[int]) -> None:
    """About to hand these to a channel; a crash from here on leaves their outcome unknown."""
    settle(work, ids, state="sending", attempts=TABLE.c.attempts + 1)


def in_doubt(work: Work) -> list[RowMapping]:
    """Messages that were being sent when the process died."""
    return list(work.connection.execute(select(TABLE).where(TABLE.c.state == "sending")).mappings())


def counts(work: Work) -> dict[str, int]:
    """How many messages are in each state."""
    rows = work.connection.execute(select(TABLE.c.state, func.count()).group_by(TABLE.c.state))
    return {state: count for state, count in rows}


def pushes_since(work: Work, person_id: int, since: dt.datetime) -> int:
    """How many unasked messages this person was sent since then."""
    wanted = select(func.count()).where(
        TABLE.c.person_id == person_id, TABLE.c.created_at >= since, TABLE.c.kind == "push", TABLE.c.state == "sent"
    )
    return int(work.connection.execute(wanted).scalar_one())


def latest(work: Work, limit: int, state: str | None = None) -> list[RowMapping]:
    """The newest messages, for staff to look at."""
    wanted = select(TABLE).order_by(TABLE.c.id.desc()).limit(limit)
    if state:
        wanted = wanted.where(TABLE.c.state == state)
    return list(work.connection.execute(wanted).mappings())


def by_ids(work: Work, ids: Sequence[int]) -> list[RowMapping]:
    """These messages."""
    return list(work.connection.execute(select(TABLE).where(TABLE.c.id.in_(ids))).mappings())


def forget_words_before(work: Work, moment: dt.datetime) -> int:
    """Remove the words of settled messages older than `moment`; returns how many."""
    gone = update(TABLE).where(
        TABLE.c.state.not_in(("waiting", "sending")), TABLE.c.created_at < moment, TABLE.c.text.is_not(None)
    )
    return work.connection.execute(gone.values(text=None, picture=None)).rowcount

"""Messages to send and what became of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Sequence
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, String, Update, bindparam, cast, func, select, text, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import RowMapping

from storage.tables.messaging import Outbox
from storage.work import Work

TABLE = Outbox.__table__  # type: ignore[attr-defined]
PUSHED = ("push", "care")
UNASKED = (*PUSHED, "reminder")
# Built once: every message needs these, and building a statement costs more than running it.
ADD = {
    dialect.name: insert(TABLE).on_conflict_do_nothing()
    for dialect, insert in ((sqlite.dialect, sqlite.insert), (postgresql.dialect, postgresql.insert))
}
WAITING = (
    select(TABLE)
    .where(TABLE.c.state == "waiting", TABLE.c.after <= bindparam("now"))
    .order_by(TABLE.c.after, TABLE.c.id)
    .limit(bindparam("most"))
)
SAFETY = (
    select(TABLE)
    .where(text("kind = 'safety' AND state = 'waiting'"), TABLE.c.after <= bindparam("now"))  # as its index has it
    .order_by(TABLE.c.after, TABLE.c.id)
    .limit(bindparam("most"))
)
NEXT = select(TABLE.c.after).where(TABLE.c.state == "waiting").order_by(TABLE.c.after).limit(1)
CLAIM = (
    update(TABLE)
    .where(TABLE.c.id.in_(bindparam("ids", expanding=True)))
    .values(state="sending", attempts=TABLE.c.attempts + 1)
)
SENT = (
    update(TABLE)
    .where(TABLE.c.id == bindparam("row"))
    .values(state="sent", reason="", sent_at=bindparam("moment"), receipt=bindparam("platform"))
)


def add(work: Work, rows: Sequence[dict[str, Any]]) -> None:
    """Store messages to send. A row whose `key` is already there is left out."""
    if not rows:
        return
    work.connection.execute(ADD[work.connection.dialect.name], list(rows))


def waiting(work: Work, now: dt.datetime, limit: int) -> list[RowMapping]:
    """Messages that may go now, safety first, then in order."""
    asked = {"now": now, "most": limit}
    first = list(work.connection.execute(SAFETY, asked).mappings())
    others = [row for row in work.connection.execute(WAITING, asked).mappings() if row["kind"] != "safety"]
    return (first + others)[:limit]


def unasked(work: Work, person_ids: Collection[int], until: dt.datetime) -> dict[int, list[RowMapping]]:
    """Reader → what waits to go to them unasked or as a reminder until then, in order; of those only for whom more than one does."""
    waits = (TABLE.c.state.concat("") == "waiting") & (TABLE.c.after <= until)  # concat: look by person, not by state
    waits &= TABLE.c.sent_at.is_(None) & TABLE.c.kind.in_(UNASKED)
    several = select(TABLE.c.person_id).where(TABLE.c.person_id.in_(person_ids), waits)
    several = several.group_by(TABLE.c.person_id).having(func.count() > 1)  # of whom alone the words are opened
    people = list(work.connection.execute(several).scalars())
    found: dict[int, list[RowMapping]] = {}
    if not people:
        return found
    wanted = select(TABLE).where(TABLE.c.person_id.in_(people), waits).order_by(TABLE.c.id)
    for row in work.connection.execute(wanted).mappings():
        found.setdefault(row["person_id"], []).append(row)
    return found


def next_at(work: Work) -> dt.datetime | None:
    """When the next waiting message may go."""
    found: dt.datetime | None = work.connection.execute(NEXT).scalar()
    return found


def settle(work: Work, ids: Sequence[int], **values: Any) -> None:
    """Set the outcome (`state=`, `reason=`, `sent_at=`, `receipt=`, `after=`) of messages."""
    if ids:
        work.connection.execute(
            _settling(tuple(values)), {"ids": list(ids)} | {f"new_{k}": v for k, v in values.items()}
        )


@cache
def _settling(columns: tuple[str, ...]) -> Update:
    """Built once for the same columns, too."""
    wanted = update(TABLE).where(TABLE.c.id.in_(bindparam("ids", expanding=True)))
    return wanted.values({name: bindparam(f"new_{name}") for name in columns})


def claim(work: Work, ids: Sequence[int]) -> None:
    """About to hand these to a channel; a crash from here on leaves their outcome unknown."""
    if ids:
        work.connection.execute(CLAIM, {"ids": list(ids)})


def merge(work: Work, ids: Sequence[int]) -> None:
    """These go as one message, for ever; the first gives it its name."""
    settle(work, ids, merged_into=min(ids))


def sent(work: Work, receipts: Sequence[tuple[int, dt.datetime, str]]) -> None:
    """(id, when, the platform's id) of messages that a channel has given a receipt for."""
    if receipts:
        rows = [{"row": row, "moment": moment, "platform": platform} for row, moment, platform in receipts]
        work.connection.execute(SENT, rows)


def in_doubt(work: Work) -> list[RowMapping]:
    """Messages that were being sent when the process died."""
    return list(work.connection.execute(select(TABLE).where(TABLE.c.state == "sending")).mappings())


def counts(work: Work) -> dict[str, int]:
    """How many messages are in each state."""
    rows = work.connection.execute(select(TABLE.c.state, func.count()).group_by(TABLE.c.state))
    return {state: count for state, count in rows}


def pushes_since(
    work: Work, person_ids: Collection[int], since: dt.datetime
) -> dict[int, list[tuple[dt.datetime, str]]]:
    """Reader → (when, rule) of the unasked messages that they were sent since then, or may have been."""
    found: dict[int, list[tuple[dt.datetime, str]]] = {}
    for moment, counted in _pushed(since):
        wanted = select(TABLE.c.person_id, moment, TABLE.c.by).where(TABLE.c.person_id.in_(person_ids), counted)
        for person, when, rule in work.connection.execute(wanted):
            found.setdefault(person, []).append((when, rule))
    return found


def unanswered(work: Work, person_id: int, since: dt.datetime | None) -> int:
    """How many messages this person got unasked or as a reminder since they wrote; what went together is one."""
    went = TABLE.c.state.in_(("sent", "sending", "unknown")) & TABLE.c.kind.in_(UNASKED)
    wanted = select(func.count(func.distinct(func.coalesce(TABLE.c.merged_into, TABLE.c.id))))
    wanted = wanted.where(TABLE.c.person_id == person_id, went)
    if since is not None:
        wanted = wanted.where(func.coalesce(TABLE.c.sent_at, TABLE.c.after) > since)
    return int(work.connection.execute(wanted).scalar_one())


def posts_since(work: Work, room_id: int, since: dt.datetime) -> int:
    """How many unasked messages this room was sent since then."""
    counts = [select(func.count()).where(TABLE.c.room_id == room_id, counted) for _, counted in _pushed(since)]
    return sum(int(work.connection.execute(wanted).scalar_one()) for wanted in counts)


def _pushed(since: dt.datetime) -> Iterator[tuple[ColumnElement[dt.datetime], ColumnElement[bool]]]:
    """(when, which) of what went unasked, and of what may have gone: apart, so that each has an index of its own."""
    unasked = TABLE.c.kind.in_(PUSHED)
    yield TABLE.c.sent_at, unasked & (TABLE.c.sent_at >= since)
    yield TABLE.c.after, unasked & TABLE.c.state.in_(("sending", "unknown")) & (TABLE.c.after >= since)


def waits_for(work: Work, person_id: int) -> bool:
    """Whether a private message to this person is still on its way."""
    on_its_way = TABLE.c.state.in_(("waiting", "sending")) & TABLE.c.sent_at.is_(None)
    wanted = select(TABLE.c.id).where(TABLE.c.person_id == person_id, on_its_way)
    return work.connection.execute(wanted.limit(1)).first() is not None


def latest(work: Work, limit: int, state: str | None = None) -> list[RowMapping]:
    """The newest messages, for staff to look at."""
    wanted = select(TABLE).order_by(TABLE.c.id.desc()).limit(limit)
    if state:
        wanted = wanted.where(TABLE.c.state == state)
    return list(work.connection.execute(wanted).mappings())


def sent_to(work: Work, person_id: int, limit: int = 20) -> list[RowMapping]:
    """What somebody was sent in private, newest first."""
    wanted = select(TABLE).where(TABLE.c.person_id == person_id, TABLE.c.state == "sent")
    return list(
        work.connection.execute(wanted.order_by(TABLE.c.sent_at.desc(), TABLE.c.id.desc()).limit(limit)).mappings()
    )


def undelivered(work: Work, kind: str, since: dt.datetime) -> dict[int, int]:
    """Reader → how many private messages of this kind have not reached them since then, and will not by themselves."""
    lost = TABLE.c.state.in_(("failed", "unknown", "held", "expired"))
    wanted = (
        select(TABLE.c.person_id, func.count())
        .where(TABLE.c.kind == kind, TABLE.c.created_at >= since, TABLE.c.person_id.is_not(None), lost)
        .group_by(TABLE.c.person_id)
    )
    return {person: count for person, count in work.connection.execute(wanted)}


def unreached(work: Work, since: dt.datetime, person_id: int | None = None) -> list[RowMapping]:
    """Unasked messages and reminders, to this person or to anybody, written since then, that have not gone; in order."""
    whose = TABLE.c.person_id.is_not(None) if person_id is None else TABLE.c.person_id == person_id
    wanted = select(TABLE).where(TABLE.c.created_at >= since, whose, TABLE.c.kind.in_(UNASKED))
    wanted = wanted.where(TABLE.c.state.in_(("failed", "unknown", "held", "expired", "waiting")))
    return list(work.connection.execute(wanted.order_by(TABLE.c.id)).mappings())


def by_ids(work: Work, ids: Sequence[int]) -> list[RowMapping]:
    """These messages."""
    return list(work.connection.execute(select(TABLE).where(TABLE.c.id.in_(ids))).mappings())


def arrived(work: Work, keys: Sequence[str]) -> bool:
    """Whether one of these messages was sent."""
    wanted = select(TABLE.c.id).where(TABLE.c.key.in_(keys), TABLE.c.state == "sent")
    return work.connection.execute(wanted.limit(1)).first() is not None


def retract(work: Work, key: str) -> bool:
    """Take back a message that has not gone, so that its like may be written again; False when it has."""
    waiting = update(TABLE).where(TABLE.c.key == key, TABLE.c.state == "waiting")
    gone = waiting.values(state="held", reason="moved", key=TABLE.c.key + ":moved:" + cast(TABLE.c.id, String))
    return work.connection.execute(gone).rowcount > 0


def messages(work: Work, ids: Sequence[int]) -> dict[int, list[RowMapping]]:
    """Message as it left, by the first of its rows → all its rows."""
    wanted = select(TABLE).where(TABLE.c.id.in_(ids) | TABLE.c.merged_into.in_(ids)).order_by(TABLE.c.id)
    found: dict[int, list[RowMapping]] = {}
    for row in work.connection.execute(wanted).mappings():
        found.setdefault(row["merged_into"] or row["id"], []).append(row)
    return found


def hasten(work: Work, reason: str, now: dt.datetime) -> int:
    """What waits for this reason may go now."""
    held = update(TABLE).where(TABLE.c.state == "waiting", TABLE.c.reason == reason)
    return work.connection.execute(held.values(after=now)).rowcount


def release(work: Work, person_ids: Sequence[int], reason: str, now: dt.datetime) -> int:
    """Private messages held back for this reason wait again; the gate looks whether they are too late."""
    held = update(TABLE).where(TABLE.c.state == "held", TABLE.c.reason == reason, TABLE.c.person_id.in_(person_ids))
    return work.connection.execute(held.where(TABLE.c.text.is_not(None)).values(state="waiting", after=now)).rowcount


def fates(work: Work, since: dt.datetime, until: dt.datetime) -> dict[str, int]:
    """State → how many of the unasked messages to people that were written in [since, until) and are settled."""
    wanted = select(TABLE.c.state, func.count()).where(TABLE.c.created_at >= since, TABLE.c.created_at < until)
    wanted = wanted.where(TABLE.c.kind.in_(("push", "care", "reminder")), TABLE.c.person_id.is_not(None))
    wanted = wanted.where(TABLE.c.state.not_in(("waiting", "sending")))
    return {state: count for state, count in work.connection.execute(wanted.group_by(TABLE.c.state))}


def pushed(work: Work) -> list[tuple[int, dt.datetime]]:
    """(person, when) of every unasked message that was sent to somebody."""
    wanted = select(TABLE.c.person_id, TABLE.c.sent_at).where(TABLE.c.kind.in_(("push", "care")))
    wanted = wanted.where(TABLE.c.person_id.is_not(None), TABLE.c.sent_at.is_not(None))
    return [(person, at) for person, at in work.connection.execute(wanted)]

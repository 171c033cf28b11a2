"""The one table for everything that must happen at a time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import RowMapping

from storage.tables.messaging import Due
from storage.work import Work

TABLE = Due.__table__  # type: ignore[attr-defined]
READY = (
    select(TABLE)
    .where(TABLE.c.state == "waiting", TABLE.c.at <= bindparam("now"))
    .order_by(TABLE.c.at, TABLE.c.id)
    .limit(bindparam("most"))
)
NEXT = select(TABLE.c.at).where(TABLE.c.state == "waiting").order_by(TABLE.c.at).limit(1)
PLAN = {
    dialect.name: insert(TABLE).on_conflict_do_nothing()
    for dialect, insert in ((sqlite.dialect, sqlite.insert), (postgresql.dialect, postgresql.insert))
}


def slot(key: str, kind: str, at: dt.datetime, **more: Any) -> dict[str, Any]:
    """A row for `plan`: `ref`, `person_id`, `expires` (aware), `data` may follow, and `state`, `reason` and `settled_at` of what is
    missed already."""
    empty: dict[str, Any] = {"ref": None, "person_id": None, "expires": None, "data": {}}
    return {
        "key": key,
        "kind": kind,
        "planned": at,
        "at": at,
        "state": "waiting",
        "reason": "",
        "attempts": 0,
        "settled_at": None,
        **(empty | more),
    }


def plan(work: Work, rows: Iterable[dict[str, Any]]) -> None:
    """Store slots made by `slot`. A key that is already there stays as it is: nothing is planned twice."""
    rows = list(rows)
    if not rows:
        return
    work.connection.execute(PLAN[work.connection.dialect.name], rows)


def ready(work: Work, now: dt.datetime, limit: int) -> list[RowMapping]:
    """Slots whose time has come, in order."""
    return list(work.connection.execute(READY, {"now": now, "most": limit}).mappings())


def next_at(work: Work) -> dt.datetime | None:
    """When the next slot is due."""
    found: dt.datetime | None = work.connection.execute(NEXT).scalar()
    return found


def settle(work: Work, ids: Sequence[int], state: str, reason: str, now: dt.datetime) -> None:
    """The slots are `done`, `skipped`, `expired` or `failed`, and why."""
    if ids:
        work.connection.execute(
            update(TABLE).where(TABLE.c.id.in_(ids)).values(state=state, reason=reason, settled_at=now)
        )


def of(work: Work, kind: str, ref: int) -> dict[str, RowMapping]:
    """Key → slot of this owner, whatever its state."""
    wanted = select(TABLE).where(TABLE.c.kind == kind, TABLE.c.ref == ref)
    return {row["key"]: row for row in work.connection.execute(wanted).mappings()}


def move(work: Work, due_id: int, planned: dt.datetime, at: dt.datetime, expires: dt.datetime | None) -> None:
    """Plan the slot anew; one that was dropped or missed before waits again."""
    moved = update(TABLE).where(TABLE.c.id == due_id)
    again = {"state": "waiting", "reason": "", "settled_at": None, "attempts": 0}
    work.connection.execute(moved.values(planned=planned, at=at, expires=expires, **again))


def defer(work: Work, due_id: int, at: dt.datetime) -> None:
    """Look at the slot again at `at`; it stays planned for when it was."""
    work.connection.execute(update(TABLE).where(TABLE.c.id == due_id).values(at=at))


def retry(work: Work, due_id: int, at: dt.datetime) -> int:
    """Try the slot again at `at`; returns how often it has failed."""
    tries = update(TABLE).where(TABLE.c.id == due_id).values(at=at, attempts=TABLE.c.attempts + 1)
    return int(work.connection.execute(tries.returning(TABLE.c.attempts)).scalar_one())


def cancel(work: Work, kind: str, ref: int, now: dt.datetime, reason: str) -> int:
    """Drop the waiting slots of one owner; returns how many there were."""
    gone = update(TABLE).where(TABLE.c.kind == kind, TABLE.c.ref == ref, TABLE.c.state == "waiting")
    return work.connection.execute(gone.values(state="cancelled", reason=reason, settled_at=now)).rowcount


def next_of(work: Work, kind: str, ref: int) -> dt.datetime | None:
    """When this owner's next slot is due."""
    wanted = select(TABLE.c.at).where(TABLE.c.kind == kind, TABLE.c.ref == ref, TABLE.c.state == "waiting")
    found: dt.datetime | None = work.connection.execute(wanted.order_by(TABLE.c.at).limit(1)).scalar()
    return found


def of_person(work: Work, person_id: int, kinds: Sequence[str], until: dt.datetime) -> list[RowMapping]:
    """This person's waiting slots of these kinds that are due by then, in order."""
    wanted = select(TABLE).where(TABLE.c.person_id == person_id, TABLE.c.state == "waiting", TABLE.c.at <= until)
    return list(work.connection.execute(wanted.where(TABLE.c.kind.in_(kinds)).order_by(TABLE.c.at)).mappings())


def until(work: Work, kind: str, moment: dt.datetime) -> list[RowMapping]:
    """Everybody's waiting slots of this kind that are due before then, in order."""
    wanted = select(TABLE).where(TABLE.c.state == "waiting", TABLE.c.kind == kind, TABLE.c.at < moment)
    return list(work.connection.execute(wanted.order_by(TABLE.c.at, TABLE.c.id)).mappings())


def expired(work: Work, kind: str, since: dt.datetime, person_id: int | None = None) -> list[RowMapping]:
    """This person's, or everybody's, slots of this kind that were planned since then and came too late."""
    whose = TABLE.c.person_id.is_not(None) if person_id is None else TABLE.c.person_id == person_id
    wanted = select(TABLE).where(TABLE.c.state == "expired", TABLE.c.kind == kind, TABLE.c.planned >= since, whose)
    return list(work.connection.execute(wanted.order_by(TABLE.c.planned)).mappings())


def soon(work: Work, person_id: int, kinds: Sequence[str], until: dt.datetime) -> dt.datetime | None:
    """When the next slot of these kinds is due for somebody, if it is by then."""
    wanted = select(TABLE.c.at).where(TABLE.c.person_id == person_id, TABLE.c.state == "waiting", TABLE.c.at <= until)
    found: dt.datetime | None = work.connection.execute(
        wanted.where(TABLE.c.kind.in_(kinds)).order_by(TABLE.c.at).limit(1)
    ).scalar()
    return found


def waiting_of(work: Work, kind: str, ref: int) -> RowMapping | None:
    """This owner's next waiting slot."""
    wanted = select(TABLE).where(TABLE.c.kind == kind, TABLE.c.ref == ref, TABLE.c.state == "waiting")
    return work.connection.execute(wanted.order_by(TABLE.c.at).limit(1)).mappings().first()


def amend(work: Work, due_id: int, data: dict[str, Any]) -> None:
    """Replace the data of a waiting slot."""
    work.connection.execute(update(TABLE).where(TABLE.c.id == due_id, TABLE.c.state == "waiting").values(data=data))


def upcoming(work: Work, limit: int) -> list[RowMapping]:
    """The soonest slots of all, for staff to look at."""
    wanted = select(TABLE).where(TABLE.c.state == "waiting").order_by(TABLE.c.at, TABLE.c.id).limit(limit)
    return list(work.connection.execute(wanted).mappings())


def counts(work: Work) -> dict[tuple[str, str, str], int]:
    """(kind, state, reason) → how many."""
    grouped = (TABLE.c.kind, TABLE.c.state, TABLE.c.reason)
    rows = work.connection.execute(select(*grouped, func.count()).group_by(*grouped))
    return {(kind, state, reason): count for kind, state, reason, count in rows}


def outcomes(work: Work) -> list[tuple[dt.datetime, str, str, str, int]]:
    """(planned for, kind, state, reason, how many) of every slot."""
    grouped = (TABLE.c.planned, TABLE.c.kind, TABLE.c.state, TABLE.c.reason)
    rows = work.connection.execute(select(*grouped, func.count()).group_by(*grouped).order_by(TABLE.c.planned))
    return [(planned, kind, state, reason, count) for planned, kind, state, reason, count in rows]


def lag(work: Work, now: dt.datetime) -> float:
    """Seconds since the oldest overdue slot should have happened; 0 when none is overdue."""
    oldest = next_at(work)
    return max(0.0, (now - oldest).total_seconds()) if oldest else 0.0

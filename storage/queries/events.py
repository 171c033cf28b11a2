"""The append-only log of what happened, and its roll-up by person and day. Both are written together, and nowhere else."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import delete, func, insert, select
from sqlalchemy.dialects import postgresql, sqlite

from storage.tables.messaging import Event
from storage.tables.standing import Activity
from storage.work import Work

TABLE = Event.__table__  # type: ignore[attr-defined]
ROLLED = Activity.__table__  # type: ignore[attr-defined]
KEPT = ("points_booked", "honour_given", "segment_entered", "segment_left", "arm_shown", "referral_credited")
"""What somebody has is made of these: they stay as long as the person."""
INSERTS = {sqlite.dialect.name: sqlite.insert, postgresql.dialect.name: postgresql.insert}
PAGE = 5_000


def _roll_up(dialect: str) -> Any:
    new: Any = INSERTS[dialect](ROLLED)
    keys = [ROLLED.c.person_id, ROLLED.c.name, ROLLED.c.day]
    return new.on_conflict_do_update(index_elements=keys, set_={"count": ROLLED.c.count + new.excluded.count})


ROLL_UP = {name: _roll_up(name) for name in INSERTS}


def log(work: Work, rows: Sequence[dict[str, Any]], day: dt.date) -> None:
    """Append events ({at, name, person_id, room_id, data}) of this day of the community."""
    if not rows:
        return
    work.connection.execute(insert(TABLE), list(rows))
    counted = Counter((row["person_id"], row["name"]) for row in rows if row["person_id"] is not None)
    add_up(work, {(person, name, day): count for (person, name), count in counted.items()})


def add_up(work: Work, counted: Mapping[tuple[int, str, dt.date], int]) -> None:
    """Add to the roll-up: (person, name, day) → how many more."""
    if counted:
        rows = [
            {"person_id": person, "name": name, "day": day, "count": count}
            for (person, name, day), count in counted.items()
        ]
        work.connection.execute(ROLL_UP[work.connection.dialect.name], rows)


def forget_before(work: Work, moment: dt.datetime, day: dt.date) -> int:
    """Delete what happened before `moment`, with which `day` begins; returns how many rows there were."""
    old = delete(TABLE).where(TABLE.c.at < moment, TABLE.c.name.not_in(KEPT))
    rolled = delete(ROLLED).where(ROLLED.c.day < day, ROLLED.c.name.not_in(KEPT))
    return work.connection.execute(old).rowcount + work.connection.execute(rolled).rowcount


def pages(work: Work) -> Iterator[list[Any]]:
    """The whole log in the order in which it was written, some thousands at a time."""
    last = 0
    while rows := list(
        work.connection.execute(select(TABLE).where(TABLE.c.id > last).order_by(TABLE.c.id).limit(PAGE))
    ):
        yield rows
        last = rows[-1].id


def count(work: Work) -> int:
    return int(work.connection.execute(select(func.count()).select_from(TABLE)).scalar_one())


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


def moves(work: Work, since: dt.datetime) -> tuple[Counter[str], Counter[str]]:
    """(how many came into each segment, how many left it) since then."""
    wanted = select(TABLE.c.name, TABLE.c.data).where(TABLE.c.at >= since)
    wanted = wanted.where(TABLE.c.name.in_(("segment_entered", "segment_left")))
    came, went = Counter[str](), Counter[str]()
    for name, data in work.connection.execute(wanted):
        (came if name == "segment_entered" else went)[data["segment"]] += 1
    return came, went


def latest_of(work: Work, names: Collection[str], since: dt.datetime) -> dict[int, dt.datetime]:
    """Person → when one of these happened to them last, since then."""
    wanted = select(TABLE.c.person_id, func.max(TABLE.c.at, type_=TABLE.c.at.type)).where(TABLE.c.name.in_(names))
    wanted = wanted.where(TABLE.c.at >= since, TABLE.c.person_id.is_not(None)).group_by(TABLE.c.person_id)
    return {person: at for person, at in work.connection.execute(wanted)}


def numbers(work: Work, name: str, field: str, since: dt.datetime, until: dt.datetime) -> list[float]:
    """What stands in this field of these events in [since, until)."""
    wanted = select(TABLE.c.data).where(TABLE.c.name == name, TABLE.c.at >= since, TABLE.c.at < until)
    return [float(data[field]) for data in work.connection.execute(wanted).scalars() if data.get(field) is not None]


# -- the roll-up ----------------------------------------------------------------------------------


def days_of(work: Work, person_ids: Collection[int], since: dt.date) -> dict[int, list[tuple[str, dt.date, int]]]:
    """Person → (name, day, count) since that day."""
    found: dict[int, list[tuple[str, dt.date, int]]] = defaultdict(list)
    wanted = select(ROLLED).where(ROLLED.c.person_id.in_(person_ids), ROLLED.c.day >= since)
    for row in work.connection.execute(wanted).mappings():
        found[row["person_id"]].append((row["name"], row["day"], row["count"]))
    return found


def last_days(work: Work, person_ids: Collection[int]) -> dict[int, dict[str, tuple[dt.date, int]]]:
    """Person → name → (last day, how often ever)."""
    found: dict[int, dict[str, tuple[dt.date, int]]] = defaultdict(dict)
    last, ever = func.max(ROLLED.c.day), func.sum(ROLLED.c.count)
    wanted = select(ROLLED.c.person_id, ROLLED.c.name, last, ever).where(ROLLED.c.person_id.in_(person_ids))
    for person, name, day, times in work.connection.execute(wanted.group_by(ROLLED.c.person_id, ROLLED.c.name)):
        found[person][name] = (day, int(times))
    return found


def sums(work: Work, names: Collection[str], first: dt.date, last: dt.date) -> dict[int, int]:
    """Person → how often these happened to them in these days, both included."""
    wanted = select(ROLLED.c.person_id, func.sum(ROLLED.c.count))
    wanted = wanted.where(ROLLED.c.name.in_(names), ROLLED.c.day >= first, ROLLED.c.day <= last)
    return {person: int(times) for person, times in work.connection.execute(wanted.group_by(ROLLED.c.person_id))}


def people_with(work: Work, names: Collection[str], first: dt.date, last: dt.date) -> set[int]:
    """Who did one of these in these days, both included."""
    wanted = select(ROLLED.c.person_id).where(ROLLED.c.name.in_(names), ROLLED.c.day >= first, ROLLED.c.day <= last)
    return set(work.connection.execute(wanted.distinct()).scalars())


def rolled_up(work: Work) -> bool:
    """Whether the roll-up has begun; False as well where nothing ever happened."""
    return work.connection.execute(select(ROLLED.c.day).limit(1)).first() is not None


def empty_roll_up(work: Work) -> None:
    """Before it is made anew."""
    work.connection.execute(delete(ROLLED))

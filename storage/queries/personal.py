"""Everything we hold of one person, for export and erasure. Works on every table that names a person."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict
from typing import Any

from sqlalchemy import Table, delete, func, select
from sqlmodel import SQLModel

from storage.data_map import data_map
from storage.queries import erasures, inbox, web
from storage.queries.people import PEOPLE
from storage.tables.people import Person
from storage.tables.staff import Audit
from storage.work import Work

AUDIT = Audit.__table__  # type: ignore[attr-defined]
OURS = {"audit", "verdict"}
"""Kept when a person is erased: the record of what staff did, and the signatures under content that is still served (they
name who acted, not whose data it was)."""


def tables() -> list[Table]:
    """All tables with a `person_id`."""
    return [table for table in SQLModel.metadata.sorted_tables if "person_id" in table.c]


def export(work: Work, person: Person) -> dict[str, Any]:
    """Table → rows of this person, as plain data."""
    found: dict[str, Any] = {"person": [{name: _plain(value) for name, value in asdict(person).items()}]}
    for table in tables():
        rows = work.connection.execute(select(table).where(table.c.person_id == person.id)).mappings()
        if kept := [{name: _plain(value) for name, value in row.items()} for row in rows]:
            found[table.name] = kept
    if looks := _looks(work, person.id):
        found["looked_at"] = looks
    return found


def counts(work: Work, person: Person) -> dict[str, int]:
    """Table → how many rows of this person; tables without any are left out."""
    wanted = {one.name: select(func.count()).select_from(one).where(one.c.person_id == person.id) for one in tables()}
    found = {name: int(work.connection.execute(one).scalar_one()) for name, one in wanted.items()}
    return {name: count for name, count in found.items() if count}


def _looks(work: Work, person_id: int) -> list[dict[str, Any]]:
    """Who of staff looked at their data, when, and with which command."""
    wanted = select(AUDIT.c.at, AUDIT.c.person_id, PEOPLE.c.name.label("by"), AUDIT.c.command).where(
        AUDIT.c.about == person_id
    )
    joined = wanted.select_from(AUDIT.outerjoin(PEOPLE, PEOPLE.c.id == AUDIT.c.person_id)).order_by(AUDIT.c.id)
    rows = work.connection.execute(joined).mappings()
    return [{name: _plain(value) for name, value in row.items()} for row in rows]


def erase(work: Work, person: Person, now: dt.datetime) -> dict[str, int]:
    """Delete every row of this person in one transaction, for backups too; returns table → how many rows went."""
    erasures.mark(work, person, now)
    return _delete(work, person)


def erase_again(work: Work) -> int:
    """In a restored backup: delete whoever was deleted after it was made; returns how many there were."""
    found = list(erasures.meant(work))
    for person in found:
        _delete(work, person)
    return len(found)


def _delete(work: Work, person: Person) -> dict[str, int]:
    gone = {}
    for table in tables():
        if table.name not in OURS:
            gone[table.name] = work.connection.execute(delete(table).where(table.c.person_id == person.id)).rowcount
    notices = SQLModel.metadata.tables["outbox"]
    kin = SQLModel.metadata.tables["relative"]
    gone["relative"] += work.connection.execute(delete(kin).where(kin.c.relative_id == person.id)).rowcount
    gone["outbox"] += work.connection.execute(delete(notices).where(notices.c.about == person.id)).rowcount
    gone["inbox"] = inbox.forget_sender(work, person.channel, person.platform_id)
    if person.channel == "web":
        gone["webmessage"] = web.forget_person(work, person.platform_id)
    gone["person"] = work.connection.execute(delete(PEOPLE).where(PEOPLE.c.id == person.id)).rowcount
    return {name: count for name, count in gone.items() if count}


def erase_health(work: Work, person_id: int) -> None:
    """Delete what is kept only by this person's consent."""
    for table in tables():
        if data_map()[table.name].basis == "consent":
            work.connection.execute(delete(table).where(table.c.person_id == person_id))


def _plain(value: Any) -> Any:
    return value if isinstance(value, str | int | float | bool | list | dict | None) else str(value)

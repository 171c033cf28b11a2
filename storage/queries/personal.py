"""Everything we hold of one person, for export and erasure. Works on every table that names a person."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from sqlalchemy import Table, delete, func, select
from sqlmodel import SQLModel

from storage.data_map import data_map
from storage.queries import inbox, web
from storage.queries.people import PEOPLE
from storage.tables.people import Person
from storage.work import Work

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
    return found


def counts(work: Work, person: Person) -> dict[str, int]:
    """Table → how many rows of this person; tables without any are left out."""
    wanted = {one.name: select(func.count()).select_from(one).where(one.c.person_id == person.id) for one in tables()}
    found = {name: int(work.connection.execute(one).scalar_one()) for name, one in wanted.items()}
    return {name: count for name, count in found.items() if count}


def erase(work: Work, person: Person) -> dict[str, int]:
    """Delete every row of this person in one transaction; returns table → how many rows went."""
    gone = {}
    for table in tables():
        if table.name not in OURS:
            gone[table.name] = work.connection.execute(delete(table).where(table.c.person_id == person.id)).rowcount
    notices = SQLModel.metadata.tables["outbox"]
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

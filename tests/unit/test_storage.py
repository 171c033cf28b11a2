"""The database: one schema, aware times, savepoints, unique keys."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, select, text
from sqlalchemy.exc import StatementError
from sqlmodel import SQLModel

from storage.migrate import upgrade
from storage.queries import due, inbox, outbox, people, profile
from storage.tables.messaging import Due
from storage.types import NaiveTime, Utc, keyring
from storage.work import Database

NOW = dt.datetime(2026, 3, 2, 1, 0, tzinfo=dt.UTC)
KEY, OTHER_KEY = b"one key of thirty-two bytes here", b"another key of thirty-two bytes."


@pytest.fixture()
def database(tmp_path: Path) -> Iterator[Database]:
    keyring.use(KEY)
    made = Database(f"sqlite:///{tmp_path / 'test.db'}")
    upgrade(made)
    yield made
    made.close()


# --- schema ------------------------------------------------------------------------------------------------------


def test_the_migrations_make_the_schema_of_the_tables(database: Database) -> None:
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, SQLModel.metadata) == []


def shape(database: Database) -> dict[str, Any]:
    """What a database says of itself."""
    seen = inspect(database.engine)
    with database.reading() as work:  # whose ids are never given twice
        counted = set(
            work.connection.execute(text("SELECT name FROM sqlite_master WHERE sql LIKE '%AUTOINCREMENT%'")).scalars()
        )
    return {
        table: (
            [(one["name"], str(one["type"]), one["nullable"], one["primary_key"]) for one in seen.get_columns(table)],
            sorted((one["name"], one["column_names"], one["unique"]) for one in seen.get_indexes(table)),
            sorted(one["column_names"] for one in seen.get_unique_constraints(table)),
            table in counted,
        )
        for table in seen.get_table_names()
        if table != "alembic_version"
    }


def test_migrations_and_create_all_agree_to_the_letter(database: Database, tmp_path: Path) -> None:
    fresh = Database(f"sqlite:///{tmp_path / 'fresh.db'}")
    fresh.create_all()
    assert shape(database) == shape(fresh)
    fresh.close()


def test_a_second_upgrade_has_nothing_to_do(database: Database) -> None:
    assert upgrade(database) is False


def test_the_database_is_durable_by_default(database: Database) -> None:
    with database.reading() as work:
        found = {
            name: work.connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in ("journal_mode", "synchronous")
        }
    assert found == {"journal_mode": "wal", "synchronous": 2}


# --- times -------------------------------------------------------------------------------------------------------


def test_a_naive_time_never_reaches_the_database(database: Database) -> None:
    with pytest.raises(NaiveTime, match="没有时区"):
        Utc().process_bind_param(NOW.replace(tzinfo=None), database.engine.dialect)
    with pytest.raises(StatementError, match="没有时区"), database.transaction() as work:
        people.meet(work, "memory", "a", "甲", NOW.replace(tzinfo=None))
    with pytest.raises(StatementError, match="没有时区"), database.reading() as work:
        due.ready(work, NOW.replace(tzinfo=None), 1)


def test_a_time_comes_back_exactly_whatever_its_zone(database: Database) -> None:
    local = dt.datetime(2026, 3, 2, 9, 0, 0, 123_457, tzinfo=dt.timezone(dt.timedelta(hours=8)))
    with database.transaction() as work:
        people.meet(work, "memory", "a", "甲", local)
        people.meet(work, "memory", "old", "乙", dt.datetime(1899, 1, 1, tzinfo=dt.UTC))
    with database.reading() as work:
        seen = {one.platform_id: one.first_seen for one in people.everybody(work)}
    assert seen["a"] == local and seen["a"].tzinfo is dt.UTC and seen["old"].year == 1899


# --- transactions and keys ---------------------------------------------------------------------------------------


def arrived(message_id: str, channel: str = "memory") -> dict[str, Any]:
    return {"channel": channel, "message_id": message_id, "received_at": NOW, "body": {"text": "x"}}


def test_a_savepoint_that_fails_takes_only_its_own_writes_with_it(database: Database) -> None:
    with database.transaction() as work:
        person_id = people.meet(work, "memory", "a", "甲", NOW).id or 0
        profile.set_fact(work, person_id, "before", "1", NOW)
        with pytest.raises(ZeroDivisionError), work.savepoint() as inner:
            people.meet(inner, "memory", "b", "乙", NOW)
            profile.set_fact(inner, person_id, "inside", "2", NOW)
            raise ZeroDivisionError
        with work.savepoint() as inner:
            profile.set_fact(inner, person_id, "after", "3", NOW)
    with database.reading() as work:
        assert set(profile.facts(work, person_id)) == {"before", "after"} and people.count(work) == 1


def test_a_transaction_that_fails_leaves_nothing_and_a_look_writes_nothing(database: Database) -> None:
    with pytest.raises(ZeroDivisionError), database.transaction() as work:
        people.meet(work, "memory", "a", "甲", NOW)
        profile.set_fact(work, 1, "wish", "x", NOW)
        raise ZeroDivisionError
    with database.reading() as work:
        people.meet(work, "memory", "b", "乙", NOW)
    with database.reading() as work:
        assert people.count(work) == 0 and profile.facts(work, 1) == {}


def test_the_same_message_is_stored_once(database: Database) -> None:
    with database.transaction() as work:
        first = inbox.accept(work, [arrived("m1"), arrived("m2"), arrived("m1")])
    with database.transaction() as work:
        inbox.done(work, first[0], "help")
        again = inbox.accept(work, [arrived("m1"), arrived("m3"), arrived("m1", "web")])
        assert len(first) == 2 and len(again) == 2 and not set(first) & set(again)
        assert [one[0] for one in inbox.to_handle(work, first + again)] == [first[1], *again]


def test_a_due_key_is_planned_once_for_ever(database: Database) -> None:
    later = NOW + dt.timedelta(days=1)
    with database.transaction() as work:
        due.plan(work, [due.slot("k", "reminder", NOW), due.slot("k", "reminder", later), due.slot("l", "x", NOW)])
        due.settle(work, [one["id"] for one in due.ready(work, NOW, 9)], "done", "", NOW)
    with database.transaction() as work:
        due.plan(work, [due.slot("k", "reminder", later)])
        rows = work.connection.execute(select(Due.__table__)).mappings().all()  # type: ignore[attr-defined]
    assert [(row["key"], row["at"], row["state"]) for row in rows] == [("k", NOW, "done"), ("l", NOW, "done")]


def test_an_outbox_key_is_stored_once_and_no_key_always(database: Database) -> None:
    row = {
        "inbox_id": None, "created_at": NOW, "after": NOW, "expires": None, "person_id": 1, "room_id": None,
        "kind": "reply", "by": "test", "text": "x", "mentions": [], "picture": None, "on_doubt": "resend",
        "state": "waiting", "reason": "", "attempts": 0, "sent_at": None, "receipt": "",
    }  # fmt: skip
    with database.transaction() as work:
        outbox.add(work, [row | {"key": one} for one in ("a", "a", None, None, "b")])
        outbox.add(work, [row | {"key": "a"}])
        assert outbox.counts(work) == {"waiting": 4}

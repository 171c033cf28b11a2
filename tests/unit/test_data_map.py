"""Every column has a purpose and an end, and the end comes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import JSON, Boolean, Date, Integer, Table, insert, select
from sqlmodel import SQLModel

from storage.data_map import Entry, data_map, forget_due, left_over
from storage.queries import gaps
from storage.types import Sealed, SealedBytes, SealedJson, Utc, keyring
from storage.work import Database, Work

NOW = dt.datetime(2026, 3, 2, 1, 0, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
MAP = data_map()
TABLES = SQLModel.metadata.tables
WORDS = {"said", "text", "question", "answer", "value", "what", "body", "arguments", "picture"}
"""Column names that hold what people wrote or measured."""
OPEN = {("reminder", "said"), ("signedentry", "body")}
"""The rhythm of a reminder in fixed words; reviewed content that everybody may read."""


@pytest.fixture()
def work(tmp_path: Path) -> Iterator[Work]:
    keyring.use(b"one key of thirty-two bytes here")
    database = Database(f"sqlite:///{tmp_path / 'test.db'}", durable=False)
    database.create_all()
    with database.transaction() as found:
        yield found
    database.close()


def test_every_table_and_column_is_in_the_map_and_nothing_else() -> None:
    mapped = {name: sorted(entry.columns) for name, entry in MAP.items()}
    assert mapped == {name: sorted(table.c.keys()) for name, table in TABLES.items()}
    assert all(purpose.strip() for entry in MAP.values() for purpose in entry.columns.values())


def test_words_and_values_are_sealed() -> None:
    sealed = (Sealed, SealedJson, SealedBytes)
    bare = {
        (table.name, column.name)
        for table in TABLES.values()
        for column in table.c
        if column.name in WORDS and not isinstance(column.type, sealed)
    }
    assert bare == OPEN


def test_a_map_says_one_end_and_only_one() -> None:
    with pytest.raises(ValueError, match="只写一个"):
        Entry.model_validate({"what": "x", "basis": "service", "columns": {}, "while": "一直", "special": "别的"})
    with pytest.raises(ValueError, match="只写一个"):
        Entry.model_validate({"what": "x", "basis": "service", "columns": {}})


def filled(table: Table, since: str, moment: dt.datetime) -> dict[str, Any]:
    """A row with something in every column."""

    def value(column: Any) -> Any:
        for kinds, found in (
            ((Utc,), moment if column.name == since else NOW),
            ((SealedBytes,), b"x"),
            ((JSON, SealedJson), []),
            ((Boolean,), True),
            ((Date,), NOW.date()),
            ((Integer,), 1),
        ):
            if isinstance(column.type, kinds):
                return found
        return "x"

    return {column.name: value(column) for column in table.c if column.name != "id"}


def rows(work: Work, table: Table) -> list[Any]:
    return list(work.connection.execute(select(table)).mappings())


@pytest.mark.parametrize("name", [name for name, entry in MAP.items() if entry.keep])
def test_rows_go_when_their_time_is_over_and_not_before(work: Work, name: str) -> None:
    rule, table = MAP[name].keep, TABLES[name]
    assert rule is not None
    work.connection.execute(insert(table).values(filled(table, rule.since, NOW)))
    end = NOW + dt.timedelta(days=rule.days)
    forget_due(work, end - HOUR)
    assert len(rows(work, table)) == 1
    assert left_over(work, end + HOUR) == {name: 1}
    forget_due(work, end + HOUR)
    assert rows(work, table) == [] and left_over(work, end + HOUR) == {}


@pytest.mark.parametrize("name", [name for name, entry in MAP.items() if entry.blank])
def test_words_go_earlier_than_the_row(work: Work, name: str) -> None:
    rule, table = MAP[name].blank, TABLES[name]
    assert rule is not None
    row = filled(table, rule.since, NOW)
    work.connection.execute(insert(table).values(row))
    late = NOW + dt.timedelta(days=rule.days) + HOUR
    forget_due(work, late - 2 * HOUR)
    assert all(rows(work, table)[0][column] == row[column] for column in rule.columns)
    assert forget_due(work, late) == len(rule.columns)
    assert not any(rows(work, table)[0][column] for column in rule.columns)
    assert forget_due(work, late) == 0


def test_what_still_has_to_be_sent_keeps_its_words(work: Work) -> None:
    table = TABLES["outbox"]
    work.connection.execute(insert(table).values({**filled(table, "created_at", NOW), "state": "waiting"}))
    forget_due(work, NOW + dt.timedelta(days=31))
    assert rows(work, table)[0]["text"] == "x"


def test_rows_without_the_time_stay(work: Work) -> None:
    table = TABLES["alert"]
    work.connection.execute(insert(table).values({**filled(table, "cleared_at", NOW), "cleared_at": None}))
    forget_due(work, NOW + dt.timedelta(days=9_999))
    assert len(rows(work, table)) == 1


def test_what_the_map_calls_special_is_done_by_its_own_query(work: Work) -> None:
    assert [name for name, entry in MAP.items() if entry.special] == ["activity", "audit", "event", "gap"]
    table = TABLES["gap"]
    work.connection.execute(insert(table).values({**filled(table, "at", NOW), "draft_id": None}))
    gaps.forget_before(work, NOW + HOUR)
    assert rows(work, table) == []

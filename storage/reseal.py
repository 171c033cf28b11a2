"""Seals with the newest key whatever an older one sealed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import Column, LargeBinary, Table, func, select, type_coerce, update
from sqlmodel import SQLModel

from storage.types import Sealed, SealedBytes, SealedJson, opened, seal
from storage.work import Database, Work

BATCH = 500
Told = Callable[[int, int], None]
"""Is told how many are done, and of how many."""


def reseal(database: Database, told: Told = lambda done, total: None, batch: int = BATCH) -> int:
    """Go through every sealed column, one transaction a batch; returns how many rows changed. May be stopped and begun
    again at any time: what the newest key sealed is left alone. Raises KeyMissing for what no key opens."""
    tables = {table: columns for table in SQLModel.metadata.sorted_tables if (columns := sealed_columns(table))}
    with database.reading() as work:
        counts = [work.connection.execute(select(func.count()).select_from(table)).scalar_one() for table in tables]
    done = changed = 0
    for table, columns in tables.items():
        after = None
        while True:
            with database.transaction() as work:
                seen, after, fresh = _batch(work, table, columns, after, batch)
            done, changed = done + seen, changed + fresh
            told(done, max(done, sum(counts)))
            if seen < batch:
                break
    return changed


def sealed_columns(table: Table) -> list[Column[Any]]:
    return [column for column in table.c if isinstance(column.type, Sealed | SealedBytes | SealedJson)]


def _batch(work: Work, table: Table, columns: list[Column[Any]], after: Any, size: int) -> tuple[int, Any, int]:
    """(rows seen, the last one's key, rows changed)."""
    (key,) = table.primary_key.columns
    raw = [type_coerce(column, LargeBinary).label(column.name) for column in columns]
    wanted = select(key, *raw).order_by(key).limit(size)
    rows = work.connection.execute(wanted if after is None else wanted.where(key > after)).mappings().all()
    changed = 0
    for row in rows:
        old = {column.name: _old(row, column) for column in columns}
        fresh = {name: type_coerce(seal(data), LargeBinary) for name, data in old.items() if data is not None}
        if fresh:
            work.connection.execute(update(table).where(key == row[key.name]).values(fresh))
            changed += 1
    return len(rows), rows[-1][key.name] if rows else after, changed


def _old(row: Any, column: Column[Any]) -> bytes | None:
    """What an older key sealed."""
    sealed = row[column.name]
    if sealed is None:
        return None
    data, newest = opened(bytes(sealed))
    return None if newest else data

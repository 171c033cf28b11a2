"""The floor under everything that keeps a message: bare sqlite3, one commit a message, WAL and synchronous=FULL."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path

from tests.benchmarks.messages import PEOPLE

TABLES = """
CREATE TABLE event (id INTEGER PRIMARY KEY, person INTEGER, at INTEGER, body TEXT);
CREATE TABLE member (id INTEGER PRIMARY KEY, name TEXT, count INTEGER);
"""


def floor(file: Path, count: int) -> list[float]:
    """Seconds of each of `count` messages: insert one event, read one member, update one counter, commit."""
    connection = _opened(file)
    spent: list[float] = []
    for number in range(count):
        started = time.perf_counter()
        _message(connection, number)
        spent.append(time.perf_counter() - started)
    connection.close()
    return spent


def _opened(file: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(file, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.executescript(TABLES)
    members = ((number, f"病友{number}") for number in range(PEOPLE))
    connection.executemany("INSERT INTO member VALUES (?, ?, 0)", members)
    return connection


def _message(connection: sqlite3.Connection, number: int) -> None:
    person = number % PEOPLE
    connection.execute("BEGIN IMMEDIATE")
    connection.execute("INSERT INTO event (person, at, body) VALUES (?, ?, ?)", (person, number, "打卡 血压 120/80"))
    connection.execute("SELECT id, name, count FROM member WHERE id = ?", (person,)).fetchone()
    connection.execute("UPDATE member SET count = count + 1 WHERE id = ?", (person,))
    connection.execute("COMMIT")

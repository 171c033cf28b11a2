"""The floor under everything that keeps a message: bare sqlite3, one commit a message, WAL and synchronous=FULL."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path

from tests.benchmarks.messages import PEOPLE

TABLES = """
DROP TABLE IF EXISTS event;
DROP TABLE IF EXISTS member;
CREATE TABLE event (id INTEGER PRIMARY KEY, person INTEGER, at INTEGER, body TEXT);
CREATE TABLE member (id INTEGER PRIMARY KEY, name TEXT, count INTEGER);
"""


class Floor:
    """A database of its own with 200 members."""

    def __init__(self, file: Path) -> None:
        self._connection = sqlite3.connect(file, isolation_level=None)
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.execute("PRAGMA synchronous=FULL")
        self._connection.executescript(TABLES)
        members = ((number, f"病友{number}") for number in range(PEOPLE))
        self._connection.executemany("INSERT INTO member VALUES (?, ?, 0)", members)

    def message(self, number: int) -> float:
        """Seconds to insert one event, read one member, update one counter and commit."""
        person, run = number % PEOPLE, self._connection.execute
        started = time.perf_counter()
        run("BEGIN IMMEDIATE")
        run("INSERT INTO event (person, at, body) VALUES (?, ?, ?)", (person, number, "打卡 血压 120/80"))
        run("SELECT id, name, count FROM member WHERE id = ?", (person,)).fetchone()
        run("UPDATE member SET count = count + 1 WHERE id = ?", (person,))
        run("COMMIT")
        return time.perf_counter() - started

    def close(self) -> None:
        self._connection.close()


def rate(file: Path, count: int) -> float:
    """Messages a second, one after another."""
    floor = Floor(file)
    seconds = sum(floor.message(number) for number in range(count))
    floor.close()
    return count / seconds

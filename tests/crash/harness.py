"""Starts the victim, kills it, and holds the books it left behind against what was offered."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from sqlalchemy import func, select

from bot.config import ROOT
from storage.migrate import upgrade
from storage.queries import due, people, profile
from storage.tables.care import CheckIn, Firing, Reminder
from storage.tables.messaging import Due, Inbox, Outbox
from storage.types import keyring
from storage.work import Database
from tests.crash.offered import KEY, MESSAGES, PEOPLE, REMINDERS, START, author, handler, kind, rings

AGAIN = 3
"""So many acknowledged messages are offered once more in every life, as platforms do."""


class Victim:
    """The warm process; every order makes it fork one life."""

    def __init__(self) -> None:
        environment = os.environ | {"OPENBLAS_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}
        command = [sys.executable, "-m", "tests.crash.victim"]
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(
            command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, text=True, cwd=ROOT, env=environment
        )
        assert self.lines.readline() == "warm\n"

    @property
    def lines(self) -> IO[str]:
        assert self._process.stdout is not None
        return self._process.stdout

    def live(self, folder: Path, offer: list[int], freeze: str | None = None) -> Iterator[list[str]]:
        """What this life says, word by word, until it is gone."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"folder": str(folder), "offer": offer, "freeze": freeze}) + "\n")
        self._process.stdin.flush()
        for line in self.lines:
            if line == "gone\n":
                return
            yield line.split()
        raise AssertionError("the warm process has died")

    def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(timeout=30)
        self.lines.close()


@dataclass
class Run:
    """500 messages, offered life after life until all are acknowledged and everything is settled."""

    victim: Victim
    folder: Path
    chance: random.Random
    total: int = MESSAGES
    acknowledged: set[int] = field(default_factory=set)
    kills: int = 0
    settled: bool = False

    def live(self, acknowledge: int | None, freeze: str | None = None) -> None:
        """One life; killed after so many acknowledgements, or where it freezes, or not at all."""
        offer = [number for number in range(self.total) if number not in self.acknowledged]
        offer += self.chance.sample(sorted(self.acknowledged), min(AGAIN, len(self.acknowledged)))
        pid, heard, killed = 0, 0, False
        for word, *more in self.victim.live(self.folder, offer, freeze):
            assert word != "died", f"not by our hand: {more}"
            if word == "born":
                pid = int(more[0])
            elif word == "ack":
                self.acknowledged.add(int(more[0]))
                heard += 1
            self.settled = self.settled or word == "settled"
            if not killed and (word == "frozen" or (acknowledge is not None and heard >= acknowledge)):
                os.kill(pid, signal.SIGKILL)
                killed = True
        self.kills += killed and not self.settled


@contextmanager
def opened(folder: Path) -> Iterator[Database]:
    keyring.use(KEY)
    database = Database(f"sqlite:///{folder / 'crash.db'}")
    try:
        yield database
    finally:
        database.close()


def plant(folder: Path) -> None:
    """A migrated database in which everybody has agreed, and some are to be reminded while messages arrive."""
    with opened(folder) as database:
        upgrade(database)
        with database.transaction() as work:
            for number in range(PEOPLE):
                person = people.meet(work, "memory", author(number).id, author(number).name, START)
                profile.give_consent(work, person.id or 0, "health", 1, START, None)
            for number, moment in enumerate(rings()):
                row = Reminder(
                    person_id=number + 1, what=f"吃药{number}", rule="", said="一次", first=moment, created_at=START
                )
                reminder = work.add(row)
                key = f"reminder:{reminder.id}:{moment:%Y%m%dT%H%M}"
                slot = due.slot(key, "reminder", moment, ref=reminder.id, person_id=number + 1)
                due.plan(work, [slot])


def account(folder: Path, total: int = MESSAGES) -> None:
    """Nothing lost, nothing twice, nothing left over, database whole."""
    journal = (folder / "journal").read_text().split()
    with opened(folder) as database, database.reading() as work:
        run = work.connection.execute
        assert work.connection.exec_driver_sql("PRAGMA integrity_check").scalars().all() == ["ok"]
        inbox = list(run(select(Inbox.__table__)).mappings())  # type: ignore[attr-defined]
        outbox = list(run(select(Outbox.__table__)).mappings())  # type: ignore[attr-defined]
        slots = Counter(row.state for row in run(select(Due.__table__.c.state)))  # type: ignore[attr-defined]
        check_ins = run(select(func.count()).select_from(CheckIn)).scalar()
        firings = run(select(func.count()).select_from(Firing)).scalar()
    by_id = {row["id"]: int(row["message_id"][1:]) for row in inbox}
    assert sorted(by_id.values()) == list(range(total)), "every message is in the inbox once"
    assert {row["state"] for row in inbox} == {"done"} and {row["attempts"] for row in inbox} == {0}
    assert all(row["handled_by"] == handler(by_id[row["id"]]) for row in inbox)
    answers = Counter(by_id[row["inbox_id"]] for row in outbox if row["inbox_id"] is not None)
    assert answers == Counter(range(total)), "every message is answered once"
    assert {row["state"] for row in outbox} == {"sent"}
    assert len(journal) == len(set(journal)), "the channel was asked to say nothing twice"
    assert sorted(journal) == sorted(row["receipt"] for row in outbox) == sorted(f"x{row['id']}" for row in outbox)
    assert check_ins == sum(kind(number) == "check_in" for number in range(total))
    assert slots["done"] == firings == REMINDERS, "every slot rang once"
    rang = Counter(row["by"] for row in outbox if row["inbox_id"] is None)
    assert rang == Counter(f"reminder:{number + 1}" for number in range(REMINDERS))

"""A migrated database with 200 people in 8 rooms, copied fresh for every round, and the real process on top of it."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import datetime as dt
import itertools
import os
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from types import MappingProxyType, TracebackType

from sqlalchemy import func, select

from bot import config as configuration
from bot import wiring
from bot.app import App
from bot.channels.base import Delivery, Receipt
from bot.channels.memory import MemoryChannel
from bot.clock import Clock, SystemClock
from bot.desk import Desk
from bot.logs import configure
from handlers.contract import stored
from playbooks.library import Library
from storage.migrate import upgrade
from storage.queries import outbox, people, profile
from storage.queries.inbox import TABLE as INBOX
from storage.types import keyring
from storage.work import Database
from tests.benchmarks.messages import CHANNEL, PEOPLE, ROOMS, person, room

FAQS = 40


class TimedChannel(MemoryChannel):
    """Notes the moment at which a delivery reaches the platform."""

    def __init__(self) -> None:
        super().__init__(SystemClock().now)
        self._first: asyncio.Future[float] | None = None

    def expect(self) -> asyncio.Future[float]:
        """The moment (`time.perf_counter`) of the next send."""
        self._first = asyncio.get_running_loop().create_future()
        return self._first

    async def send(self, message: Delivery) -> Receipt:
        if self._first is not None and not self._first.done():
            self._first.set_result(time.perf_counter())
        return await super().send(message)


class Community:
    """A scratch folder with the database that every round starts from. Logs are written to a file in it."""

    def __init__(self) -> None:
        self._scratch = tempfile.TemporaryDirectory(prefix="xinglin-bench-")
        self.folder = Path(self._scratch.name)
        self._rounds = itertools.count(1)
        keyring.use(os.urandom(32))
        self._log = (self.folder / "log.txt").open("w", encoding="utf-8")
        with contextlib.redirect_stderr(self._log):
            configure("info")
        self.config = configuration.load(None, {"channel": CHANNEL, "limits": {"room_questions_a_minute": 10_000}})
        self.library = limited(wiring.library(self.config))
        self._template = self.folder / "template.db"
        self._populate()

    def __enter__(self) -> Community:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        configure("error")
        self._log.close()
        self._scratch.cleanup()

    def database(self) -> Database:
        """A fresh copy, durable: WAL, synchronous=FULL."""
        file = self.folder / f"round{next(self._rounds)}.db"
        shutil.copy(self._template, file)
        return Database(f"sqlite:///{file}", durable=True)

    def desk(self, database: Database, clock: Clock | None = None) -> Desk:
        return wiring.desk(self.config, database, clock or SystemClock(), self.library)

    @asynccontextmanager
    async def running(self, channel: TimedChannel | None = None) -> AsyncIterator[tuple[App, TimedChannel]]:
        """The live process: dispatcher, sender woken after each commit, ticks every second."""
        channel = channel or TimedChannel()
        app = wiring.app(self.desk(self.database()), {CHANNEL: channel}, live=True)
        await app.start()
        try:
            yield app, channel
        finally:
            await app.stop()

    def _populate(self) -> None:
        database = Database(f"sqlite:///{self._template}", durable=False)
        upgrade(database)
        now = dt.datetime.now(dt.UTC)
        with database.transaction() as work:
            rooms = [people.enter(work, CHANNEL, room(number), f"病友{room(number)}") for number in range(ROOMS)]
            for number in range(PEOPLE):
                met = people.meet(work, CHANNEL, person(number).id, person(number).name, now)
                people.note_member(work, stored(rooms[number % ROOMS].id), stored(met.id), now)
                profile.give_consent(work, stored(met.id), "health", self.config.consent.version, now, None)
        database.close()


def limited(library: Library, faqs: int = FAQS) -> Library:
    """The library with its first `faqs` FAQs and everything else."""
    return dataclasses.replace(library, faqs=MappingProxyType(dict(itertools.islice(library.faqs.items(), faqs))))


def settled(database: Database) -> Counter[str]:
    """Handler → messages; raises when a message was not handled or a reply not sent."""
    with database.reading() as work:
        rows = work.connection.execute(select(INBOX.c.state, func.count()).group_by(INBOX.c.state))
        states = {str(state): count for state, count in rows}
        left = {state: count for state, count in outbox.counts(work).items() if state != "sent"}
        by = work.connection.execute(select(INBOX.c.handled_by, func.count()).group_by(INBOX.c.handled_by))
        handled = Counter({name or "nobody": count for name, count in by})
    if set(states) != {"done"} or left:
        raise RuntimeError(f"the run did not finish: inbox {states}, outbox {left}")
    return handled

"""APScheduler 3: one date job a reminder in a SQLAlchemyJobStore on SQLite with our pragmas (WAL, synchronous=FULL)."""

from __future__ import annotations

import asyncio
import datetime as dt
import time
from pathlib import Path
from typing import Any

from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from sqlalchemy import Engine, create_engine, event

LONGEST_SECONDS = 120.0
DEFAULTS = {"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
rung: list[int] = []
"""Which reminders have rung; a stored job finds its function by name, so this cannot live in an object."""


async def ring(number: int) -> None:
    rung.append(number)


class Jobs:
    """A paused scheduler on a file of its own; made and used inside a running event loop."""

    def __init__(self, file: Path) -> None:
        rung.clear()
        self._engine = _engine(file)
        stores = {"default": SQLAlchemyJobStore(engine=self._engine)}
        self._scheduler = AsyncIOScheduler(timezone="UTC", jobstores=stores, job_defaults=DEFAULTS)
        self._scheduler.start(paused=True)
        self._moment = dt.datetime.now(dt.UTC).replace(microsecond=0)
        self._count = 0

    def add(self) -> float:
        """Milliseconds to store one job durably."""
        self._count += 1
        number, started = self._count, time.perf_counter()
        self._scheduler.add_job(ring, "date", run_date=self._moment, args=[number], id=f"reminder:{number}")
        return (time.perf_counter() - started) * 1000

    def fill(self, count: int) -> None:
        """Until there are `count` jobs, untimed, hence without waiting for the disk."""
        _sync(self._engine, "OFF")
        while self._count < count:
            self.add()
        _sync(self._engine, "FULL")

    async def run(self) -> float:
        """Seconds until all jobs, due since the same second, have run."""
        started = time.perf_counter()
        self._scheduler.resume()
        while len(rung) < self._count:
            await asyncio.sleep(0.005)
            if time.perf_counter() - started > LONGEST_SECONDS:
                raise RuntimeError(f"only {len(rung)} of {self._count} jobs ran")
        return time.perf_counter() - started

    def close(self) -> None:
        self._scheduler.shutdown(wait=False)
        self._engine.dispose()


def _engine(file: Path) -> Engine:
    engine = create_engine(f"sqlite:///{file}", pool_size=1, max_overflow=0)

    @event.listens_for(engine, "connect")
    def on_connect(connection: Any, record: Any) -> None:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")

    return engine


def _sync(engine: Engine, level: str) -> None:
    """The pool holds one connection, so this is the one that the store uses."""
    with engine.connect() as connection:
        connection.rollback()
        driver = connection.connection.driver_connection
        assert driver is not None
        driver.execute(f"PRAGMA synchronous={level}")

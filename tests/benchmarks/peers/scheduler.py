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


async def due_at_once(file: Path, count: int, timed: int) -> tuple[list[float], float]:
    """(milliseconds to add each of the first `timed` jobs, seconds until all `count` have run once they are due)."""
    rung.clear()
    engine = _engine(file)
    store = SQLAlchemyJobStore(engine=engine)
    scheduler = AsyncIOScheduler(timezone="UTC", jobstores={"default": store}, job_defaults=DEFAULTS)
    scheduler.start(paused=True)
    try:
        added = _added(scheduler, 0, timed)
        _sync(engine, "OFF")  # the others are there to be run, not to be timed
        _added(scheduler, timed, count)
        _sync(engine, "FULL")
        return added, await _ran(scheduler, count)
    finally:
        scheduler.shutdown(wait=False)
        engine.dispose()


def _added(scheduler: AsyncIOScheduler, first: int, end: int) -> list[float]:
    moment = dt.datetime.now(dt.UTC).replace(microsecond=0)
    spent: list[float] = []
    for number in range(first, end):
        started = time.perf_counter()
        scheduler.add_job(ring, "date", run_date=moment, args=[number], id=f"reminder:{number}")
        spent.append((time.perf_counter() - started) * 1000)
    return spent


async def _ran(scheduler: AsyncIOScheduler, count: int) -> float:
    started = time.perf_counter()
    scheduler.resume()
    while len(rung) < count:
        await asyncio.sleep(0.005)
        if time.perf_counter() - started > LONGEST_SECONDS:
            raise RuntimeError(f"only {len(rung)} of {count} jobs ran")
    return time.perf_counter() - started


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

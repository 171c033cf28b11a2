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

LONGEST_SECONDS = 150.0
DEFAULTS = {"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
rung: list[int] = []
"""Which reminders have rung; a stored job finds its function by name, so this cannot live in an object."""


async def ring(number: int) -> None:
    rung.append(number)


async def due_at_once(file: Path, count: int) -> tuple[float, float]:
    """(seconds to add `count` jobs, seconds until all have run once they are due)."""
    rung.clear()
    store = SQLAlchemyJobStore(engine=_engine(file))
    scheduler = AsyncIOScheduler(timezone="UTC", jobstores={"default": store}, job_defaults=DEFAULTS)
    scheduler.start(paused=True)
    try:
        added = _added(scheduler, count)
        return added, await _ran(scheduler, count)
    finally:
        scheduler.shutdown(wait=False)
        store.engine.dispose()


def _added(scheduler: AsyncIOScheduler, count: int) -> float:
    moment = dt.datetime.now(dt.UTC)
    started = time.perf_counter()
    for number in range(count):
        scheduler.add_job(ring, "date", run_date=moment, args=[number], id=f"reminder:{number}")
    return time.perf_counter() - started


async def _ran(scheduler: AsyncIOScheduler, count: int) -> float:
    started = time.perf_counter()
    scheduler.resume()
    while len(rung) < count:
        await asyncio.sleep(0.005)
        if time.perf_counter() - started > LONGEST_SECONDS:
            raise RuntimeError(f"only {len(rung)} of {count} jobs ran")
    return time.perf_counter() - started


def _engine(file: Path) -> Engine:
    engine = create_engine(f"sqlite:///{file}")

    @event.listens_for(engine, "connect")
    def on_connect(connection: Any, record: Any) -> None:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")

    return engine

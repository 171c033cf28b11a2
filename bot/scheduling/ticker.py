"""APScheduler with a handful of jobs that sweep tables. No job of its own for any reminder."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import structlog
from apscheduler.events import EVENT_JOB_ERROR, JobExecutionEvent
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.desk import Desk
from storage.queries import outbox

Job = Callable[[], Awaitable[int]]
TICK_SECONDS = 1
RETRY_SECONDS = 30
CLEAN_SECONDS = 3600
GRACE_SECONDS = 60
log = structlog.get_logger()


class Ticker:
    """Calls due sweep and sender every second, failed messages every half minute, housekeeping every hour.

    A missed run is made up once (coalesce), never twice at a time (max_instances); a job that raises is reported to
    staff and counted, the others go on.
    """

    def __init__(self, desk: Desk, sweep: Job, send: Job, retry: Job, clean: Job) -> None:
        self._desk = desk
        self._scheduler = AsyncIOScheduler(
            timezone="UTC",
            job_defaults={"misfire_grace_time": GRACE_SECONDS, "coalesce": True, "max_instances": 1},
        )
        jobs = (
            ("sweep", sweep, TICK_SECONDS),
            ("send", send, TICK_SECONDS),
            ("retry", retry, RETRY_SECONDS),
            ("clean", clean, CLEAN_SECONDS),
        )
        for name, job, seconds in jobs:
            self._scheduler.add_job(job, "interval", seconds=seconds, id=name)
        self._scheduler.add_listener(self._failed, EVENT_JOB_ERROR)

    def start(self) -> None:
        self._scheduler.start()

    def pause(self) -> None:
        """No new runs; what runs may finish."""
        self._scheduler.pause()

    def stop(self) -> None:
        self._scheduler.shutdown(wait=False)

    def _failed(self, event: JobExecutionEvent) -> None:
        if isinstance(event.exception, asyncio.CancelledError):
            return  # the process is stopping
        name = type(event.exception).__name__
        self._desk.metrics.failures.labels(f"job {event.job_id}").inc()
        log.error("job_failed", job=event.job_id, error=name)
        hour = self._desk.clock.now().strftime("%Y%m%dT%H")
        with self._desk.database.transaction() as work:
            key = f"job:{event.job_id}:{name}:{hour}"
            outbox.add(work, self._desk.staff_rows(work, "system/job_failed", key, job=event.job_id, error=name))

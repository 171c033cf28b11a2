"""Sweeps the due table: every slot whose time has come becomes messages, a skip with its reason, or an expiry."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from typing import Any

import structlog
from sqlalchemy.engine import RowMapping

from bot.desk import Desk
from bot.dispatch.outgoing import event_rows, outbox_rows
from handlers.contract import Handled, Skip
from handlers.due import DUE, LATE
from storage.queries import due, events, outbox
from storage.work import Work

BATCH = 500
TRIES = 3
RETRY_AFTER = dt.timedelta(minutes=1)
log = structlog.get_logger()


class DueSweep:
    """`tick` is called every second by the scheduler, and by whoever moves a virtual clock."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def tick(self) -> int:
        """Settle every slot that is due now; returns how many. One transaction per batch."""
        total = 0
        while count := self._batch():
            total += count
        return total

    def _batch(self) -> int:
        now = self._desk.clock.now()
        with self._desk.database.transaction() as work:
            slots = due.ready(work, now, BATCH)
            settled: dict[tuple[str, str], list[int]] = defaultdict(list)
            for slot in slots:
                state, reason, handled = self._one(work, slot, now)
                if state != "retry":
                    settled[state, reason].append(slot["id"])
                    self._desk.metrics.due_done.labels(slot["kind"], state).inc()
                if handled is not None:
                    outbox.add(work, outbox_rows(handled, now))
                    events.log(work, event_rows(handled.events, now))
            for (state, reason), ids in settled.items():
                due.settle(work, ids, state, reason, now)
        return len(slots)

    def _one(self, work: Work, slot: RowMapping, now: dt.datetime) -> tuple[str, str, Handled | None]:
        late = slot["expires"] is not None and now > slot["expires"]
        act = (LATE if late else DUE).get(slot["kind"])
        if act is None:
            return ("expired", "late", None) if late else ("failed", "unknown kind", None)
        try:
            with work.savepoint() as inner:
                outcome = act(self._desk.scene(inner), slot)
        except Exception as error:
            return self._failed(work, slot, now, error)
        if isinstance(outcome, Skip):
            return "skipped", outcome.reason, None
        return ("expired", "late", outcome) if late else ("done", "", outcome)

    def _failed(
        self, work: Work, slot: RowMapping, now: dt.datetime, error: Exception
    ) -> tuple[str, str, Handled | None]:
        """Tried again twice; then it stays `failed`, and staff know."""
        name = type(error).__name__
        self._desk.metrics.failures.labels("due").inc()
        log.error("due_failed", due=slot["id"], kind=slot["kind"], error=name)
        final = due.retry(work, slot["id"], now + RETRY_AFTER) >= TRIES
        values: dict[str, Any] = {"kind": slot["kind"], "due_id": slot["id"], "error": name, "final": final}
        outbox.add(work, self._desk.staff_rows(work, "system/due_failed", f"due_failed:{slot['id']}:{final}", **values))
        return ("failed", name, None) if final else ("retry", "", None)

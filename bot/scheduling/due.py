"""Sweeps the due table: every slot whose time has come becomes messages, a skip with its reason, or an expiry."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import structlog
from sqlalchemy.engine import RowMapping

from bot.desk import Desk
from bot.dispatch.outgoing import outbox_row, outbox_rows
from handlers.contract import Handled, Later, Scene, Skip
from handlers.due import DUE, LATE
from handlers.services.care.journeys import replan_changed
from handlers.services.community import aftermath
from handlers.services.knowledge.drafts import tell_askers
from storage.queries import due, outbox
from storage.work import Work

BATCH = 250
TRIES = 3
RETRY_AFTER = dt.timedelta(minutes=1)
log = structlog.get_logger()
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Settled:
    """A slot's new state (`retry` and `later` leave it waiting), why, and what follows."""

    state: str
    reason: str = ""
    messages: tuple[dict[str, Any], ...] = ()
    until: dt.datetime | None = None


class DueSweep:
    """`batch` is called every second by the scheduler until nothing is due, and by whoever moves a virtual clock."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def tick(self) -> int:
        """Settle every slot that is due now; returns how many."""
        total = 0
        while count := self.batch():
            total += count
        return total

    def batch(self) -> int:
        """Settle the next slots that are due, in one transaction; returns how many."""
        now = self._desk.clock.now()
        with self._desk.database.transaction() as work:
            more = self._desk.swapped and not self._after_swap(work, now)
            slots = due.ready(work, now, BATCH)
            for (kind, late), group in _groups(slots, now).items():
                self._write(work, self._group(work, kind, late, group, now), now)
        self._desk.swapped = more
        return len(slots) + more

    def _after_swap(self, work: Work, now: dt.datetime) -> bool:
        """Journeys with other times are planned anew, and who asked what is answered now is told; returns whether that is all.
        A bug here must not hold up what is due."""
        left = self._apart(work, now, "replan", replan_changed)
        for one in self._apart(work, now, "drafts", tell_askers) or ():
            outbox.add(work, [outbox_row(one, now, one.by)])
        return not left

    def _apart(self, work: Work, now: dt.datetime, name: str, act: Callable[[Scene], T]) -> T | None:
        """What `act` returns; None when it raised, and then nothing of it is left."""
        try:
            with work.savepoint() as inner:
                return act(self._desk.scene(inner, now))
        except Exception as error:
            self._desk.metrics.failures.labels(name).inc()
            log.error(f"{name}_failed", error=type(error).__name__)
            return None

    def _group(
        self, work: Work, kind: str, late: bool, slots: list[RowMapping], now: dt.datetime
    ) -> list[tuple[RowMapping, Settled]]:
        """All slots of a kind together; if that raises, each alone, so that an error stays with its slot."""
        act = (LATE if late else DUE).get(kind)
        if act is None:
            return [(slot, Settled("expired", "late") if late else Settled("failed", "unknown kind")) for slot in slots]
        try:
            with work.savepoint() as inner:
                scene = self._desk.scene(inner, now)
                outcomes = act(scene, slots)
                _aftermath(scene, outcomes)
                settled = [_settled(outcome, late, now) for outcome in outcomes]
            return list(zip(slots, settled, strict=True))
        except Exception as error:
            if len(slots) == 1:
                return [(slots[0], self._failed(work, slots[0], now, error))]
        return [pair for slot in slots for pair in self._group(work, kind, late, [slot], now)]

    def _write(self, work: Work, settled: list[tuple[RowMapping, Settled]], now: dt.datetime) -> None:
        """Messages and the slots' new states, each in one statement."""
        outbox.add(work, [row for _, one in settled for row in one.messages])
        states: dict[tuple[str, str], list[int]] = defaultdict(list)
        for slot, one in settled:
            if one.until is not None:
                due.defer(work, slot["id"], one.until)
            elif one.state != "retry":
                states[one.state, one.reason].append(slot["id"])
                self._desk.metrics.due_done.labels(slot["kind"], one.state).inc()
        for (state, reason), ids in states.items():
            due.settle(work, ids, state, reason, now)

    def _failed(self, work: Work, slot: RowMapping, now: dt.datetime, error: Exception) -> Settled:
        """Tried again twice; then it stays `failed`, and staff know."""
        name = type(error).__name__
        self._desk.metrics.failures.labels("due").inc()
        log.error("due_failed", due=slot["id"], kind=slot["kind"], error=name)
        final = due.retry(work, slot["id"], now + RETRY_AFTER) >= TRIES
        values: dict[str, Any] = {"kind": slot["kind"], "due_id": slot["id"], "error": name, "final": final}
        outbox.add(work, self._desk.staff_rows(work, "system/due_failed", f"due_failed:{slot['id']}:{final}", **values))
        if not final:
            return Settled("retry")
        follows = self._given_up(work, slot, now)
        return Settled("failed", name, follows.messages)

    def _given_up(self, work: Work, slot: RowMapping, now: dt.datetime) -> Settled:
        """What a kind does when its time is missed for good (a daily reminder plans the next day)."""
        act = LATE.get(slot["kind"])
        try:
            with work.savepoint() as inner:
                if act is None:
                    return Settled("failed")
                scene = self._desk.scene(inner, now)
                outcomes = act(scene, [slot])
                _aftermath(scene, outcomes)
                return _settled(outcomes[0], True, now)
        except Exception as error:
            log.error("due_given_up", due=slot["id"], error=type(error).__name__)
            return Settled("failed")


def _groups(slots: Sequence[RowMapping], now: dt.datetime) -> dict[tuple[str, bool], list[RowMapping]]:
    """(kind, too late?) → slots, in order of time."""
    groups: dict[tuple[str, bool], list[RowMapping]] = defaultdict(list)
    for slot in slots:
        groups[slot["kind"], slot["expires"] is not None and now > slot["expires"]].append(slot)
    return groups


def _aftermath(scene: Scene, outcomes: Sequence[Handled | Skip | Later]) -> None:
    """What happened is written down, and what follows from it waits to be sent."""
    happened = [event for one in outcomes if isinstance(one, Handled) for event in one.events]
    messages = aftermath.follow(scene, happened)
    outbox.add(scene.work, [outbox_row(one, scene.now, one.by) for one in messages])


def _settled(outcome: Handled | Skip | Later, late: bool, now: dt.datetime) -> Settled:
    if isinstance(outcome, Later):
        return Settled("later", until=outcome.until)
    if isinstance(outcome, Skip):
        return Settled("skipped", outcome.reason)
    return Settled("expired" if late else "done", "late" if late else "", tuple(outbox_rows(outcome, now)))

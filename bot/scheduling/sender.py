"""The only caller of `Channel.send`. waiting → sending → sent | failed | unknown; only a receipt sets `sent`."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar

import structlog
from sqlalchemy.engine import RowMapping

from bot.channels.base import Channel, Delivery, NotDelivered, Receipt, Refused, Restricted
from bot.desk import Desk
from bot.scheduling.claims import LINK_DOWN_WAIT, Claimed, Claims, Job
from handlers.contract import PUSHES, Kind, OnDoubt
from handlers.services.pictures import draw
from handlers.services.staff import breaker
from storage.queries import outbox, people
from storage.work import Work

LONGEST_WAIT = dt.timedelta(minutes=5)
MOST_TRIES = 8
T = TypeVar("T")
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a row: a receipt, or the values of its new state."""

    row: RowMapping
    values: dict[str, Any] = field(default_factory=dict)
    receipt: Receipt | None = None
    warned: str = ""
    """The channel whose platform warned us."""


class Undrawable(Exception):
    """A picture could not be drawn: nothing has left, for certain."""


def _drawn(picture: Mapping[str, Any]) -> bytes:
    try:
        return draw(picture["drawing"], picture["data"])
    except Exception as error:
        raise Undrawable(type(error).__name__) from error


class Sender:
    """Carries waiting messages out, as far as gate, pace and channels allow."""

    def __init__(self, desk: Desk, channels: Mapping[str, Channel], writer: Executor) -> None:
        self._desk = desk
        self._channels = channels
        self._writer = writer
        self._claims = Claims(desk, channels)
        self._ready: deque[Claimed] = deque()
        self._unsettled: list[Outcome] = []
        self._lock = asyncio.Lock()

    def take(self, work: Work) -> Claimed:
        """Claim messages inside somebody else's transaction (writer's thread); `offer` them after its commit."""
        return self._claims.take_in_passing(work)

    def offer(self, claimed: Claimed) -> bool:
        """These were claimed and committed; returns whether there is something to drain."""
        if claimed.jobs:
            self._ready.append(claimed)
        return bool(claimed.jobs) or claimed.more

    async def drain(self) -> int:
        """Send everything that may go now; returns how many messages changed their state."""
        total = 0
        async with self._lock:
            more = True
            while self._ready or more:
                claimed = self._ready.popleft() if self._ready else await self._in_writer(self._claim)
                warned: set[str] = set()
                for job in claimed.jobs:
                    outcomes = await self._send(job, job.channel.name in warned)
                    warned |= {one.warned for one in outcomes}
                    self._unsettled += outcomes
                if self._unsettled:
                    await self._in_writer(partial(self._settle, tuple(self._unsettled)))
                    self._unsettled.clear()
                total += claimed.judged
                more = claimed.more
        return total

    async def _in_writer(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._writer, work)

    def _claim(self) -> Claimed:
        with self._desk.database.transaction() as work:
            return self._claims.take(work)

    async def rest(self) -> None:
        """Returns when no send is under way."""
        async with self._lock:
            return

    async def resume(self) -> int:
        """Decide on messages that were being sent when the process died; returns how many."""
        return await asyncio.get_running_loop().run_in_executor(self._writer, self._recover)

    # -- sending -------------------------------------------------------------

    async def _send(self, job: Job, warned: bool = False) -> list[Outcome]:
        """One send, and what it means for each row of the message; `warned` just now, nothing unasked leaves."""
        if warned and job.rows[0]["kind"] in PUSHES:
            return [Outcome(row, self._restricted(row)) for row in job.rows]
        picture = job.rows[0]["picture"]
        try:
            delivery = job.delivery
            if picture:
                png = await asyncio.to_thread(_drawn, picture)
                delivery = Delivery(delivery.key, delivery.text, delivery.room, delivery.person, delivery.mentions, png)
            receipt = await job.channel.send(delivery)
        except Undrawable as error:
            log.error("picture_failed", outbox=delivery.key, drawing=picture["drawing"], error=str(error))
            return [Outcome(row, {"state": "failed", "reason": "picture"}) for row in job.rows]
        except Restricted:
            return [Outcome(row, self._restricted(row), warned=job.channel.name) for row in job.rows]
        except NotDelivered:
            return [Outcome(row, self._again(row)) for row in job.rows]
        except Refused:
            return [Outcome(row, {"state": "failed", "reason": "refused"}) for row in job.rows]
        except Exception as error:
            log.warning("send_in_doubt", outbox=delivery.key, error=type(error).__name__)
            return [Outcome(row, self._doubtful(row, job.channel)) for row in job.rows]
        return [Outcome(row, receipt=receipt) for row in job.rows]

    def _restricted(self, row: RowMapping) -> dict[str, Any]:
        """What is unasked waits for the end of the warning, however often; the rest is tried again, ever more slowly."""
        if row["kind"] in PUSHES:
            return {"state": "waiting", "reason": breaker.REASON, "after": self._desk.clock.now()}
        return self._again(row)

    def _again(self, row: RowMapping) -> dict[str, Any]:
        tries = row["attempts"] + 1
        if tries >= MOST_TRIES and row["kind"] != Kind.SAFETY:
            return {"state": "failed", "reason": "not delivered"}
        wait = min(LONGEST_WAIT, LINK_DOWN_WAIT * 2 ** min(tries - 1, 10))
        return {"state": "waiting", "reason": "not delivered", "after": self._desk.clock.now() + wait}

    def _doubtful(self, row: RowMapping, channel: Channel | None) -> dict[str, Any]:
        """Nobody knows whether it arrived: repeat where repeating is harmless or was asked for, else leave it visible."""
        harmless = channel is not None and channel.capabilities.idempotent
        if (harmless or row["on_doubt"] == OnDoubt.RESEND) and row["attempts"] < MOST_TRIES:
            wait = LINK_DOWN_WAIT * max(0, row["attempts"] - 1)  # once more at once, then ever later
            return {"state": "waiting", "reason": "in doubt", "after": self._desk.clock.now() + wait}
        used_up = row["on_doubt"] == OnDoubt.RESEND
        return {"state": "unknown", "reason": OnDoubt.ASK_STAFF.value if used_up else row["on_doubt"]}

    # -- settling ------------------------------------------------------------

    def _settle(self, outcomes: Sequence[Outcome]) -> None:
        with self._desk.database.transaction() as work:
            self._write(work, outcomes)

    def _write(self, work: Work, outcomes: Sequence[Outcome]) -> None:
        now = self._desk.clock.now()  # a platform's own clock may be anything
        outbox.sent(work, [(one.row["id"], now, one.receipt.id) for one in outcomes if one.receipt])
        for outcome in outcomes:
            if outcome.receipt is None:
                outbox.settle(work, [outcome.row["id"]], **outcome.values)
            self._desk.metrics.sent.labels("sent" if outcome.receipt else outcome.values["state"]).inc()
        for channel in {one.warned for one in outcomes if one.warned}:
            self._claims.warned(work, channel)
        doubtful = [one.row for one in outcomes if one.values == {"state": "unknown", "reason": OnDoubt.ASK_STAFF}]
        if doubtful:
            key = f"doubt:{doubtful[0]['id']}:{doubtful[0]['attempts']}"
            outbox.add(work, self._desk.staff_rows(work, "system/in_doubt", key, count=len(doubtful), rows=doubtful))

    def _recover(self) -> int:
        with self._desk.database.transaction() as work:
            rows = outbox.in_doubt(work)
            self._write(work, [Outcome(row, self._doubtful(row, self._channel_of(work, row))) for row in rows])
        return len(rows)

    def _channel_of(self, work: Work, row: RowMapping) -> Channel | None:
        place = people.person(work, row["person_id"]) if row["person_id"] else people.room(work, row["room_id"] or 0)
        return self._channels.get(place.channel) if place else None

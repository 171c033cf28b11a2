"""The only caller of `Channel.send`. waiting → sending → sent | failed | unknown; only a receipt sets `sent`."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, field
from typing import Any

import structlog
from sqlalchemy.engine import RowMapping

from bot.channels.base import Channel, Contact, Delivery, LinkState, NotDelivered, Receipt, Refused
from bot.desk import Desk
from bot.scheduling.gate import Verdict, judge
from bot.scheduling.pace import Pacer
from handlers.contract import Kind, OnDoubt
from handlers.services.pictures import draw
from storage.queries import outbox, people
from storage.tables.people import Person, Room
from storage.work import Work

BATCH = 100
LINK_DOWN_WAIT = dt.timedelta(seconds=5)
LONGEST_WAIT = dt.timedelta(minutes=5)
MOST_TRIES = 8
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Job:
    """A claimed row with its channel and what to carry."""

    row: RowMapping
    channel: Channel
    delivery: Delivery


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a row: a receipt, or the values of its new state."""

    row: RowMapping
    values: dict[str, Any] = field(default_factory=dict)
    receipt: Receipt | None = None


class Sender:
    """Carries waiting messages out, as far as gate, pace and channels allow."""

    def __init__(self, desk: Desk, channels: Mapping[str, Channel], writer: Executor) -> None:
        self._desk = desk
        self._channels = channels
        self._writer = writer
        self._pacers = {name: Pacer(channel.capabilities.pace) for name, channel in channels.items()}
        self._lock = asyncio.Lock()

    async def drain(self) -> int:
        """Send everything that may go now; returns how many messages changed their state."""
        loop = asyncio.get_running_loop()
        total = 0
        async with self._lock:
            while True:
                jobs, judged, more = await loop.run_in_executor(self._writer, self._claim)
                outcomes = [await self._send(job) for job in jobs]
                if outcomes:
                    await loop.run_in_executor(self._writer, self._settle, outcomes)
                total += judged
                if not more:
                    return total

    async def resume(self) -> int:
        """Decide on messages that were being sent when the process died; returns how many."""
        return await asyncio.get_running_loop().run_in_executor(self._writer, self._recover)

    # -- choosing ------------------------------------------------------------

    def _claim(self) -> tuple[list[Job], int, bool]:
        """Judge the next messages; those that go are marked `sending` before anything leaves.

        Returns the jobs, how many messages were judged, and whether more may be waiting.
        """
        now = self._desk.clock.now()
        with self._desk.database.transaction() as work:
            rows = outbox.waiting(work, now, BATCH)
            if not rows:
                return [], 0, False
            readers = people.people(work, [row["person_id"] for row in rows if row["person_id"] is not None])
            rooms = people.rooms_by_id(work, [row["room_id"] for row in rows if row["room_id"] is not None])
            jobs: list[Job] = []
            judged = 0
            for row in rows:
                judged += 1
                job = self._judged(work, row, readers, rooms, now)
                if job is not None:
                    jobs.append(job)
                    if not job.channel.capabilities.idempotent:
                        break  # one at a time: at most one send of unknown outcome after a crash
            outbox.claim(work, [job.row["id"] for job in jobs])
            return jobs, judged, judged < len(rows) or len(rows) == BATCH

    def _judged(
        self,
        work: Work,
        row: RowMapping,
        readers: dict[int, Person],
        rooms: Mapping[int, Room],
        now: dt.datetime,
    ) -> Job | None:
        """The job when the row may go; otherwise its new state is written and None returned."""
        person, room = readers.get(row["person_id"]), rooms.get(row["room_id"])
        judgement = judge(work, row, person, self._desk.config, now)
        if judgement.verdict is Verdict.WAIT:
            outbox.settle(work, [row["id"]], after=judgement.until, reason=judgement.reason)
            return None
        if judgement.verdict is not Verdict.GO:
            outbox.settle(work, [row["id"]], state=judgement.verdict.value, reason=judgement.reason)
            return None
        place = person or room
        channel = self._channels.get(place.channel) if place else None
        if place is not None and channel is None:
            outbox.settle(work, [row["id"]], after=now + LONGEST_WAIT, reason="channel off")
            return None
        if place is None or channel is None or not _can(channel, row):
            outbox.settle(work, [row["id"]], state="failed", reason="unreachable")
            return None
        if (moment := self._moment(channel, row, place, now)) > now:
            outbox.settle(work, [row["id"]], after=moment, reason="pace")
            return None
        self._pacers[channel.name].spoke(place.platform_id, now)
        return Job(row, channel, _delivery(work, row, person, room))

    def _moment(self, channel: Channel, row: RowMapping, place: Person | Room, now: dt.datetime) -> dt.datetime:
        if channel.state is not LinkState.UP:
            return now + LINK_DOWN_WAIT
        if row["kind"] == Kind.SAFETY:
            return now
        return self._pacers[channel.name].earliest(place.platform_id, now)

    # -- sending -------------------------------------------------------------

    async def _send(self, job: Job) -> Outcome:
        row = job.row
        try:
            delivery = job.delivery
            if row["picture"]:
                png = await asyncio.to_thread(draw, row["picture"]["drawing"], row["picture"]["data"])
                delivery = Delivery(delivery.key, delivery.text, delivery.room, delivery.person, delivery.mentions, png)
            receipt = await job.channel.send(delivery)
        except NotDelivered:
            return Outcome(row, self._again(row))
        except Refused:
            return Outcome(row, {"state": "failed", "reason": "refused"})
        except Exception as error:
            log.warning("send_in_doubt", outbox=row["id"], error=type(error).__name__)
            return Outcome(row, self._doubtful(row, job.channel))
        return Outcome(row, receipt=receipt)

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
            return {"state": "waiting", "reason": "in doubt", "after": self._desk.clock.now()}
        return {"state": "unknown", "reason": row["on_doubt"]}

    # -- settling ------------------------------------------------------------

    def _settle(self, outcomes: list[Outcome]) -> None:
        with self._desk.database.transaction() as work:
            self._write(work, outcomes)

    def _write(self, work: Work, outcomes: list[Outcome]) -> None:
        outbox.sent(work, [(one.row["id"], one.receipt.at, one.receipt.id) for one in outcomes if one.receipt])
        for outcome in outcomes:
            if outcome.receipt is None:
                outbox.settle(work, [outcome.row["id"]], **outcome.values)
            self._desk.metrics.sent.labels("sent" if outcome.receipt else outcome.values["state"]).inc()
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


def _can(channel: Channel, row: RowMapping) -> bool:
    able = channel.capabilities
    return able.private_send if row["person_id"] is not None else able.group_send


def _delivery(work: Work, row: RowMapping, person: Person | None, room: Room | None) -> Delivery:
    named = people.people(work, row["mentions"])
    mentions = tuple(Contact(one.platform_id, one.name) for one in named.values())
    return Delivery(
        key=f"x{row['id']}",
        text=row["text"] or "",
        room=room.platform_id if room else None,
        person=person.platform_id if person else None,
        mentions=mentions,
    )

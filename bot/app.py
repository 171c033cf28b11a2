"""The running process: start order, stop order, and – with a movable clock – walking through time."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import structlog

from bot.channels.base import Channel, LinkState, RawEvent
from bot.channels.window import window
from bot.clock import Clock, DemoClock, ManualClock
from bot.config import place
from bot.desk import Desk
from bot.dispatch.dispatcher import Dispatcher
from bot.logins import Logins
from bot.scheduling.due import DueSweep
from bot.scheduling.housekeeping import clean
from bot.scheduling.sender import Sender
from bot.scheduling.ticker import Ticker
from bot.shelf import Taken
from bot.watching import Watching
from handlers.contract import stored
from handlers.services.community import daily
from handlers.services.community.rebuild import roll_up
from handlers.services.knowledge.reviews import Place, keep_signed
from handlers.services.staff import calls, handover
from storage.queries import due, events, outbox, people, profile, staff
from storage.work import Database

T = TypeVar("T")
CLOCK_SETTING = "demo_clock_ahead_seconds"
log = structlog.get_logger()


class App:
    """Everything between the channels and the database. `live` starts the scheduler; stories move the clock instead."""

    def __init__(self, desk: Desk, channels: Mapping[str, Channel], live: bool = True) -> None:
        self.desk = desk
        self.channels = channels
        desk.windows = {name: window(one.capabilities, desk.config.send) for name, one in channels.items()}
        self.writer = ThreadPoolExecutor(max_workers=1, thread_name_prefix="writer")
        self.sender = Sender(desk, channels, self.writer)
        self.dispatcher = Dispatcher(
            desk, self.writer, self.sender.take, self.sender.offer, self._committed, Logins(desk, channels)
        )
        self.sweep = DueSweep(desk)
        self._live = live
        self._ticker = Ticker(desk, self._sweep_due, self._send, self.dispatcher.resume, self._clean)
        self._sending: asyncio.Task[None] | None = None
        self._warming: asyncio.Task[None] | None = None
        self._looking = asyncio.Lock()
        self._asked: asyncio.Task[None] | None = None
        self._wanted = False
        self._walking = asyncio.Lock()
        known = desk.config.playbooks
        folders = [place(folder) for folder in known.folders]
        self._watching = Watching(folders, self.look_again) if live and known.watch else None

    @property
    def clock(self) -> Clock:
        return self.desk.clock

    @property
    def database(self) -> Database:
        return self.desk.database

    async def start(self) -> None:
        """Settle what a crash left behind, then listen."""
        await self._in_writer(self._introduce)
        await self.sender.resume()
        await self.dispatcher.resume()
        for channel in self.channels.values():
            await channel.start(self.accept)
        if self._live:
            self._ticker.start()
        if self._watching is not None:
            self._watching.start()
        if self._live:
            self._warming = asyncio.create_task(asyncio.to_thread(self.desk.index.faq.warm))
        log.info("started", channels=list(self.channels))

    def _introduce(self) -> None:
        """Staff and staff rooms of the configuration are known before anybody of them has written."""
        config, now = self.desk.config, self.clock.now()
        with self.database.transaction() as work:
            for member in config.staff:
                if member.channel in self.channels:
                    people.meet(work, member.channel, member.id, member.name, now, config.community.zone)
            for room in config.staff_rooms:
                if room.channel in self.channels:
                    known = people.enter(work, room.channel, room.id, "")
                    people.change_room(work, stored(known.id), is_staff=True)
            profile.forget_old_consents(work, config.consent.version)
            keep_signed(work, self.desk.index.reviewed, now)
            handover.plan(self.desk.scene(work))
            calls.plan(self.desk.scene(work))
            daily.plan(self.desk.scene(work))
            if not events.rolled_up(work):
                roll_up(work, config.community)

    async def look_again(self) -> None:
        """Read the playbook files as they are now, beside the writer: whoever writes meanwhile is answered at once.

        Staff, and those who asked for it, hear what changed, or what was refused and why.
        """
        async with self._looking:
            asked = self.desk.who_asked()
            try:
                found = await asyncio.to_thread(self.desk.look)
                await self._in_writer(lambda: self._take(found, asked))
            except Exception as error:
                log.error("reload_failed", error=type(error).__name__, exc_info=True)
                await self._in_writer(lambda: self._not_taken(asked))
        self._wake_sender()

    def _take(self, found: Taken, asked: Collection[Place]) -> None:
        try:
            with self.database.transaction() as work:
                taken = self.desk.take(work, found)
                if taken.news or asked:
                    outbox.add(work, self.desk.reload_rows(work, taken, asked))
        except Exception:
            self.desk.rolled_back()
            raise
        self.desk.committed()

    def _not_taken(self, asked: Collection[Place]) -> None:
        with self.database.transaction() as work:
            outbox.add(work, self.desk.reload_failed_rows(work, asked))

    def _committed(self) -> None:
        self._wake_sender()
        if self.desk.asked and (self._asked is None or self._asked.done()):
            self._asked = asyncio.create_task(self._look_while_asked())

    async def _look_while_asked(self) -> None:
        while self.desk.asked:
            await self.look_again()

    async def _looked(self) -> None:
        """Returns when everybody who asked for a look at the files has been answered."""
        if self._asked is not None:
            await self._asked

    async def stop(self) -> None:
        """Finish what was accepted and the send under way, stop listening, close the database."""
        if self._watching is not None:
            await self._watching.stop()
        if self._warming is not None:
            await self._warming
        if self._live:
            self._ticker.pause()
        await self.dispatcher.idle()
        await self._looked()
        if self._sending is not None:
            await self._sending
        await self.sender.rest()
        for channel in self.channels.values():
            await channel.stop()
        await self.dispatcher.idle()
        if self._live:
            self._ticker.stop()
        self.writer.shutdown(wait=True)
        self.database.close()
        log.info("stopped")

    async def accept(self, raw: RawEvent) -> None:
        """Returns once the event is stored for good."""
        await self.dispatcher.accept(raw)

    # -- time ------------------------------------------------------------------

    @property
    def can_advance(self) -> bool:
        return isinstance(self.clock, ManualClock | DemoClock)

    async def settle(self) -> int:
        """Run until nothing more is due at this instant; returns how many messages changed their state."""
        sent = 0
        while True:
            await self.dispatcher.idle()
            await self._looked()
            swept = await self._sweep_due()
            changed = await self.sender.drain()
            sent += changed
            if not swept and not changed:
                return sent

    async def next_event(self) -> dt.datetime | None:
        """When something is due or waits to be sent next."""
        return await self._in_writer(self._next)

    async def advance(self, to: dt.datetime) -> int:
        """Walk a movable clock to `to`, stopping at everything on the way; returns how many messages were sent."""
        clock = self.clock
        if not isinstance(clock, ManualClock | DemoClock):
            raise RuntimeError("真实时钟不能拨动")
        async with self._walking:
            before = await self._in_writer(self._sent_count)
            await self.settle()
            while (moment := await self.next_event()) is not None and moment <= to:
                clock.jump(moment)
                await self.settle()
            clock.jump(to)
            await self.settle()
            await self._in_writer(self._keep_clock)
            await self._clean()
            await self.settle()  # a new day may have something to tell
            return await self._in_writer(self._sent_count) - before

    def _next(self) -> dt.datetime | None:
        with self.database.reading() as work:
            moments = [one for one in (due.next_at(work), outbox.next_at(work)) if one is not None]
        return min(moments, default=None)

    def _sent_count(self) -> int:
        with self.database.reading() as work:
            return outbox.counts(work).get("sent", 0)

    def _keep_clock(self) -> None:
        if isinstance(self.clock, DemoClock):
            with self.database.transaction() as work:
                staff.set_setting(work, CLOCK_SETTING, self.clock.ahead.total_seconds(), self.clock.now())

    # -- sweeps ----------------------------------------------------------------

    def _wake_sender(self) -> None:
        self._wanted = True
        if self._live and (self._sending is None or self._sending.done()):
            self._sending = asyncio.create_task(self._drain())

    async def _drain(self) -> None:
        """Send until nothing was committed meanwhile."""
        while self._wanted:
            self._wanted = False
            try:
                await self.sender.drain()
            except Exception as error:
                self.desk.metrics.failures.labels("sender").inc()
                log.error("sender_failed", error=type(error).__name__)

    async def _sweep_due(self) -> int:
        """One batch a turn, so that messages get in between."""
        total = 0
        while count := await self._in_writer(self.sweep.batch):
            total += count
        return total

    async def _send(self) -> int:
        return await self.sender.drain()

    async def _clean(self) -> int:
        return await self._in_writer(lambda: clean(self.desk))

    async def _in_writer(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self.writer, work)

    # -- looking ---------------------------------------------------------------

    def health(self) -> dict[str, object]:
        """For /health: whether the database answers, channels, and how late the oldest due slot is."""
        channels = {name: channel.state.value for name, channel in self.channels.items()}
        try:
            with self.database.reading() as work:
                lag = due.lag(work, self.clock.now())
                states = outbox.counts(work)
        except Exception as error:
            return {"ok": False, "database": type(error).__name__, "channels": channels}
        up = all(channel.state is LinkState.UP for channel in self.channels.values())
        return {"ok": up, "database": "ok", "channels": channels, "due_lag_seconds": round(lag, 1), "outbox": states}

    def metrics(self) -> bytes:
        """For /metrics."""
        found = self.health()
        metrics = self.desk.metrics
        for name, channel in self.channels.items():
            metrics.channel_up.labels(name).set(channel.state is LinkState.UP)
        if found["database"] == "ok":
            metrics.due_lag.set(found["due_lag_seconds"])  # type: ignore[arg-type]
            for state, count in found["outbox"].items():  # type: ignore[attr-defined]
                metrics.outbox.labels(state).set(count)
        return metrics.text()

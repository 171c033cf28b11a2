"""One message at a time, each in a transaction of its own; queued messages share one commit.

accept → inbox (durable, deduplicated) → chain of middlewares and handlers → outbox and events → commit.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Executor

import structlog

from bot import normalise
from bot.channels.base import RawEvent
from bot.desk import Desk
from bot.dispatch.chain import Next, chain
from bot.dispatch.middlewares.consent import consent
from bot.dispatch.middlewares.moderation import moderation
from bot.dispatch.middlewares.privacy import privacy
from bot.dispatch.middlewares.ratelimit import RateLimit
from bot.dispatch.middlewares.triage import Triage, urgent
from bot.dispatch.outgoing import outbox_row, outbox_rows
from bot.logins import Logins
from bot.scheduling.claims import Claimed
from handlers.contract import Context, Handled, Incoming
from handlers.services.care import reach
from handlers.services.community import aftermath, moods
from handlers.table import route
from storage.queries import inbox, outbox, people
from storage.work import Work

BATCH = 64
MINUTE, LONG_AGO = dt.timedelta(minutes=1), dt.datetime.min.replace(tzinfo=dt.UTC)
log = structlog.get_logger()


class Bug(Exception):
    """Stands in the log for an exception whose own words must not be there."""


class Dispatcher:
    """Accepts events from channels and carries each through the chain."""

    def __init__(
        self,
        desk: Desk,
        writer: Executor,
        claim: Callable[[Work], Claimed] = lambda work: Claimed(),
        offer: Callable[[Claimed], bool] = lambda claimed: False,
        after_commit: Callable[[], None] = lambda: None,
        logins: Logins | None = None,
    ) -> None:
        self._desk = desk
        self._writer = writer
        self._claim = claim
        self._offer = offer
        self._after_commit = after_commit
        self._logins = logins or Logins(desk, {})
        self._to_send = False
        self._queue: deque[tuple[RawEvent, asyncio.Future[None]]] = deque()
        self._hurried: dict[tuple[str, str], dt.datetime] = {}
        self._rush = 0
        """How many at the front of the queue are in a hurry."""
        self._pump: asyncio.Task[None] | None = None
        self._chain: Next = chain([Triage(), moderation, privacy, consent, RateLimit()], route)
        self._process = desk.process(self._again)

    async def accept(self, raw: RawEvent) -> None:
        """Returns once the event is stored for good. A message id seen before is silently left out."""
        stored: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._queue.append((raw, stored))
        if len(self._queue) > BATCH and self._hurries(raw):
            self._first(raw)
        if self._pump is None or self._pump.done():
            self._pump = asyncio.create_task(self._drain())
        await stored

    def _hurries(self, raw: RawEvent) -> bool:
        """In a flood an emergency goes before everybody else; the same sender's once a minute, which an alarm outlasts."""
        now, sender = self._desk.clock.now(), (raw.channel, raw.sender.id)
        if now - self._hurried.get(sender, LONG_AGO) < MINUTE or not urgent(self._desk.index, raw.text):
            return False
        self._hurried = {one: at for one, at in self._hurried.items() if now - at < MINUTE} | {sender: now}
        return True

    def _first(self, raw: RawEvent) -> None:
        """To the front, with this sender's earlier lines before it, and in a batch that waits for nobody else."""
        sender = (raw.channel, raw.sender.id)
        theirs = [one for one in self._queue if (one[0].channel, one[0].sender.id) == sender]
        others = [one for one in self._queue if (one[0].channel, one[0].sender.id) != sender]
        self._queue = deque([*theirs, *others])
        self._rush = min(BATCH, self._rush + len(theirs))

    async def idle(self) -> None:
        """Returns when everything accepted so far has been handled."""
        while self._pump is not None and not self._pump.done():
            await asyncio.shield(self._pump)

    async def resume(self) -> int:
        """Handle what a crash or an error left behind; returns how many messages there were."""
        loop = asyncio.get_running_loop()
        done, seen = 0, -1
        while ids := await loop.run_in_executor(self._writer, self._unfinished, seen):
            await loop.run_in_executor(self._writer, self.handle, ids)
            done, seen = done + len(ids), ids[-1]
        self._tell_sender()
        return done

    async def _drain(self) -> None:
        loop = asyncio.get_running_loop()
        while self._queue:
            size, self._rush = min(self._rush or BATCH, len(self._queue)), 0
            batch = [self._queue.popleft() for _ in range(size)]
            raws = [raw for raw, _ in batch]

            def acknowledge(
                error: BaseException | None, batch: list[tuple[RawEvent, asyncio.Future[None]]] = batch
            ) -> None:
                for _, stored in batch:
                    if not stored.done():
                        stored.set_exception(error) if error else stored.set_result(None)

            def work(raws: list[RawEvent] = raws, acknowledge: Callable[..., None] = acknowledge) -> None:
                ids = self.store(raws)
                loop.call_soon_threadsafe(acknowledge, None)
                self.handle(ids)

            try:
                await loop.run_in_executor(self._writer, work)
            except Exception as error:
                self._desk.metrics.failures.labels("dispatcher").inc()
                log.error("batch_failed", error=type(error).__name__, messages=len(raws))
                acknowledge(error)
            self._tell_sender()

    def _tell_sender(self) -> None:
        if self._to_send:
            self._to_send = False
            self._after_commit()

    def store(self, raws: Sequence[RawEvent]) -> list[int]:
        """Write events to the inbox; returns the ids of those not seen before. After this they cannot be lost."""
        now = self._desk.clock.now()
        rows = [
            {
                "channel": raw.channel,
                "message_id": normalise.readable(raw.message_id),
                "received_at": now,
                "body": normalise.body(raw),
            }
            for raw in raws
        ]
        with self._desk.database.transaction() as work:
            self._logins.notice(work)
            ids = inbox.accept(work, rows)
        metrics = self._desk.metrics
        for raw in raws:
            metrics.messages_in.labels(raw.channel).inc()
        if len(ids) < len(raws):
            metrics.duplicates.labels(raws[0].channel).inc(len(raws) - len(ids))
        return ids

    def handle(self, ids: Sequence[int]) -> None:
        """Decide on stored messages, in order, with one commit for all; if one raises, again with a savepoint each."""
        if not ids:
            return
        try:
            with self._desk.database.transaction() as work:
                done = [self._timed(work, *row) for row in inbox.to_handle(work, ids)]
                claimed = self._claim(work)
            self._desk.committed()
            self._to_send |= self._offer(claimed)  # only now: what is not committed must not leave
        except Exception:
            self._desk.rolled_back()
            with self._desk.database.transaction() as work:
                done = [self._alone(work, *row) for row in inbox.to_handle(work, ids)]
            self._desk.committed()
            self._to_send = True
        for inbox_id, by, seconds in done:
            self._desk.metrics.handled.labels(by).inc()
            self._desk.metrics.handle_seconds.observe(seconds)
            log.info("handled", inbox=inbox_id, by=by, ms=round(seconds * 1000, 2))

    def _timed(self, work: Work, inbox_id: int, channel: str, data: dict[str, object]) -> tuple[int, str, float]:
        started = time.perf_counter()
        by = self._decide(work, inbox_id, channel, data)
        return inbox_id, by or "nobody", time.perf_counter() - started

    def _alone(self, work: Work, inbox_id: int, channel: str, data: dict[str, object]) -> tuple[int, str, float]:
        """Like `_timed`, but an error stays with its message."""
        try:
            with work.savepoint() as inner:
                return self._timed(inner, inbox_id, channel, data)
        except Exception as error:
            self._desk.rolled_back(work)
            self._failed(work, inbox_id, error)
            return inbox_id, "failed", 0.0

    def _decide(self, work: Work, inbox_id: int, channel: str, data: dict[str, object]) -> str:
        desk, now = self._desk, self._desk.clock.now()
        msg, person, room = normalise.incoming(work, inbox_id, channel, data, desk.config, now)
        if person.first_seen == now:
            self._logins.returned(work, person)
        if msg.private and desk.windows.get(channel):
            people.change(work, person.id, wrote_at=now)
            person.wrote_at = now
            reach.wrote(work, person.id, now)
        ctx = Context(now, work, desk.index, desk.config, desk.words, person, room, self._process)
        handled = self._chain(ctx, msg)
        done = handled if isinstance(handled, Handled) else Handled("")
        follows = aftermath.follow(ctx, (*moods.spoken(ctx, msg, done.by), *done.events))
        rows = [*outbox_rows(done, now, inbox_id), *(outbox_row(one, now, one.by, inbox_id) for one in follows)]
        outbox.add(work, rows)
        inbox.done(work, inbox_id, done.by)
        return done.by

    def _again(self, ctx: Context, msg: Incoming) -> Handled | None:
        """Takes a held message through the handlers once more."""
        outcome = route(ctx, msg)
        return outcome if isinstance(outcome, Handled) else None

    def _failed(self, work: Work, inbox_id: int, error: Exception) -> None:
        name = type(error).__name__
        self._desk.metrics.failures.labels("handler").inc()
        log.error("handler_failed", inbox=inbox_id, error=name, exc_info=_without_words(error))
        isolated = inbox.failed(work, inbox_id, name)
        key = f"failed:{inbox_id}:{isolated}"
        rows = self._desk.staff_rows(work, "system/failed", key, inbox_id=inbox_id, error=name, isolated=isolated)
        outbox.add(work, rows)

    def _unfinished(self, after: int) -> list[int]:
        with self._desk.database.reading() as work:
            return inbox.unfinished(work, after)


def _without_words(error: Exception) -> Exception:
    """The traceback for the log; the exception's own text may quote a patient and is left out."""
    return Bug(type(error).__name__).with_traceback(error.__traceback__)

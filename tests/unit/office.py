"""A channel that does as it is told, and a sender that speaks through it."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from bot.channels.base import Accept, Capabilities, Delivery, LinkState, Receipt
from bot.dispatch.outgoing import outbox_row
from bot.scheduling.sender import Sender
from bot.stories.world import World
from handlers.contract import Kind, Outgoing, to_person
from playbooks.library import Library
from storage.queries import outbox, people

NOON = dt.datetime(2026, 3, 2, 4, 0, tzinfo=dt.UTC)
"""12:00 in Shanghai."""
HOUR, SECOND = dt.timedelta(hours=1), dt.timedelta(seconds=1)
ONE_BY_ONE, TWICE_IS_ONCE = Capabilities(), Capabilities(idempotent=True)
ZHANG, LI, LIN, ROOM, STAFF = 1, 2, 3, 1, 2
EMPTY = Library.of(())


@dataclass
class Fake:
    """Does what `script` says, one entry a send; without one it takes the message."""

    capabilities: Capabilities = ONE_BY_ONE
    script: list[Exception] = field(default_factory=list)
    watch: Callable[[], None] = lambda: None
    now: Callable[[], dt.datetime] = lambda: NOON
    name: str = "memory"
    state: LinkState = LinkState.UP
    account: str = ""
    sent: list[Delivery] = field(default_factory=list)

    async def start(self, accept: Accept) -> None: ...

    async def stop(self) -> None: ...

    async def send(self, message: Delivery) -> Receipt:
        self.watch()
        self.sent.append(message)
        await asyncio.sleep(0)
        if self.script:
            raise self.script.pop(0)
        return Receipt(f"r-{message.key}", self.now() + SECOND)

    @property
    def texts(self) -> list[str]:
        return [one.text for one in self.sent]


class Office:
    """A world whose sender speaks through a fake channel."""

    def __init__(self, world: World, channel: Fake) -> None:
        self.world, self.channel = world, channel
        channel.now = world.clock.now
        self.sender = Sender(world.desk, {"memory": channel}, world.app.writer)

    def post(self, *messages: Outgoing, state: str = "waiting", attempts: int = 0) -> None:
        now = self.world.clock.now()
        with self.world.app.database.transaction() as work:
            rows = [outbox_row(one, now, "test") | {"state": state, "attempts": attempts} for one in messages]
            outbox.add(work, rows)

    def rows(self) -> list[Any]:
        with self.world.app.database.reading() as work:
            return list(reversed(outbox.latest(work, 100)))

    def states(self) -> list[tuple[str, str]]:
        return [(row["state"], row["reason"]) for row in self.rows()]

    async def later(self, span: dt.timedelta) -> list[str]:
        """What goes out after this time."""
        self.world.clock.jump(self.world.clock.now() + span)
        before = len(self.channel.sent)
        await self.sender.drain()
        return self.channel.texts[before:]

    def change(self, person_id: int, **values: Any) -> None:
        with self.world.app.database.transaction() as work:
            people.change(work, person_id, **values)


@asynccontextmanager
async def office(
    channel: Fake | None = None, start: dt.datetime = NOON, library: Library = EMPTY, **config: Any
) -> AsyncIterator[Office]:
    persons = {"张姐": {}, "李哥": {}, "小林": {"role": "manager"}}
    rooms = {"糖尿病新手群": ["张姐", "李哥"], "工作人员群": ["小林"]}
    world = World(start, persons, rooms, config, library)
    try:
        yield Office(world, channel or Fake())
    finally:
        await world.close()


def push(person: int = ZHANG, text: str = "推送", **more: Any) -> Outgoing:
    return to_person(person, text, kind=Kind.PUSH, **more)


def say(text: str, person: int = ZHANG, **more: Any) -> Outgoing:
    return to_person(person, text, **more)

"""A channel that talks to a gateway process, and what it heard."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from bot.channels.base import Contact, LinkState, Pace, RawEvent
from bot.channels.wechaty import WechatyChannel
from tests.gateway.harness import GatewayProcess, until

ROOM = "糖尿病新手群"
NOON = dt.datetime(2020, 1, 1, 12, tzinfo=dt.UTC)
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 200
"""51 kB: more than the gateway puts into one answer, so that it travels in pieces."""
ZHANG = Contact("zhang", "张姐")


class Bot:
    """A channel and what it heard."""

    def __init__(self, channel: WechatyChannel) -> None:
        self.channel = channel
        self.heard: list[RawEvent] = []
        self.send = channel.send

    async def accept(self, event: RawEvent) -> None:
        self.heard.append(event)

    async def hears(self, count: int = 1) -> RawEvent:
        """Wait for `count` events; the last one."""
        await until(lambda: len(self.heard) >= count)
        return self.heard[count - 1]

    async def is_(self, state: LinkState, seconds: float = 15.0) -> None:
        await until(lambda: self.channel.state is state, seconds)


def channel_to(gateway: GatewayProcess, **options: Any) -> WechatyChannel:
    settings = {"endpoint": gateway.endpoint, "token": gateway.token, "tls": False, "pace": Pace(), **options}
    return WechatyChannel(clock=lambda: NOON, **settings)


@asynccontextmanager
async def a_bot(gateway: GatewayProcess, **options: Any) -> AsyncIterator[Bot]:
    bot = Bot(channel_to(gateway, **options))
    await bot.channel.start(bot.accept)
    try:
        await bot.is_(LinkState.UP)
        yield bot
    finally:
        await bot.channel.stop()


Story = Callable[[Bot], Awaitable[None]]


def run(story: Story, gateway: GatewayProcess, **options: Any) -> None:
    async def with_bot() -> None:
        async with a_bot(gateway, **options) as bot:
            await story(bot)

    asyncio.run(with_bot())

"""Keeps one event stream open for ever: connect, start the puppet, listen; when it breaks, again.

The gateway has no queue and no history: what happens while nobody listens is gone. So the first retry is quick, and the
log says how long each hole was.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress

import structlog
from grpclib import GRPCError, Status

from bot.channels.base import LinkState
from bot.channels.wechaty.gateway import Gateway
from bot.channels.wechaty.payloads import EventType, GatewayEvent

log = structlog.get_logger(__name__)

FIRST_PAUSE, LONGEST_PAUSE = 0.5, 10.0
STEADY = 5.0
"""Seconds a stream must have lived for the pauses to begin anew; two clients that evict each other thus slow down."""


class Link:
    """`state` is UP while a stream is open and somebody is logged in. `bot` is the account last logged in: events read
    before the link broke are still worked off by it.

    Every event that is not about the link itself goes to `tell`, which must not block.
    """

    def __init__(self, gateway: Gateway, tell: Callable[[GatewayEvent], None]) -> None:
        self.state = LinkState.DOWN
        self.bot = ""
        self._gateway = gateway
        self._tell = tell
        self._now = asyncio.get_running_loop().time
        self._lost_at: float | None = None

    async def keep(self) -> None:
        """Runs until cancelled."""
        pause = FIRST_PAUSE
        try:
            while True:
                began = self._now()
                await self._once()
                if self._now() - began > STEADY:
                    pause = FIRST_PAUSE
                await asyncio.sleep(pause)
                pause = min(2 * pause, LONGEST_PAUSE)
        finally:
            self._down()

    async def _once(self) -> None:
        """One stream from its opening to its end; never raises, so that the supervisor cannot die of the gateway."""
        self.state = LinkState.CONNECTING
        try:
            await self._listen()
            log.warning("wechaty_stream_ended", hint="另一个程序可能在用同一个网关")
        except GRPCError as error:
            log.warning("wechaty_stream_refused", status=error.status.name)
            if error.status is Status.ALREADY_EXISTS:
                await self._evict()
        except Exception as error:
            log.warning("wechaty_stream_broken", error=type(error).__name__)
        self._down()

    async def _listen(self) -> None:
        async with self._gateway.events() as events:
            await self._gateway.start()
            async for event in events:
                self._hear(event)

    async def _evict(self) -> None:
        """A stream that died unnoticed still occupies the gateway until the puppet stops; `_listen` starts it again."""
        with suppress(Exception):
            await self._gateway.stop()
            log.info("wechaty_dead_stream_evicted")

    def _hear(self, event: GatewayEvent) -> None:
        if event.type is EventType.LOGIN:
            self._login(event.text("contactId"))
        elif event.type is EventType.LOGOUT:
            log.warning("wechaty_logged_out", bot=self.bot)
            self._leave_for(LinkState.CONNECTING)
        elif event.type is EventType.SCAN:
            log.warning("wechaty_scan_needed", hint="请在网关上扫码登录")
        elif event.type is not EventType.OTHER:
            self._tell(event)

    def _login(self, bot: str) -> None:
        if self.state is not LinkState.UP:
            hole = 0.0 if self._lost_at is None else self._now() - self._lost_at
            log.info("wechaty_up", bot=bot, hole_seconds=round(hole, 1))
        self.bot, self.state, self._lost_at = bot, LinkState.UP, None

    def _down(self) -> None:
        self._leave_for(LinkState.DOWN)
        self._gateway.disconnect()

    def _leave_for(self, state: LinkState) -> None:
        if self.state is LinkState.UP:
            self._lost_at = self._now()
        self.state = state

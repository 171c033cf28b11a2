"""The buttons that let a month pass in a minute."""

from __future__ import annotations

import asyncio
import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from bot.web.seam import Engine


class Step(StrEnum):
    """How far to go."""

    NEXT = "next"
    HOUR = "hour"
    DAY = "day"


class Busy(RuntimeError):
    """Time is being moved already; wait for it to arrive."""


class Fixed(RuntimeError):
    """The clock is the real one; only waiting moves it."""


@dataclass(frozen=True, slots=True)
class Moved:
    """Where the clock stands and how many messages were sent on the way. `nothing`: there was no next event."""

    now: dt.datetime
    sent: int = 0
    nothing: bool = False


class ClockStrip:
    """Moves the demo clock, one step at a time."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._moving = asyncio.Lock()

    async def move(self, step: Step) -> Moved:
        """Raises Busy or Fixed."""
        if not self._engine.can_advance:
            raise Fixed
        if self._moving.locked():
            raise Busy
        async with self._moving:
            now = self._engine.clock.now()
            to = await self._target(step, now)
            if to is None:
                return Moved(now, nothing=True)
            sent = await self._engine.advance(to)
            return Moved(self._engine.clock.now(), sent)

    async def _target(self, step: Step, now: dt.datetime) -> dt.datetime | None:
        if step is Step.NEXT:
            coming = await self._engine.next_event()
            return coming and max(coming, now)
        return now + (dt.timedelta(hours=1) if step is Step.HOUR else dt.timedelta(days=1))

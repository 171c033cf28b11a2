"""What every dispatcher is asked to do: 30 handlers, each for one text, tried in order; the first that fits is called."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from typing import Protocol

WORDS = tuple(f"口令{number}" for number in range(1, 31))


class Peer(Protocol):
    """`calls` counts handler calls, so that a peer that dispatched nothing is noticed."""

    name: str
    calls: int

    async def run(self, text: str, times: int) -> float:
        """Seconds to dispatch `text` `times` times; the event is made beforehand."""


async def timed(dispatch: Callable[[], Awaitable[object]], times: int) -> float:
    started = time.perf_counter()
    for _ in range(times):
        await dispatch()
    return time.perf_counter() - started

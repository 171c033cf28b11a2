"""Our table: a tuple of handlers and `handlers.table.route`."""

from __future__ import annotations

import datetime as dt
import time
from typing import Any, cast
from unittest.mock import patch

from handlers import table
from handlers.contract import Context, Handled, Handler, Incoming, What
from handlers.matching import keyword
from tests.benchmarks.peers.base import WORDS

NOW = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
NOTHING = cast(Any, None)


class Ours:
    name = "ours"

    def __init__(self) -> None:
        self.calls = 0
        self._handlers = tuple(Handler(word, keyword(word), self._act) for word in WORDS)
        self._context = Context(NOW, NOTHING, NOTHING, NOTHING, NOTHING, NOTHING, None, NOTHING)

    def _act(self, ctx: Context, msg: Incoming, matched: str) -> Handled:
        self.calls += 1
        return Handled("bench")

    async def run(self, text: str, times: int) -> float:
        """`route` is a plain function: nothing is awaited."""
        msg = Incoming(1, "memory", NOW, What.TEXT, 1, None, text, text, addressed=True)
        with patch.object(table, "HANDLERS", self._handlers):
            started = time.perf_counter()
            for _ in range(times):
                table.route(self._context, msg)
            return time.perf_counter() - started

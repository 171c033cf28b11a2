"""A running web chat to look at. To test the real assistant, let `_made` make it instead."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from bot.web import demo
from bot.web.seam import WebSettings
from bot.web.server import build
from bot.web.serving import WebServer, bind
from tests.browser.fake import FakeEngine

T = TypeVar("T")
PATIENCE = 20


def _made(path: Path) -> FakeEngine:
    return FakeEngine(path / "web.db")


class Site:
    """The server in a thread of its own, so that the browser's blocking calls do not stop it."""

    def __init__(self, path: Path, port: int = 0, token: str | None = None) -> None:
        self._path = path
        self._settings = WebSettings(port=port, token=token)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def start(self) -> Site:
        self._thread.start()
        self.run(self._start())
        return self

    def stop(self) -> None:
        self.run(self._stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(PATIENCE)
        self._loop.close()

    def pause(self) -> None:
        """The process stops, as for an update."""
        self.run(self._stop())

    def resume(self, port: int) -> None:
        """It starts again at the same place with the same data."""
        self._settings = replace(self._settings, port=port)
        self.run(self._start())

    @property
    def port(self) -> int:
        return self._server.port

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Do something in the server's loop."""
        future: Future[T] = asyncio.run_coroutine_threadsafe(work, self._loop)
        return future.result(PATIENCE)

    async def _start(self) -> None:
        self.engine = _made(self._path)
        channel = self.engine.channel
        await channel.start(self.engine.accept)
        await demo.begin(self.engine.database, channel)
        self._server = WebServer(build(self.engine, channel, self._settings), bind(self._settings))
        await self._server.start()

    async def _stop(self) -> None:
        await self.engine.channel.stop()
        await self._server.stop()
        self.engine.database.close()

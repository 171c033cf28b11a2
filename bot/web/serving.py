"""Listening: the wanted port or the next free one, and a server that the process starts and stops itself."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import socket
from collections.abc import Iterator

import uvicorn
from starlette.types import ASGIApp

from bot.web.seam import WebSettings

PORTS_TO_TRY = 20
LONGEST_MESSAGE = 64 * 1024
PATIENCE_SECONDS = 3


class NoPort(OSError):
    """Neither the wanted port nor one of the next is free."""


def bind(settings: WebSettings) -> socket.socket:
    """A listening socket at `settings.port` (0: any free one), or at the next free port. Raises NoPort."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    last = settings.port + (PORTS_TO_TRY if settings.port else 1)
    for port in range(settings.port, min(last, 65536)):
        listening = socket.socket(family, socket.SOCK_STREAM)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((settings.host, port))
            listening.listen(socket.SOMAXCONN)
            return listening
        except OSError as error:
            listening.close()
            if error.errno not in (errno.EADDRINUSE, errno.EACCES):
                raise
    raise NoPort(f"{settings.host} 的端口 {settings.port} 到 {last - 1} 都被占用了，请用 PORT= 换一个")


class _Quiet(uvicorn.Server):
    """Leaves Ctrl-C to the process, which stops things in its own order."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class WebServer:
    """Serves `app` on a bound socket. No access log: addresses may carry the token."""

    def __init__(self, app: ASGIApp, listening: socket.socket) -> None:
        config = uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            lifespan="off",
            server_header=False,
            date_header=False,
            timeout_graceful_shutdown=PATIENCE_SECONDS,
            ws_max_size=LONGEST_MESSAGE,
            proxy_headers=False,
        )
        self._server = _Quiet(config)
        self._listening = listening
        self._task: asyncio.Task[None] | None = None

    @property
    def port(self) -> int:
        return int(self._listening.getsockname()[1])

    async def start(self) -> None:
        """Returns when requests are answered."""
        self._task = asyncio.create_task(self._server.serve([self._listening]), name="web-server")
        while not self._server.started and not self._task.done():
            await asyncio.sleep(0.01)
        if self._task.done():
            await self._task

    async def stop(self) -> None:
        """Lets requests finish, ends the sockets."""
        self._server.should_exit = True
        if self._task:
            await self._task

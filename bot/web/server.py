"""The web chat as an ASGI application: the page, its endpoints, its socket, and how the process is doing."""

from __future__ import annotations

import asyncio
import logging
import traceback
from collections.abc import Sequence
from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.templating import Jinja2Templates
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.channels.web import WebChannel
from bot.web.guard import Guard
from bot.web.seam import Engine, WebSettings
from bot.web.socket import Socket
from bot.web.talk import Talk

TEMPLATES = Path(__file__).resolve().parents[2] / "templates" / "web"
STATIC = Path(__file__).resolve().parent / "static"
PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8"

log = logging.getLogger(__name__)


def build(engine: Engine, channel: WebChannel, settings: WebSettings) -> Starlette:
    """Everything under one roof. Raises TokenMissing when it would be open to others without a token."""
    talk = Talk(engine, channel).routes()
    socket = WebSocketRoute("/ws", Socket(engine.database, channel.hub).listen)
    static = Mount("/static", StaticFiles(directory=STATIC))
    return _application([_page(engine, channel, settings), *_watch(engine), *talk, socket, static], settings)


def build_watch(engine: Engine, settings: WebSettings) -> Starlette:
    """Only how the process is doing, for a process that talks on another channel. Same rules for coming in."""
    return _application(_watch(engine), settings)


def _application(routes: Sequence[BaseRoute], settings: WebSettings) -> Starlette:
    Guard(_nowhere, settings)  # refuse now, not at the first request
    return Starlette(
        routes=routes,
        middleware=[Middleware(Guard, settings=settings), Middleware(Failures)],
        exception_handlers={HTTPException: _refused},
    )


def _page(engine: Engine, channel: WebChannel, settings: WebSettings) -> Route:
    templates = Jinja2Templates(TEMPLATES)

    async def chat(request: Request) -> Response:
        shown = {"community": settings.community, "demo": settings.demo, "can_advance": engine.can_advance}
        return templates.TemplateResponse(request, "chat.html", shown | {"assistant": channel.bot_name})

    return Route("/", chat)


def _watch(engine: Engine) -> list[Route]:
    async def health(request: Request) -> Response:
        found = await asyncio.to_thread(engine.health)
        return JSONResponse(found, 200 if found.get("ok") else 503)

    async def metrics(request: Request) -> Response:
        return Response(await asyncio.to_thread(engine.metrics), media_type=PROMETHEUS)

    return [Route("/health", health), Route("/metrics", metrics)]


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    words = error.detail if error.status_code != 404 or error.detail != "Not Found" else "没有这个页面"
    return JSONResponse({"error": words}, error.status_code, headers=error.headers)


class Failures:
    """A bug ends here. The log gets its kind and place, not its message: that may hold what somebody wrote."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self._app(scope, receive, send)
        except Exception as error:
            place = traceback.extract_tb(error.__traceback__)[-1]
            log.error("web_request_failed error=%s at=%s:%s", type(error).__name__, place.name, place.lineno)
            if scope["type"] == "http":
                await JSONResponse({"error": "出了点问题，请再试一次"}, 500)(scope, receive, send)


async def _nowhere(scope: Scope, receive: Receive, send: Send) -> None:
    return None

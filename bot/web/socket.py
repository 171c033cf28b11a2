"""The socket that keeps an open page up to date. It only speaks; the page asks through the endpoints."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine

from starlette.websockets import WebSocket, WebSocketDisconnect

from bot.web.hub import Hub, Listener
from storage.queries import web
from storage.work import Database

NOBODY = 4404
COME_BACK = 1012


class Socket:
    """One endpoint for all pages."""

    def __init__(self, database: Database, hub: Hub) -> None:
        self._database = database
        self._hub = hub

    async def listen(self, websocket: WebSocket) -> None:
        me = websocket.query_params.get("me", "")
        if not await asyncio.to_thread(self._known, me):
            return await websocket.close(NOBODY)
        await websocket.accept()
        with self._hub.listen(me) as listener:
            await _first_to_end(_pour(websocket, listener), _until_gone(websocket))

    def _known(self, me: str) -> bool:
        with self._database.reading() as work:
            return web.person(work, me) is not None


async def _pour(websocket: WebSocket, listener: Listener) -> None:
    try:
        await websocket.send_json({"type": "hello"})
        while (note := await listener.next()) is not None:
            await websocket.send_json(note)
        await websocket.close(COME_BACK)
    except (WebSocketDisconnect, RuntimeError):
        return  # the page went away between two notes


async def _until_gone(websocket: WebSocket) -> None:
    while (await websocket.receive())["type"] != "websocket.disconnect":
        pass


async def _first_to_end(*works: Coroutine[None, None, None]) -> None:
    """Run until one has ended, then end the others."""
    tasks = {asyncio.ensure_future(work) for work in works}
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

"""The endpoints of the chat page. Nobody is shown, or may write into, a conversation they are not in."""

from __future__ import annotations

import asyncio
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.channels.base import NotDelivered
from bot.channels.web import NameTaken, NotInside, WebChannel
from bot.web import pictures, view
from bot.web.asked import Look, Move, Newcomer, Say, Show, body, form, problem, query
from bot.web.clockstrip import Busy, ClockStrip, Fixed
from bot.web.demo import STAFF_ROOM
from bot.web.seam import Engine
from storage.queries import web
from storage.queries.web import Bubble
from storage.work import Work

PAGE = 50
LONGEST_ID = 18
NOT_INSIDE = "您不在这个聊天里"
RESTARTING = "杏林正在启动或停下，请稍后再发"


class Talk:
    """Reads through the database, writes through the channel."""

    def __init__(self, engine: Engine, channel: WebChannel) -> None:
        self._engine = engine
        self._database = engine.database
        self._channel = channel
        self._strip = ClockStrip(engine)

    def routes(self) -> list[Route]:
        return [
            Route("/api/state", self.state),
            Route("/api/messages", self.messages),
            Route("/media/{id:int}", self.media),
            Route("/api/text", self.text, methods=["POST"]),
            Route("/api/image", self.image, methods=["POST"]),
            Route("/api/seen", self.seen, methods=["POST"]),
            Route("/api/people", self.people, methods=["POST"]),
            Route("/api/clock", self.clock, methods=["POST"]),
        ]

    async def state(self, request: Request) -> Response:
        """Everything around the open conversation. An unknown `me` becomes the first person there is."""
        return JSONResponse(await asyncio.to_thread(self._state, request.query_params.get("me", "")))

    async def messages(self, request: Request) -> Response:
        """One page of a conversation: `{messages, more, members}`; `before` is the oldest id already shown."""
        asked = request.query_params
        before = asked.get("before", "")
        oldest = int(before) if before.isdecimal() and len(before) < LONGEST_ID else None
        page = await asyncio.to_thread(self._messages, asked.get("me", ""), asked.get("conversation", ""), oldest)
        return JSONResponse(page)

    async def media(self, request: Request) -> Response:
        """A picture, for those who are in its conversation."""
        data = await asyncio.to_thread(self._picture, request.query_params.get("me", ""), request.path_params["id"])
        keep = {"Cache-Control": "private, max-age=86400, immutable"}
        return Response(data, media_type=pictures.media_type(data), headers=keep)

    async def text(self, request: Request) -> Response:
        said = await form(request, Say)
        if not said.text.strip():
            raise problem(400, "还没有写内容")
        return _stored(await self._post(said.me, said.conversation, said.text, None, said.key))

    async def image(self, request: Request) -> Response:
        shown = query(request, Show)
        await asyncio.to_thread(self._inside, shown.me, shown.conversation)
        data = await body(request, pictures.MAX_BYTES, "图片太大了，请发 5 MB 以内的")
        try:
            clean = await asyncio.to_thread(pictures.clean, data)
        except pictures.NotAPicture as error:
            raise problem(400, str(error)) from None
        return _stored(await self._post(shown.me, shown.conversation, "", clean, shown.key))

    async def seen(self, request: Request) -> Response:
        look = await form(request, Look)
        await asyncio.to_thread(self._see, look)
        return JSONResponse({})

    async def people(self, request: Request) -> Response:
        """Add a person and let them come into a room."""
        comer = await form(request, Newcomer)
        await asyncio.to_thread(self._may_come, comer)
        try:
            person_id = await self._channel.add_person(comer.name)
            await self._channel.join(person_id, comer.room, comer.inviter)
        except NameTaken:
            raise problem(409, f"已经有一位“{comer.name}”了，换个称呼吧") from None
        except NotDelivered:
            raise problem(503, RESTARTING) from None
        return JSONResponse({"id": person_id})

    async def clock(self, request: Request) -> Response:
        """Move the demo clock: `{now, sent, nothing}`."""
        move = await form(request, Move)
        try:
            moved = await self._strip.move(move.step)
        except Busy:
            raise problem(409, "时间正在往前走，请稍等") from None
        except Fixed:
            raise problem(409, "现在用的是真实时间，不能快进") from None
        now = view.millis(moved.now)
        self._channel.hub.tell_all({"type": "clock", "now": now})
        return JSONResponse({"now": now, "sent": moved.sent, "nothing": moved.nothing})

    async def _post(self, me: str, conversation: str, text: str, image: bytes | None, key: str) -> Bubble:
        try:
            return await self._channel.post(me, conversation, text, image, key)
        except NotInside:
            raise problem(403, NOT_INSIDE) from None
        except NotDelivered:
            raise problem(503, RESTARTING) from None

    def _state(self, me: str) -> dict[str, Any]:
        with self._database.reading() as work:
            people = web.people(work)
            if me not in {one.id for one in people}:
                me = next((one.id for one in people if not view.is_staff(one)), people[0].id if people else "")
            return {
                "me": me,
                "people": [view.person(one) for one in people],
                "conversations": view.conversations(work, me) if me else [],
                "rooms": [{"id": room.id, "topic": room.topic} for room in web.rooms(work) if room.id != STAFF_ROOM],
                "clock": {"now": view.millis(self._engine.clock.now()), "can_advance": self._engine.can_advance},
            }

    def _messages(self, me: str, conversation: str, before: int | None) -> dict[str, Any]:
        with self._database.reading() as work:
            _readers(work, me, conversation)
            bubbles = web.messages(work, conversation, PAGE + 1, before)
            members = [one.id for one in web.members(work, conversation.removeprefix("room:"))]
        return {
            "messages": [view.bubble(one) for one in bubbles[-PAGE:]],
            "more": len(bubbles) > PAGE,
            "members": members,
        }

    def _picture(self, me: str, message_id: int) -> bytes:
        with self._database.reading() as work:
            found = web.picture(work, message_id) if message_id < 10**LONGEST_ID else None
            if found is None:
                raise problem(404, "图片已经不在了")
            _readers(work, me, found[0])
            return found[1]

    def _inside(self, me: str, conversation: str) -> None:
        with self._database.reading() as work:
            _readers(work, me, conversation)

    def _see(self, look: Look) -> None:
        with self._database.transaction() as work:
            _readers(work, look.me, look.conversation)
            web.see(work, look.me, look.conversation, look.last)

    def _may_come(self, comer: Newcomer) -> None:
        with self._database.reading() as work:
            if comer.room == STAFF_ROOM or web.room(work, comer.room) is None:
                raise problem(404, "没有这个群，请重新选一个")
            if comer.inviter is not None:
                _readers(work, comer.inviter, f"room:{comer.room}")


def _readers(work: Work, me: str, conversation: str) -> frozenset[str]:
    readers = web.readers(work, conversation)
    if me not in readers:
        raise problem(403, NOT_INSIDE)
    return readers


def _stored(bubble: Bubble) -> JSONResponse:
    return JSONResponse(view.bubble(bubble))

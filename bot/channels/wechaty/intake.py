"""From the event stream to `accept`: reads fast, fetches what an event leaves out, keeps order in each chat.

The stream is emptied into memory at once, so that what arrived survives a link that breaks a moment later. Messages of
one chat are accepted in the order they came; a slow picture holds up its own chat only.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar
from weakref import WeakValueDictionary

import structlog
from grpclib import GRPCError
from grpclib.exceptions import StreamTerminatedError

from bot.channels.base import Accept, RawEvent
from bot.channels.wechaty.directory import Directory
from bot.channels.wechaty.friendships import Friendships
from bot.channels.wechaty.gateway import Gateway
from bot.channels.wechaty.inbound import Inbound
from bot.channels.wechaty.payloads import EventType, GatewayEvent

log = structlog.get_logger(__name__)

V = TypeVar("V")
Job = Callable[[], Awaitable[RawEvent | None]]

LINK_BROKE = (StreamTerminatedError, TimeoutError, OSError)
PAUSES = (0.5, 2.0, 5.0, 10.0)
"""Seconds between attempts; together longer than a reconnection takes."""
FRIENDSHIPS = "friendships"
"""One lane for all: a confirmation must not overtake the request it confirms, and their ids are not related."""


class Intake:
    """`hear` takes an event from the stream; `run` works them off until cancelled. Exactly the lost ones are logged."""

    def __init__(
        self, gateway: Gateway, people: Directory, inbound: Inbound, friendships: Friendships, accept: Accept
    ) -> None:
        self._gateway = gateway
        self._people = people
        self._inbound = inbound
        self._friendships = friendships
        self._accept = accept
        self._waiting: asyncio.Queue[GatewayEvent] = asyncio.Queue()
        self._lanes: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    def hear(self, event: GatewayEvent) -> None:
        self._waiting.put_nowait(event)

    async def run(self) -> None:
        async with asyncio.TaskGroup() as workers:
            while True:
                event = await self._waiting.get()
                found = await self._lane_and_job(event)
                if found:
                    lane, job = found
                    lock = self._lanes.setdefault(lane, asyncio.Lock())
                    workers.create_task(self._work(lock, lane, job))

    async def _lane_and_job(self, event: GatewayEvent) -> tuple[str, Job] | None:
        """Which chat it belongs to, and how it becomes a `RawEvent`."""
        match event.type:
            case EventType.MESSAGE:
                return await self._message_job(event.text("messageId"))
            case EventType.ROOM_JOIN:
                return event.text("roomId"), lambda: self._inbound.joined(event)
            case EventType.ROOM_LEAVE:
                return event.text("roomId"), lambda: self._inbound.left(event)
            case EventType.FRIENDSHIP:
                friendship_id = event.text("friendshipId")
                return FRIENDSHIPS, lambda: self._friendships.event(friendship_id)
            case EventType.ROOM_TOPIC | EventType.DIRTY:
                self._people.forget(event.text("roomId") or event.text("payloadId"))
        return None

    async def _message_job(self, message_id: str) -> tuple[str, Job] | None:
        payload = await self._patiently(message_id, lambda: self._gateway.message(message_id))
        if payload is None:
            return None
        return payload.room or payload.talker, lambda: self._inbound.message(payload)

    async def _work(self, lane: asyncio.Lock, name: str, job: Job) -> None:
        async with lane:
            event = await self._patiently(name, job)
            if event:
                await self._hand_over(event)

    async def _patiently(self, name: str, call: Callable[[], Awaitable[V]]) -> V | None:
        """Again while the link is broken; None, and a line in the log, when the gateway or our patience says no."""
        for pause in (*PAUSES, None):
            try:
                return await call()
            except LINK_BROKE as error:
                if pause is None:
                    log.error("wechaty_event_lost", about=name, error=type(error).__name__)
                else:
                    await asyncio.sleep(pause)
            except GRPCError as error:
                log.error("wechaty_event_lost", about=name, status=error.status.name)
                break
            except Exception as error:
                log.error("wechaty_event_lost", about=name, error=type(error).__name__)
                break
        return None

    async def _hand_over(self, event: RawEvent) -> None:
        """The gateway will not tell it twice, so a store that stumbles is asked again; doubles are found out there."""
        for pause in (*PAUSES, None):
            try:
                await self._accept(event)
                return
            except Exception as error:
                log.error("wechaty_accept_failed", message=event.message_id, error=type(error).__name__)
                if pause is None:
                    log.error("wechaty_event_lost", about=event.message_id)
                else:
                    await asyncio.sleep(pause)

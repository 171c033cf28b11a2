"""Gateway events → `RawEvent`. Left out: our own voice, and kinds of message nobody reads."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable

import structlog
from grpclib import GRPCError

from bot.channels.base import EventKind, RawEvent
from bot.channels.wechaty.directory import Directory
from bot.channels.wechaty.gateway import FileTooLarge, Gateway
from bot.channels.wechaty.payloads import GatewayEvent, MessagePayload, MessageType
from bot.normalise import unquoted

log = structlog.get_logger(__name__)

IMAGE_LIMIT = 5_000_000
"""Bytes. A larger picture arrives as an image event without bytes."""
MILLISECONDS_FROM = 1e11
"""A timestamp above this is in milliseconds: as seconds it would lie beyond the year 5000."""


class Inbound:
    """Turns what one gateway tells into events of the channel `name`. `bot` gives our own id, empty before login."""

    def __init__(
        self,
        gateway: Gateway,
        people: Directory,
        clock: Callable[[], dt.datetime],
        name: str,
        bot: Callable[[], str],
    ) -> None:
        self._bot = bot
        self._gateway = gateway
        self._people = people
        self._clock = clock
        self._name = name

    async def message(self, payload: MessagePayload) -> RawEvent | None:
        """None for our own messages and for kinds nobody reads."""
        if payload.talker == self._bot() or payload.type is MessageType.OTHER:
            return None
        is_image = payload.type is MessageType.IMAGE
        quote, text = unquoted("" if is_image else payload.text)
        return RawEvent(
            channel=self._name,
            message_id=payload.id,
            at=self._at(payload.timestamp),
            kind=EventKind.IMAGE if is_image else EventKind.TEXT,
            sender=await self._people.person(payload.talker),
            room=payload.room or None,
            room_topic=await self._people.topic(payload.room) if payload.room else "",
            text=text,
            quote=quote,
            mentions=payload.mentions,
            mentions_bot=await self._mentions_bot(payload),
            image=await self._image(payload.id) if is_image else None,
        )

    async def _mentions_bot(self, payload: MessagePayload) -> bool:
        """The ids decide; when the puppet gives none, "@name" in the text does."""
        if payload.mentions or not payload.room or not self._bot():
            return self._bot() in payload.mentions
        name = (await self._people.person(self._bot())).name
        return bool(name) and f"@{name}" in payload.text

    async def _image(self, message_id: str) -> bytes | None:
        try:
            return await self._gateway.file(message_id, IMAGE_LIMIT)
        except FileTooLarge:
            log.warning("wechaty_image_too_large", message=message_id, limit=IMAGE_LIMIT)
        except GRPCError as error:
            log.warning("wechaty_image_unreadable", message=message_id, status=error.status.name)
        return None

    async def joined(self, event: GatewayEvent) -> RawEvent | None:
        return await self._moved(EventKind.JOIN, event, event.texts("inviteeIdList"), event.text("inviterId"))

    async def left(self, event: GatewayEvent) -> RawEvent | None:
        return await self._moved(EventKind.LEAVE, event, event.texts("removeeIdList"), event.text("removerId"))

    async def _moved(self, kind: EventKind, event: GatewayEvent, moved: tuple[str, ...], by: str) -> RawEvent | None:
        """None when nobody but ourselves moved."""
        room = event.text("roomId")
        self._people.forget(room)
        people = await self._people.people(tuple(person for person in moved if person != self._bot()))
        if len(people) < len(moved):
            log.info("wechaty_bot_moved", kind=kind.value, room=room)
        if not people:
            return None
        at = self._at(event.number("timestamp"))
        return RawEvent(
            channel=self._name,
            message_id=_movement_id(kind, room, at, moved),
            at=at,
            kind=kind,
            sender=await self._people.person(by) if by else people[0],
            room=room,
            room_topic=await self._people.topic(room),
            people=people,
        )

    def _at(self, timestamp: float) -> dt.datetime:
        """The platform's time; ours when it gives none."""
        if timestamp <= 0:
            return self._clock()
        seconds = timestamp / 1000 if timestamp > MILLISECONDS_FROM else timestamp
        return dt.datetime.fromtimestamp(seconds, tz=dt.UTC)


def _movement_id(kind: EventKind, room: str, at: dt.datetime, moved: tuple[str, ...]) -> str:
    """Comings and goings have no id of their own: the same people, room and moment are the same event."""
    people = hashlib.sha256("\0".join(sorted(moved)).encode()).hexdigest()[:12]
    return f"{kind.value}-{room}-{at.timestamp():.3f}-{people}"

"""Who is who: names of people and topics of rooms, remembered for a while."""

from __future__ import annotations

from collections.abc import Callable

import structlog
from grpclib import GRPCError

from bot.channels.base import Contact
from bot.channels.wechaty.cache import Cache
from bot.channels.wechaty.gateway import Gateway

log = structlog.get_logger(__name__)

PEOPLE, PEOPLE_TTL = 10_000, 1_800.0
ROOMS, ROOMS_TTL = 1_000, 600.0


class Directory:
    """Looks people and rooms up at the gateway. A name it will not tell is empty: the event matters more."""

    def __init__(self, gateway: Gateway, now: Callable[[], float]) -> None:
        self._people = Cache(gateway.contact, now, PEOPLE, PEOPLE_TTL)
        self._topics = Cache(gateway.room_topic, now, ROOMS, ROOMS_TTL)

    async def person(self, contact_id: str) -> Contact:
        try:
            return await self._people.get(contact_id)
        except GRPCError as error:
            log.warning("wechaty_contact_unreadable", contact=contact_id, status=error.status.name)
            return Contact(contact_id, "")

    async def people(self, contact_ids: tuple[str, ...]) -> tuple[Contact, ...]:
        return tuple([await self.person(contact_id) for contact_id in contact_ids])

    async def topic(self, room_id: str) -> str:
        try:
            return await self._topics.get(room_id)
        except GRPCError as error:
            log.warning("wechaty_room_unreadable", room=room_id, status=error.status.name)
            return ""

    def forget(self, key: str) -> None:
        """The gateway says that what is known of this person or room is out of date."""
        self._people.drop(key)
        self._topics.drop(key)

"""Friend requests: accepted when the owner wishes it, told once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import structlog

from bot.channels.base import EventKind, RawEvent
from bot.channels.wechaty.directory import Directory
from bot.channels.wechaty.gateway import Gateway
from bot.channels.wechaty.payloads import Friendship, FriendshipType

log = structlog.get_logger(__name__)

TOLD_TTL = 600.0
"""Seconds in which the confirmation of a friendship we accepted ourselves is not told again."""


class Friendships:
    """A request becomes a `FRIEND` event once it is accepted by us, or confirmed on the phone by a person."""

    def __init__(
        self,
        gateway: Gateway,
        people: Directory,
        clock: Callable[[], dt.datetime],
        name: str,
        accept: bool,
    ) -> None:
        self._gateway = gateway
        self._people = people
        self._clock = clock
        self._name = name
        self._accept = accept
        self._told: dict[str, dt.datetime] = {}

    async def event(self, friendship_id: str) -> RawEvent | None:
        """None while nobody has accepted, and for what was told already."""
        asked = await self._gateway.friendship(friendship_id)
        if asked.type is FriendshipType.RECEIVE and self._accept:
            await self._gateway.accept_friendship(friendship_id)
            log.info("wechaty_friend_accepted", contact=asked.contact)
            return await self._tell(asked)
        if asked.type is FriendshipType.CONFIRM and not self._just_told(asked.contact):
            return await self._tell(asked)
        return None

    def _just_told(self, contact_id: str) -> bool:
        oldest = self._clock() - dt.timedelta(seconds=TOLD_TTL)
        self._told = {contact: at for contact, at in self._told.items() if at > oldest}
        return contact_id in self._told

    async def _tell(self, asked: Friendship) -> RawEvent:
        self._told[asked.contact] = self._clock()
        self._people.forget(asked.contact)
        person = await self._people.person(asked.contact)
        return RawEvent(
            channel=self._name,
            message_id=f"friend-{asked.id}",
            at=self._clock(),
            kind=EventKind.FRIEND,
            sender=person,
            text=asked.hello,
            people=(person,),
        )

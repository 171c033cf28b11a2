"""The embedded web chat as a channel: what people write comes in, what the assistant says goes out."""

from __future__ import annotations

import asyncio
import datetime as dt
import uuid

from sqlalchemy.exc import SQLAlchemyError

from bot.channels.base import (
    Accept,
    Capabilities,
    Contact,
    Delivery,
    EventKind,
    LinkState,
    NotDelivered,
    RawEvent,
    Receipt,
    Refused,
    Unknown,
)
from bot.web import view
from bot.web.hub import Hub
from bot.web.mentions import called, calls, well_formed
from bot.web.seam import Clock
from storage.queries import web
from storage.queries.web import BOT, NOTICE, Bubble
from storage.tables.web import WebPerson
from storage.work import Database, Work

OFFER_AGAIN = dt.timedelta(hours=1)
OFFER_AGAIN_MOST = 200
NEW_ROLE = "患者·新朋友"


class NotInside(LookupError):
    """This person is not in that conversation; let them join the room first."""


class NameTaken(ValueError):
    """Somebody of this name is here already; @mentions need names that differ."""


class WebChannel:
    """Keeps every bubble in the database and tells the open pages. All methods belong to the event loop's thread."""

    name = "web"
    capabilities = Capabilities(idempotent=True)
    account = ""

    def __init__(self, database: Database, clock: Clock, bot_name: str = "杏林") -> None:
        self.hub = Hub()
        self.bot_name = bot_name
        self._database = database
        self._clock = clock
        self._accept: Accept | None = None

    @property
    def state(self) -> LinkState:
        return LinkState.UP if self._accept else LinkState.DOWN

    async def start(self, accept: Accept) -> None:
        """Begin; what was written shortly before a crash is offered again (the inbox knows what it has)."""
        self._accept = accept
        for event in await asyncio.to_thread(self._written_lately):
            await accept(event)

    async def stop(self) -> None:
        """Nothing is accepted afterwards; open pages are let go and will come back by themselves."""
        self._accept = None
        self.hub.tell_all(None)

    async def send(self, message: Delivery) -> Receipt:
        """Store the assistant's bubble and show it. The same key twice shows it once."""
        self._listening()
        try:
            bubble, new, readers = await asyncio.to_thread(self._keep_delivery, message)
        except SQLAlchemyError as error:
            raise Unknown(f"网页聊天没能存下消息：{type(error).__name__}") from error
        if new:
            self.hub.tell(readers, view.message_note(bubble))
        return Receipt(str(bubble.id), bubble.at)

    async def post(
        self, person_id: str, conversation: str, text: str, image: bytes | None = None, key: str | None = None
    ) -> Bubble:
        """Somebody writes. With the same `key` again nothing is doubled, so a page may repeat what it is unsure of.

        Raises NotInside, and NotDelivered when the process is not listening.
        """
        accept = self._listening()
        key = f"{person_id}/{key or uuid.uuid4().hex}"
        bubble, new, readers = await asyncio.to_thread(self._keep_post, person_id, conversation, text, image, key)
        if new:
            self.hub.tell(readers, view.message_note(bubble))
        await accept(await asyncio.to_thread(self._event, bubble))
        return bubble

    async def join(self, person_id: str, room_id: str, inviter_id: str | None = None) -> bool:
        """Somebody comes into a room, invited or by themself; False when they were there. Raises LookupError."""
        accept = self._listening()
        kept = await asyncio.to_thread(self._keep_join, person_id, room_id, inviter_id)
        if kept is None:
            return False
        bubble, event, readers = kept
        self.hub.tell(readers, view.message_note(bubble))
        self.hub.tell_all({"type": "people"})
        await accept(event)
        return True

    async def add_person(self, name: str, role: str = NEW_ROLE) -> str:
        """A new person one can be; returns the platform id. Raises NameTaken."""
        person_id = f"web-{uuid.uuid4().hex[:12]}"
        await asyncio.to_thread(self._keep_person, WebPerson(id=person_id, name=name, role=role))
        self.hub.tell_all({"type": "people"})
        return person_id

    def _listening(self) -> Accept:
        if self._accept is None:
            raise NotDelivered("网页聊天没有在运行")
        return self._accept

    def _keep_delivery(self, message: Delivery) -> tuple[Bubble, bool, frozenset[str]]:
        conversation = _conversation_of(message)
        at = "".join(f"@{contact.name} " for contact in message.mentions) if message.room else ""
        with self._database.transaction() as work:
            if not (readers := _known(work, conversation)):
                raise Refused(f"网页聊天里没有 {conversation}")
            bubble, new = web.add_message(
                work,
                message.key,
                conversation,
                BOT,
                self._clock.now(),
                well_formed(at + message.text),
                tuple(contact.id for contact in message.mentions),
                message.picture,
            )
        return bubble, new, readers

    def _keep_post(
        self, person_id: str, conversation: str, text: str, image: bytes | None, key: str
    ) -> tuple[Bubble, bool, frozenset[str]]:
        with self._database.transaction() as work:
            readers = web.readers(work, conversation)
            if person_id not in readers:
                raise NotInside(conversation)
            meant = called(text, _people_in(work, conversation))
            bubble, new = web.add_message(
                work, key, conversation, person_id, self._clock.now(), well_formed(text), meant, image
            )
            web.see(work, person_id, conversation, bubble.id)
        return bubble, new, readers

    def _keep_join(
        self, person_id: str, room_id: str, inviter_id: str | None
    ) -> tuple[Bubble, RawEvent, frozenset[str]] | None:
        with self._database.transaction() as work:
            room, comer = web.room(work, room_id), _contact(work, person_id)
            if room is None:
                raise LookupError(room_id)
            if not web.add_member(work, room_id, person_id):
                return None
            inviter = _contact(work, inviter_id) if inviter_id else None
            line = f"{inviter.name}邀请{comer.name}加入了群聊" if inviter else f"{comer.name}加入了群聊"
            where, key = f"room:{room_id}", f"join/{uuid.uuid4().hex}"
            bubble, _ = web.add_message(work, key, where, NOTICE, self._clock.now(), line)
            web.see(work, person_id, where, bubble.id)
            event = RawEvent(
                self.name,
                f"web-{key}",
                bubble.at,
                EventKind.JOIN,
                inviter or comer,
                room=room_id,
                room_topic=room.topic,
                people=(comer,),
            )
            return bubble, event, web.readers(work, where)

    def _keep_person(self, row: WebPerson) -> None:
        with self._database.transaction() as work:
            if row.name.startswith(self.bot_name) or any(one.name == row.name for one in web.people(work)):
                raise NameTaken(row.name)
            work.add(row)

    def _written_lately(self) -> list[RawEvent]:
        with self._database.reading() as work:
            since = self._clock.now() - OFFER_AGAIN
            bubbles = web.said_since(work, since, OFFER_AGAIN_MOST)
        return [self._event(bubble) for bubble in bubbles]

    def _event(self, bubble: Bubble) -> RawEvent:
        with self._database.reading() as work:
            kind, _, owner = bubble.conversation.partition(":")
            room = web.room(work, owner) if kind == "room" else None
            image = web.picture(work, bubble.id) if bubble.has_picture else None
            sender = _contact(work, bubble.sender)
        return RawEvent(
            self.name,
            f"web-{bubble.key}",
            bubble.at,
            EventKind.IMAGE if image else EventKind.TEXT,
            sender,
            room=room.id if room else None,
            room_topic=room.topic if room else "",
            text=bubble.text,
            mentions=bubble.mentions,
            mentions_bot=calls(bubble.text, self.bot_name),
            image=image[1] if image else None,
        )


def _conversation_of(message: Delivery) -> str:
    if (message.room is None) == (message.person is None):
        raise Refused("消息必须恰好有一个去处：群或个人")
    return f"room:{message.room}" if message.room is not None else f"private:{message.person}"


def _known(work: Work, conversation: str) -> frozenset[str]:
    """Readers of a conversation that exists. A room nobody has entered yet exists too."""
    kind, _, owner = conversation.partition(":")
    readers = web.readers(work, conversation)
    return readers or (frozenset({""}) if kind == "room" and web.room(work, owner) else readers)


def _contact(work: Work, person_id: str) -> Contact:
    found = web.person(work, person_id)
    if found is None:
        raise LookupError(person_id)
    return Contact(found.id, found.name)


def _people_in(work: Work, conversation: str) -> list[WebPerson]:
    kind, _, owner = conversation.partition(":")
    return web.members(work, owner) if kind == "room" else []

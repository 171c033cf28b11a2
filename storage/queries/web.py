"""What the web chat keeps: bubbles, people, rooms, and how far each has read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, and_, delete, func, literal, or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Row

from storage.tables.web import WebMember, WebMessage, WebPerson, WebRoom, WebSeen
from storage.work import Work

MESSAGE = WebMessage.__table__  # type: ignore[attr-defined]
PERSON = WebPerson.__table__  # type: ignore[attr-defined]
ROOM = WebRoom.__table__  # type: ignore[attr-defined]
MEMBER = WebMember.__table__  # type: ignore[attr-defined]
SEEN = WebSeen.__table__  # type: ignore[attr-defined]

BOT = "bot"
NOTICE = ""


@dataclass(frozen=True, slots=True)
class Bubble:
    """A stored message without the bytes of its picture. `mentions` are platform ids."""

    id: int
    key: str
    conversation: str
    sender: str
    at: dt.datetime
    text: str
    mentions: tuple[str, ...]
    has_picture: bool


@dataclass(frozen=True, slots=True)
class Unread:
    """What somebody has not looked at: how many bubbles, and whether one of them mentions them."""

    count: int = 0
    called: bool = False


def insert_new(work: Work, table: Any, values: dict[str, Any]) -> bool:
    """Store a row unless its unique key is there; True when it was new."""
    insert = (postgresql if work.connection.dialect.name == "postgresql" else sqlite).insert
    return work.connection.execute(insert(table).values(**values).on_conflict_do_nothing()).rowcount > 0


def add_message(
    work: Work,
    key: str,
    conversation: str,
    sender: str,
    at: dt.datetime,
    text: str,
    mentions: Sequence[str] = (),
    picture: bytes | None = None,
) -> tuple[Bubble, bool]:
    """Store a bubble; a second one with the same key gives back the first. Returns it and whether it was new."""
    new = insert_new(
        work,
        MESSAGE,
        {
            "key": key,
            "conversation": conversation,
            "sender": sender,
            "at": at,
            "text": text,
            "mentions": ",".join(mentions),
            "picture": picture,
        },
    )
    row = work.connection.execute(_bubbles().where(MESSAGE.c.key == key)).one()
    return _bubble(row), new


def messages(work: Work, conversation: str, limit: int, before: int | None = None) -> list[Bubble]:
    """The newest bubbles (older than id `before`), oldest first."""
    wanted = _bubbles().where(MESSAGE.c.conversation == conversation)
    if before is not None:
        wanted = wanted.where(MESSAGE.c.id < before)
    rows = work.connection.execute(wanted.order_by(MESSAGE.c.id.desc()).limit(limit)).all()
    return [_bubble(row) for row in reversed(rows)]


def said_since(work: Work, moment: dt.datetime, limit: int) -> list[Bubble]:
    """The newest bubbles of people (not the assistant's, no notices) since then, oldest first."""
    wanted = _bubbles().where(MESSAGE.c.sender.not_in((BOT, NOTICE)), MESSAGE.c.at >= moment)
    rows = work.connection.execute(wanted.order_by(MESSAGE.c.id.desc()).limit(limit)).all()
    return [_bubble(row) for row in reversed(rows)]


def last_messages(work: Work, conversations: Sequence[str]) -> dict[str, Bubble]:
    """Conversation → its newest bubble, for those that have one."""
    newest = select(func.max(MESSAGE.c.id)).where(MESSAGE.c.conversation.in_(conversations))
    rows = work.connection.execute(_bubbles().where(MESSAGE.c.id.in_(newest.group_by(MESSAGE.c.conversation))))
    return {row.conversation: _bubble(row) for row in rows}


def picture(work: Work, message_id: int) -> tuple[str, bytes] | None:
    """(conversation, bytes) of a bubble's picture."""
    wanted = select(MESSAGE.c.conversation, MESSAGE.c.picture).where(
        MESSAGE.c.id == message_id, MESSAGE.c.picture.is_not(None)
    )
    row = work.connection.execute(wanted).first()
    return (row.conversation, row.picture) if row else None


def unread(work: Work, person: str, conversations: Sequence[str]) -> dict[str, Unread]:
    """Conversation → what this person has not seen of others' bubbles; conversations without any are left out."""
    called = (literal(",") + MESSAGE.c.mentions + ",").contains(f",{person},", autoescape=True)
    own_mark = and_(SEEN.c.conversation == MESSAGE.c.conversation, SEEN.c.person == person)
    rows = work.connection.execute(
        select(MESSAGE.c.conversation, func.count(), func.count().filter(called))
        .select_from(MESSAGE.outerjoin(SEEN, own_mark))
        .where(MESSAGE.c.conversation.in_(conversations), MESSAGE.c.sender.not_in((person, NOTICE)))
        .where(MESSAGE.c.id > func.coalesce(SEEN.c.last, 0))
        .group_by(MESSAGE.c.conversation)
    )
    return {conversation: Unread(count, calls > 0) for conversation, count, calls in rows}


def see(work: Work, person: str, conversation: str, last: int) -> None:
    """This person has looked at everything up to bubble `last`; the mark never moves back."""
    newest = select(func.max(MESSAGE.c.id)).where(MESSAGE.c.conversation == conversation)
    last = min(last, work.connection.execute(newest).scalar() or 0)
    insert_new(work, SEEN, {"person": person, "conversation": conversation, "last": 0})
    mine = and_(SEEN.c.person == person, SEEN.c.conversation == conversation, SEEN.c.last < last)
    work.connection.execute(SEEN.update().where(mine).values(last=last))


def people(work: Work) -> list[WebPerson]:
    """Everybody one can be, in the order of their coming."""
    return list(work.session.scalars(select(WebPerson).order_by(*_arrival())))


def person(work: Work, person_id: str) -> WebPerson | None:
    return work.session.get(WebPerson, person_id)


def rooms(work: Work) -> list[WebRoom]:
    """All rooms in their order."""
    return list(work.session.scalars(select(WebRoom).order_by(ROOM.c.position, ROOM.c.id)))


def room(work: Work, room_id: str) -> WebRoom | None:
    return work.session.get(WebRoom, room_id)


def rooms_of(work: Work, person_id: str) -> list[WebRoom]:
    """The rooms somebody is in."""
    mine = select(MEMBER.c.room).where(MEMBER.c.person == person_id)
    return list(work.session.scalars(select(WebRoom).where(ROOM.c.id.in_(mine)).order_by(ROOM.c.position, ROOM.c.id)))


def members(work: Work, room_id: str) -> list[WebPerson]:
    """Who is in a room, in the order of their coming."""
    inside = select(WebPerson).join(WebMember, MEMBER.c.person == PERSON.c.id).where(MEMBER.c.room == room_id)
    return list(work.session.scalars(inside.order_by(MEMBER.c.id)))


def add_member(work: Work, room_id: str, person_id: str) -> bool:
    """Put somebody into a room; False when they were there."""
    return insert_new(work, MEMBER, {"room": room_id, "person": person_id})


def readers(work: Work, conversation: str) -> frozenset[str]:
    """The people who may read a conversation; empty when there is no such conversation."""
    kind, _, owner = conversation.partition(":")
    if kind == "private":
        return frozenset({owner}) if person(work, owner) else frozenset()
    inside = select(MEMBER.c.person).where(MEMBER.c.room == owner)
    return frozenset(work.connection.execute(inside).scalars()) if kind == "room" else frozenset()


def forget_person(work: Work, person_id: str) -> int:
    """Erase somebody: what they wrote anywhere, their private chat, their places. Returns how many bubbles went."""
    theirs = or_(MESSAGE.c.sender == person_id, MESSAGE.c.conversation == f"private:{person_id}")
    gone = work.connection.execute(delete(MESSAGE).where(theirs)).rowcount
    for table in (MEMBER, SEEN):
        work.connection.execute(delete(table).where(table.c.person == person_id))
    work.connection.execute(delete(PERSON).where(PERSON.c.id == person_id))
    return gone


def _bubbles() -> Select[Any]:
    columns = (MESSAGE.c.id, MESSAGE.c.key, MESSAGE.c.conversation, MESSAGE.c.sender, MESSAGE.c.at, MESSAGE.c.text)
    return select(*columns, MESSAGE.c.mentions, MESSAGE.c.picture.is_not(None).label("has_picture"))


def _bubble(row: Row[Any]) -> Bubble:
    mentions = tuple(filter(None, row.mentions.split(",")))
    return Bubble(row.id, row.key, row.conversation, row.sender, row.at, row.text, mentions, bool(row.has_picture))


def _arrival() -> tuple[Any, Any]:
    """People have no time of arrival; their first seat in a room tells it. Those without a seat come last."""
    first = select(func.min(MEMBER.c.id)).where(MEMBER.c.person == PERSON.c.id).scalar_subquery()
    return func.coalesce(first, 1_000_000_000), PERSON.c.id

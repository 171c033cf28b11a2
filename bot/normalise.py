"""From a platform's event to what handlers read, in two steps: a body that can be stored, and an `Incoming` with our ids."""

from __future__ import annotations

import datetime as dt
import re
from functools import lru_cache
from typing import Any

from bot.channels.base import RawEvent
from handlers.contract import Incoming, What, stored
from handlers.services.retrieval.text import plain
from handlers.settings import Settings
from storage.queries import people
from storage.tables.people import Person, Room
from storage.work import Work

LONGEST = 10_000
QUOTED = re.compile(r"^「([^」]{0,40}[:：].*?)」\n(?:[-—] ?){5,}\n(.*)$", re.S)
"""「张姐：原话」, a line of dashes, and what is written to it."""


def body(raw: RawEvent) -> dict[str, Any]:
    """The event as plain data for the inbox. Pictures are not kept, only that there was one."""
    return {
        "at": raw.at.isoformat(),
        "kind": raw.kind.value,
        "sender": [readable(raw.sender.id), readable(raw.sender.name)],
        "room": readable(raw.room) if raw.room is not None else None,
        "topic": readable(raw.room_topic),
        "text": raw.text[:LONGEST],
        "mentions": [readable(one) for one in raw.mentions],
        "to_bot": raw.mentions_bot,
        "quote": raw.quote[:LONGEST],
        "image": raw.image is not None,
        "people": [[readable(one.id), readable(one.name)] for one in raw.people],
    }


def readable(text: str) -> str:
    """The text without halves of characters, which no database takes; what stands for them is in no id of a platform."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def incoming(
    work: Work, inbox_id: int, channel: str, data: dict[str, Any], settings: Settings, now: dt.datetime
) -> tuple[Incoming, Person, Room | None]:
    """The message with our own ids; people and rooms met for the first time are stored."""
    zone = settings.community.zone
    person = people.meet(work, channel, data["sender"][0], data["sender"][1], now, zone)
    room = _room(work, channel, data, settings)
    is_join = data["kind"] in (What.JOIN, What.LEAVE)
    if room is not None and not is_join:
        people.note_member(work, stored(room.id), stored(person.id), now)
    mentions = [people.meet(work, channel, one, "", now, zone) for one in data["mentions"]]
    others = [people.meet(work, channel, one, name, now, zone) for one, name in data["people"]]
    said = without_mention(data["text"], settings.community.bot_name) if data["to_bot"] else data["text"]
    quote, said = (data["quote"], said) if data["quote"] else unquoted(said)
    return (
        Incoming(
            inbox_id=inbox_id,
            channel=channel,
            at=dt.datetime.fromisoformat(data["at"]),
            what=What(data["kind"]),
            person_id=stored(person.id),
            room_id=room.id if room else None,
            said=said.strip(),
            text=plain(said),
            addressed=room is None or data["to_bot"],
            mentions=tuple(stored(one.id) for one in mentions),
            quote=quote,
            has_image=data["image"],
            people=tuple(stored(one.id) for one in others),
        ),
        person,
        room,
    )


def _room(work: Work, channel: str, data: dict[str, Any], settings: Settings) -> Room | None:
    if data["room"] is None:
        return None
    room = people.enter(work, channel, data["room"], data["topic"])
    if not room.is_staff and any((one.channel, one.id) == (channel, data["room"]) for one in settings.staff_rooms):
        people.change_room(work, stored(room.id), is_staff=True)
        room.is_staff = True
    return room


def unquoted(text: str) -> tuple[str, str]:
    """(what is quoted, what is written below it): WeChat writes both into one text, with a line of dashes between."""
    found = QUOTED.match(text)
    return (found[1], found[2]) if found else ("", text)


def without_mention(text: str, bot_name: str) -> str:
    """The text without "@杏林", wherever it stands."""
    return _mention(bot_name).sub("", text)


@lru_cache
def _mention(bot_name: str) -> re.Pattern[str]:
    return re.compile(rf"[@＠]{re.escape(bot_name)}[\s\u2005,，:：]*")

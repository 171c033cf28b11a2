"""Rows as the plain data that the page draws. Times are milliseconds since 1970 UTC."""

from __future__ import annotations

import datetime as dt
import zlib
from typing import Any

from storage.queries import web
from storage.queries.web import Bubble, Unread
from storage.tables.web import WebPerson, WebRoom
from storage.work import Work

PATIENT_ROLES = ("患者", "家长")
LAST_LINE = 60
TINTS = 9


def millis(moment: dt.datetime) -> int:
    return int(moment.timestamp() * 1000)


def bubble(of: Bubble) -> dict[str, Any]:
    return {
        "id": of.id,
        "key": of.key.rpartition("/")[2],
        "sender": of.sender,
        "at": millis(of.at),
        "text": of.text,
        "mentions": list(of.mentions),
        "picture": of.has_picture,
    }


def message_note(of: Bubble) -> dict[str, Any]:
    """What an open page is told of a new bubble."""
    return {"type": "message", "conversation": of.conversation, "message": bubble(of)}


def person(of: WebPerson) -> dict[str, Any]:
    return {"id": of.id, "name": of.name, "role": of.role, "tint": of.avatar or tint(of.id), "staff": is_staff(of)}


def tint(id_: str) -> str:
    """One of the page's nine colours, always the same for the same id."""
    return str(zlib.crc32(id_.encode()) % TINTS + 1)


def is_staff(of: WebPerson) -> bool:
    """Only for grouping on the page; rights hang on the platform id elsewhere."""
    return not of.role.startswith(PATIENT_ROLES)


def conversations(work: Work, me: str) -> list[dict[str, Any]]:
    """Everything this person sees in the list: the chat with the assistant first, then the rooms."""
    rooms = web.rooms_of(work, me)
    ids = [f"private:{me}", *(f"room:{room.id}" for room in rooms)]
    last, unread = web.last_messages(work, ids), web.unread(work, me, ids)
    return [
        _conversation(id_, room, last.get(id_), unread.get(id_, Unread()))
        for id_, room in zip(ids, [None, *rooms], strict=True)
    ]


def _conversation(id_: str, room: WebRoom | None, last: Bubble | None, unread: Unread) -> dict[str, Any]:
    return {
        "id": id_,
        "topic": room.topic if room else "",
        "tint": str(room.position % TINTS + 1) if room else "bot",
        "last": _last_line(last),
        "unread": unread.count,
        "called": unread.called,
    }


def _last_line(of: Bubble | None) -> dict[str, Any] | None:
    if of is None:
        return None
    return bubble(of) | {"text": " ".join(of.text.split())[:LAST_LINE]}

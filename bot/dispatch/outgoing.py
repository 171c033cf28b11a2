"""Turns decisions into rows: replies into the outbox."""

from __future__ import annotations

import datetime as dt
from typing import Any

from handlers.contract import Handled, Outgoing


def outbox_row(message: Outgoing, now: dt.datetime, by: str, inbox_id: int | None = None) -> dict[str, Any]:
    """A waiting outbox row. A message to nobody or to two places is a bug of ours."""
    if (message.person_id is None) == (message.room_id is None):
        raise ValueError(f"{by}: a message goes either to a person or to a room")
    picture = message.picture
    return {
        "key": message.key,
        "inbox_id": inbox_id,
        "created_at": now,
        "after": message.after or now,
        "expires": message.expires,
        "person_id": message.person_id,
        "room_id": message.room_id,
        "kind": message.kind.value,
        "by": message.by or by,
        "text": message.text,
        "mentions": list(message.mentions),
        "picture": {"drawing": picture.drawing, "data": picture.data} if picture else None,
        "on_doubt": message.on_doubt.value,
        "about": message.about,
        "private": message.private,
        "state": "waiting",
        "reason": "",
        "attempts": 0,
        "sent_at": None,
        "receipt": "",
    }


def outbox_rows(handled: Handled, now: dt.datetime, inbox_id: int | None = None) -> list[dict[str, Any]]:
    return [outbox_row(message, now, handled.by, inbox_id) for message in handled.replies]

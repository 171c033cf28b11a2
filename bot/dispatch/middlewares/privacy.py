"""Personal data written into a room: a neutral line that asks to take it back. The data itself is not repeated."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace

from bot.dispatch.chain import Next, Outcome
from handlers.contract import Context, Handled, Incoming, to_room

PERSONAL = re.compile(r"(?<!\d)(?:1[3-9]\d(?:[\s-]?\d{4}){2}|\d{6}\s?\d{8}\s?\d{3}[\dXx])(?!\d)")
"""Narrow: a row of readings (13.5，14.2，15.1) is no phone number."""
ONCE_IN = dt.timedelta(minutes=30)


def _pointed(ctx: Context, msg: Incoming, outcome: Outcome) -> Outcome:
    """Who asked in a room and is answered in private is told where to look."""
    if not isinstance(outcome, Handled) or msg.room_id is None or not msg.addressed or ctx.roles:
        return outcome
    if not outcome.replies or any(one.room_id == msg.room_id for one in outcome.replies):
        return outcome
    line = to_room(msg.room_id, ctx.words("chat/see_private"), mentions=(msg.person_id,), by=outcome.by)
    return replace(outcome, replies=(*outcome.replies, line))


def privacy(ctx: Context, msg: Incoming, inner: Next) -> Outcome:
    """Hands on, and adds the line when a phone or ID number stands in a patients' room."""
    outcome = _pointed(ctx, msg, inner(ctx, msg))
    if msg.room_id is None or ctx.roles or (ctx.room is not None and ctx.room.is_staff):
        return outcome
    if not PERSONAL.search(msg.text):
        return outcome
    key = f"privacy:{msg.room_id}:{msg.person_id}:{ctx.now.timestamp() // ONCE_IN.total_seconds():.0f}"
    line = to_room(msg.room_id, ctx.words("privacy/in_room"), mentions=(msg.person_id,), by="privacy", key=key)
    handled = outcome if isinstance(outcome, Handled) else Handled("privacy")
    return replace(handled, replies=(*handled.replies, line))

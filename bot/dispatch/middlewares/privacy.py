"""Personal matters written into a room: a neutral line that asks to take it back, and the answer in private.

The data itself is not repeated; phone and ID numbers are masked before anything is kept.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from bot.dispatch.chain import Next, Outcome
from handlers.contract import Context, Handled, Incoming, to_room
from handlers.services.safety.exposed import Exposed, redacted

ONCE_IN = dt.timedelta(minutes=30)


def privacy(ctx: Context, msg: Incoming, inner: Next) -> Outcome:
    """Hands on, and adds one line in a patients' room."""
    if msg.room_id is None or (ctx.room is not None and ctx.room.is_staff):
        return inner(ctx, msg)
    found = ctx.index.exposed(msg.text, msg.with_picture)
    if found is None or ctx.roles:
        return _pointed(ctx, msg, inner(ctx, msg))
    return _with_line(ctx, msg, inner(ctx, redacted(msg) if found is Exposed.NUMBER else msg), found)


def _with_line(ctx: Context, msg: Incoming, outcome: Outcome, found: Exposed) -> Outcome:
    """At most one line in half an hour. It says too where the answer is."""
    handled = outcome if isinstance(outcome, Handled) else Handled("privacy")
    key = f"privacy:{msg.room_id}:{msg.person_id}:{ctx.now.timestamp() // ONCE_IN.total_seconds():.0f}"
    text = ctx.words("privacy/in_room", found=found.value, private=_in_private(msg, handled))
    line = to_room(msg.room_id or 0, text, mentions=(msg.person_id,), by="privacy", key=key)
    return replace(handled, replies=(*handled.replies, line))


def _pointed(ctx: Context, msg: Incoming, outcome: Outcome) -> Outcome:
    """Who asked in a room and is answered in private is told where to look."""
    if not isinstance(outcome, Handled) or not msg.addressed or not _in_private(msg, outcome) or ctx.roles:
        return outcome
    line = to_room(msg.room_id or 0, ctx.words("chat/see_private"), mentions=(msg.person_id,), by=outcome.by)
    return replace(outcome, replies=(*outcome.replies, line))


def _in_private(msg: Incoming, handled: Handled) -> bool:
    return all(one.room_id != msg.room_id for one in handled.replies) and any(
        one.person_id == msg.person_id for one in handled.replies
    )

"""Advertisements, rumours, insults and other people's data in a patients' room: staff are told, the room hears nothing.

Inside triage, so that whoever is in danger is not judged; around all else, so that the message gets what it gets anyway.
"""

from __future__ import annotations

from dataclasses import replace

from bot.dispatch.chain import Next, Outcome
from handlers.contract import Context, Handled, Incoming
from handlers.services.community import notes


def moderation(ctx: Context, msg: Incoming, inner: Next) -> Outcome:
    """Hands on, and adds the note to staff."""
    outcome = inner(ctx, msg)
    if ctx.room is None or ctx.room.is_staff or not msg.text:
        return outcome
    seen = ctx.index.moderator.seen(msg.said, ctx.person.name)
    if seen is None or ctx.roles:
        return outcome
    noticed = notes.notice(ctx, msg, seen)
    handled = outcome if isinstance(outcome, Handled) else Handled(noticed.by)
    return replace(handled, replies=(*handled.replies, *noticed.replies), events=(*handled.events, *noticed.events))

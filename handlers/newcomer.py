"""Somebody comes, goes, or adds the bot as a friend."""

from __future__ import annotations

from collections.abc import Callable

from handlers.contract import Context, Handled, Handler, Happened, Incoming, Outgoing, What, stored
from handlers.services.community import welcome
from handlers.services.staff.roles import roles_of
from storage.queries import people


def _what(kind: What) -> Callable[[Context, Incoming], bool | None]:
    return lambda ctx, msg: True if msg.what is kind else None


def joined(ctx: Context, msg: Incoming, matched: bool) -> Handled:
    """Note the members, greet patients in private, plan one welcome in the room."""
    replies: list[Outgoing] = []
    newcomers: list[int] = []
    events: list[Happened] = []
    inviter = ctx.person_id if ctx.person_id not in msg.people else None
    for person in people.people(ctx.work, msg.people).values():
        person_id = stored(person.id)
        if not people.note_member(ctx.work, msg.room_id or 0, person_id, ctx.now, inviter):
            continue
        events.append(Happened("room_joined", {"invited_by": inviter}, person_id, msg.room_id))
        if not roles_of(ctx.work, ctx.settings, person):
            newcomers.append(person_id)
            replies += welcome.personal(ctx, person, ctx.room.topic if ctx.room else "")
    if newcomers and msg.room_id is not None:
        welcome.plan_room_welcome(ctx, msg.room_id, newcomers)
    return Handled("newcomer", tuple(replies), tuple(events))


def left(ctx: Context, msg: Incoming, matched: bool) -> Handled:
    for person_id in msg.people:
        people.note_left(ctx.work, msg.room_id or 0, person_id, ctx.now)
    events = tuple(Happened("room_left", {}, person_id, msg.room_id) for person_id in msg.people)
    return Handled("newcomer", (), events)


def befriended(ctx: Context, msg: Incoming, matched: bool) -> Handled:
    replies = () if ctx.roles else tuple(welcome.personal(ctx, ctx.person, ""))
    return Handled("newcomer", replies, (Happened("befriended", {}, ctx.person_id),))


JOINED = Handler("newcomer", _what(What.JOIN), joined)
LEFT = Handler("newcomer", _what(What.LEAVE), left)
BEFRIENDED = Handler("newcomer", _what(What.FRIEND), befriended)

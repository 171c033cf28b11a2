"""A flood from one person, or of questions in one room, is slowed down; red flags have been answered before this point."""

from __future__ import annotations

import datetime as dt
from collections import OrderedDict

from bot.dispatch.chain import Next, Outcome
from handlers.contract import Context, Handled, Incoming, What, privately, to_room

WINDOW = dt.timedelta(minutes=1)
PLACES = 10_000


class Window:
    """How many messages each key had over the last minute (in memory: a restart forgives)."""

    def __init__(self) -> None:
        self._seen: OrderedDict[int, dict[int, dt.datetime]] = OrderedDict()

    def count(self, key: int, inbox_id: int, now: dt.datetime) -> int:
        """With this one; by message, so that one that is decided on again counts once."""
        seen = self._seen.setdefault(key, {})
        self._seen.move_to_end(key)
        while len(self._seen) > PLACES:
            self._seen.popitem(last=False)
        for old in [one for one, at in seen.items() if now - at > WINDOW]:
            del seen[old]
        seen[inbox_id] = now
        return len(seen)


class RateLimit:
    """One line when the limit is reached, then silence until it is calmer."""

    def __init__(self) -> None:
        self._people, self._rooms = Window(), Window()

    def __call__(self, ctx: Context, msg: Incoming, inner: Next) -> Outcome:
        if msg.what not in (What.TEXT, What.IMAGE):
            return inner(ctx, msg)
        limits = ctx.settings.limits
        over = self._people.count(msg.person_id, msg.inbox_id, ctx.now) - limits.messages_a_minute
        if over > 0 and not ctx.roles:
            words = privately(msg, ctx.words("system/too_fast"), by="ratelimit")
            return Handled("ratelimit", (words,) if over == 1 and msg.addressed else ())
        if msg.room_id is None or not msg.addressed:
            return inner(ctx, msg)
        over = self._rooms.count(msg.room_id, msg.inbox_id, ctx.now) - limits.room_questions_a_minute
        if over <= 0 or ctx.roles:
            return inner(ctx, msg)
        line = to_room(msg.room_id, ctx.words("system/room_too_fast"), by="ratelimit")
        return Handled("ratelimit", (line,) if over == 1 else ())

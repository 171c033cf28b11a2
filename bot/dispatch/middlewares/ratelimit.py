"""A flood from one person is slowed down; red flags have been answered before this point."""

from __future__ import annotations

import datetime as dt
from collections import OrderedDict

from bot.dispatch.chain import Next, Outcome
from handlers.contract import Context, Handled, Incoming, What, privately

WINDOW = dt.timedelta(minutes=1)
PEOPLE = 10_000


class RateLimit:
    """Counts the messages of each person over the last minute (in memory: a restart forgives)."""

    def __init__(self) -> None:
        self._seen: OrderedDict[int, dict[int, dt.datetime]] = OrderedDict()

    def __call__(self, ctx: Context, msg: Incoming, inner: Next) -> Outcome:
        if msg.what not in (What.TEXT, What.IMAGE):
            return inner(ctx, msg)
        seen = self._seen.setdefault(msg.person_id, {})
        self._seen.move_to_end(msg.person_id)
        while len(self._seen) > PEOPLE:
            self._seen.popitem(last=False)
        for old in [one for one, at in seen.items() if ctx.now - at > WINDOW]:
            del seen[old]
        seen[msg.inbox_id] = ctx.now  # by message: one that is decided on again counts once
        over = len(seen) - ctx.settings.limits.messages_a_minute
        if over <= 0 or ctx.roles:
            return inner(ctx, msg)
        words = (privately(msg, ctx.words("system/too_fast"), by="ratelimit"),) if over == 1 and msg.addressed else ()
        return Handled("ratelimit", words)

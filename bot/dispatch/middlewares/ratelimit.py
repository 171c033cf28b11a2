"""A flood from one person is slowed down; red flags have been answered before this point."""

from __future__ import annotations

import datetime as dt
from collections import OrderedDict, deque

from bot.dispatch.chain import Next, Outcome
from handlers.contract import Context, Handled, Incoming, privately

WINDOW = dt.timedelta(minutes=1)
PEOPLE = 10_000


class RateLimit:
    """Counts the messages of each person over the last minute (in memory: a restart forgives)."""

    def __init__(self) -> None:
        self._seen: OrderedDict[int, deque[dt.datetime]] = OrderedDict()

    def __call__(self, ctx: Context, msg: Incoming, inner: Next) -> Outcome:
        seen = self._seen.setdefault(msg.person_id, deque())
        self._seen.move_to_end(msg.person_id)
        while len(self._seen) > PEOPLE:
            self._seen.popitem(last=False)
        while seen and ctx.now - seen[0] > WINDOW:
            seen.popleft()
        seen.append(ctx.now)
        over = len(seen) - ctx.settings.limits.messages_a_minute
        if over <= 0 or ctx.roles:
            return inner(ctx, msg)
        words = (privately(msg, ctx.words("system/too_fast"), by="ratelimit"),) if over == 1 and msg.addressed else ()
        return Handled("ratelimit", words)

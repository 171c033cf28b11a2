"""How fast one account may speak: a gap per chat with a stable jitter, and a most per minute. Safety does not wait. What
many get at the same time is spread: everybody has a place of their own in it that never changes."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import deque

from bot.channels.base import Pace

SLOW = Pace(same_chat=10, jitter=5, per_minute=4)
"""While the platform warns us."""
MINUTE = dt.timedelta(minutes=1)


class Pacer:
    """Remembers when it last spoke where."""

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self._chats: dict[str, dt.datetime] = {}
        self._minute: deque[dt.datetime] = deque()

    def earliest(self, chat: str, now: dt.datetime) -> dt.datetime:
        """When the next message to this chat may go: `now`, or later."""
        moment = now
        if self._pace.same_chat and chat in self._chats:
            gap = self._pace.same_chat + self._pace.jitter * _share(chat, self._chats[chat])
            moment = max(moment, self._chats[chat] + dt.timedelta(seconds=gap))
        while self._minute and now - self._minute[0] > MINUTE:
            self._minute.popleft()
        if self._pace.per_minute and len(self._minute) >= self._pace.per_minute:
            moment = max(moment, self._minute[-self._pace.per_minute] + MINUTE)
        return moment

    def spoke(self, chat: str, now: dt.datetime) -> None:
        self._chats[chat] = now
        self._minute.append(now)


def offset(person_id: int, over: dt.timedelta) -> dt.timedelta:
    """How long after everybody's time somebody's own is, in whole seconds; the same for them every day."""
    return dt.timedelta(seconds=int(over.total_seconds() * _number(f"person {person_id}")))


def _share(chat: str, last: dt.datetime) -> float:
    return _number(f"{chat}{last.timestamp()}")


def _number(seed: str) -> float:
    """A number in [0, 1) that looks random and can be worked out again."""
    digest = hashlib.blake2b(seed.encode(), digest_size=4).digest()
    return int.from_bytes(digest) / 2**32

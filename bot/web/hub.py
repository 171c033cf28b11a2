"""Who is looking just now, and how they learn that something happened."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, TypeAlias

Note: TypeAlias = dict[str, Any]
"""Plain data with a `type`: message, people, clock."""

BACKLOG = 500


class Listener:
    """One open page. `lost` is set when it reads too slowly: it must come back and read everything anew."""

    def __init__(self, person: str) -> None:
        self.person = person
        self.lost = False
        self._notes: asyncio.Queue[Note | None] = asyncio.Queue(BACKLOG)

    async def next(self) -> Note | None:
        """The next note; None when there will be no more."""
        return None if self.lost and self._notes.empty() else await self._notes.get()

    def tell(self, note: Note | None) -> None:
        try:
            self._notes.put_nowait(note)
        except asyncio.QueueFull:
            self.lost = True


class Hub:
    """All open pages of this process. Used from the event loop only."""

    def __init__(self) -> None:
        self._listeners: set[Listener] = set()

    @contextmanager
    def listen(self, person: str) -> Iterator[Listener]:
        """Hear what concerns `person` while the block runs."""
        listener = Listener(person)
        self._listeners.add(listener)
        try:
            yield listener
        finally:
            self._listeners.discard(listener)

    def tell(self, people: Iterable[str], note: Note) -> None:
        """Tell these people's open pages."""
        wanted = frozenset(people)
        for listener in self._listeners:
            if listener.person in wanted:
                listener.tell(note)

    def tell_all(self, note: Note | None) -> None:
        """Tell every open page; None ends them."""
        for listener in self._listeners:
            listener.tell(note)

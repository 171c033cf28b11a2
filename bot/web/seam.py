"""What the web chat needs of the rest of the process, and nothing more."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Protocol

from bot.channels.base import RawEvent
from storage.work import Database


class Clock(Protocol):
    """The only wall clock."""

    def now(self) -> dt.datetime:
        """Aware UTC."""
        ...


class Engine(Protocol):
    """The running assistant, as the web chat sees it."""

    @property
    def clock(self) -> Clock: ...

    @property
    def database(self) -> Database: ...

    @property
    def can_advance(self) -> bool:
        """False when the clock is the real one."""
        ...

    async def accept(self, raw: RawEvent) -> None:
        """Returns once the event is stored; replies arrive through the channel."""

    async def advance(self, to: dt.datetime) -> int:
        """Walk the demo clock through everything due up to `to` (aware); returns how many messages were sent."""
        ...

    async def next_event(self) -> dt.datetime | None:
        """When something is due next."""
        ...

    def health(self) -> dict[str, object]:
        """`{"ok": bool, …}`: counts and states, no person's data."""
        ...

    def metrics(self) -> bytes:
        """Prometheus text."""
        ...


@dataclass(frozen=True, slots=True)
class WebSettings:
    """Where the web chat listens and who may come in. An address other than loopback needs `token`."""

    host: str = "127.0.0.1"
    port: int = 8080
    token: str | None = None
    demo: bool = True
    community: str = "杏林"

"""A channel without a platform: for stories, simulations and the crash tests. Sending the same key twice has one effect."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bot.channels.base import Accept, Capabilities, Delivery, LinkState, Receipt, Restricted


@dataclass(frozen=True, slots=True)
class Sent:
    """A delivery and when it went out."""

    delivery: Delivery
    at: dt.datetime


class MemoryChannel:
    """Keeps what was sent in `sent`. With `journal`, receipts also go to a file, so that they outlive a killed process."""

    capabilities = Capabilities(idempotent=True, stable_ids=False)

    def __init__(
        self, now: Callable[[], dt.datetime], journal: Path | None = None, name: str = "memory", account: str = "bot"
    ) -> None:
        self.name = name
        self.account = account
        self.state = LinkState.DOWN
        self.sent: list[Sent] = []
        self.warnings = 0
        """So many of the next sends are turned away with a warning."""
        self._now = now
        self._journal = journal
        self._keys = set(journal.read_text().split()) if journal and journal.exists() else set()
        self.accept: Accept | None = None

    async def start(self, accept: Accept) -> None:
        self.accept = accept
        self.state = LinkState.UP

    async def stop(self) -> None:
        self.state = LinkState.DOWN

    async def send(self, message: Delivery) -> Receipt:
        if self.warnings:
            self.warnings -= 1
            raise Restricted
        if message.key not in self._keys:
            self._keys.add(message.key)
            self._write(message.key)
            self.sent.append(Sent(message, self._now()))
        return Receipt(message.key, self._now())

    def _write(self, key: str) -> None:
        if self._journal is None:
            return
        with self._journal.open("a") as file:
            file.write(key + "\n")

"""The only wall clock. Everything else is given `now`."""

from __future__ import annotations

import datetime as dt
from typing import Protocol


class Clock(Protocol):
    def now(self) -> dt.datetime:
        """Aware UTC."""


class SystemClock:
    """Real time."""

    def now(self) -> dt.datetime:
        return dt.datetime.now(dt.UTC)


class ManualClock:
    """Stands still until it is set: stories, tests, simulations."""

    def __init__(self, now: dt.datetime) -> None:
        self._now = now

    def now(self) -> dt.datetime:
        return self._now

    def jump(self, to: dt.datetime) -> None:
        """Go to a later moment; never back."""
        self._now = max(self._now, to)


class DemoClock:
    """Real time plus an offset that only grows: the demo's clock strip."""

    def __init__(self, ahead: dt.timedelta = dt.timedelta()) -> None:
        self.ahead = ahead

    def now(self) -> dt.datetime:
        return dt.datetime.now(dt.UTC) + self.ahead

    def jump(self, to: dt.datetime) -> None:
        """Go to a later moment; never back."""
        self.ahead = max(self.ahead, to - dt.datetime.now(dt.UTC))

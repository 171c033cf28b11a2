"""What reading a reminder request gives: a request, or one question to ask back."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Schedule:
    """When it rings.

    `first`: aware (UTC), strictly after the moment of asking. `rule`: RFC 5545 RRULE without DTSTART (by the lunar
    calendar: RFC 7529), "" for once.
    `until`: aware (UTC), the last moment, or None. `said`: the Chinese reading-back.
    """

    first: dt.datetime
    rule: str
    until: dt.datetime | None
    said: str


@dataclass(frozen=True, slots=True)
class Ask:
    """The time is not clear: one question, the answers offered, and the whole request rewritten for each of them."""

    question: str
    options: tuple[str, ...] = ()
    rewrite: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Request:
    """What to be reminded of, and one schedule for each time of day."""

    what: str
    times: tuple[Schedule, ...]


class Unclear(Exception):
    """Ends the reading early: the question in `ask` has to be answered first."""

    def __init__(self, ask: Ask) -> None:
        super().__init__(ask.question)
        self.ask = ask

"""The run of days with a check-in. Frozen days break nothing: three gentle days after them bring the old run back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from handlers.contract import Scene
from handlers.services.care import freezes
from storage.queries import care
from storage.tables.people import Person

LONGEST_LOOK_BACK = dt.timedelta(days=400)
GENTLE = 3
"""So many days after a freeze bring the run back."""
COME_BACK = 3
"""So many days after a freeze may pass before the first of them."""
DAY = dt.timedelta(days=1)
Frozen = Callable[[dt.date], bool]


@dataclass(frozen=True, slots=True)
class Run:
    """`days` in a row. `held`: the run of before a freeze, not yet brought back by the `gentle` days since. `revived`:
    just now."""

    days: int
    held: int = 0
    gentle: int = 0
    revived: bool = False


def streak(scene: Scene, person: Person, day: dt.date) -> Run:
    """The run up to `day`; a day that has only begun breaks nothing."""
    days = care.days(scene.work, person.id, day - LONGEST_LOOK_BACK)
    known: list[freezes.Freeze] | None = None

    def frozen(one: dt.date) -> bool:
        nonlocal known
        if known is None:  # asked for only where there is a gap
            known = freezes.of(scene, person)
        return freezes.covers(known, one)

    return run(days, day, frozen)


def run(days: set[dt.date], day: dt.date, frozen: Frozen) -> Run:
    """The same of given days."""
    end = day if day in days else day - DAY
    count = 0
    while end in days:
        count, end = count + 1, end - DAY
    before = max((one for one in days if one < end), default=None)
    if before is None or not _bridged(before, end, frozen):
        return Run(count)
    old = run(days, before, frozen).days
    if count == 0:
        return Run(old, held=old)
    if count < GENTLE:
        return Run(count, held=old, gentle=count)
    return Run(old + count, revived=count == GENTLE and day in days)


def _bridged(before: dt.date, end: dt.date, frozen: Frozen) -> bool:
    """Whether the days after `before` up to `end` are a freeze, with a few days to come back at its end."""
    gap = [before + DAY * number for number in range(1, (end - before).days + 1)]
    return frozen(gap[0]) and sum(not frozen(one) for one in gap) <= COME_BACK

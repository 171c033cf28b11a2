"""What a benchmark hands back: figures with their spread, a peer's figure of the same run, and bounds."""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

Tell = Callable[[str], None]
"""Says what is being measured now."""
ENOUGH_FOR_P99 = 100


@dataclass(frozen=True, slots=True)
class Bound:
    """`of` is "min", "median" or "p99"; the figure should be at most (or, for rates, at least) `limit`."""

    of: str
    limit: float
    at_least: bool = False

    def met(self, value: float) -> bool:
        return value >= self.limit if self.at_least else value <= self.limit

    def __str__(self) -> str:
        return f"{self.of} {'≥' if self.at_least else '≤'} {self.limit:g}"


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table. `p99` is None when there are too few samples for it to mean anything.

    `ratio` compares medians with `against`: above 1 means that ours is that many times as fast.
    """

    benchmark: str
    name: str
    unit: str
    samples: int
    least: float
    median: float
    p99: float | None = None
    against: str = ""
    ratio: float | None = None
    bounds: tuple[Bound, ...] = ()

    def value(self, of: str) -> float:
        known = {"min": self.least, "median": self.median, "p99": self.p99}
        found = known[of]
        return self.median if found is None else found

    @property
    def met(self) -> bool | None:
        """Whether all bounds hold; None when there are none."""
        return all(bound.met(self.value(bound.of)) for bound in self.bounds) if self.bounds else None

    def as_dict(self) -> dict[str, Any]:
        bounds = [{"bound": str(bound), "met": bound.met(self.value(bound.of))} for bound in self.bounds]
        return asdict(self) | {"bounds": bounds, "met": self.met}


def rounds(most: int, seconds: float) -> Iterator[int]:
    """1, 2, … `most`; no further round begins after `seconds`, so that a slow machine has fewer rounds."""
    ends = time.perf_counter() + seconds
    for number in range(1, most + 1):
        if number == 1 or time.perf_counter() < ends:
            yield number


def figure(
    benchmark: str,
    name: str,
    unit: str,
    samples: Sequence[float],
    *bounds: Bound,
    against: str = "",
    ratio: float | None = None,
) -> Figure:
    """The spread of `samples`."""
    ordered = sorted(samples)
    p99 = ordered[math.ceil(0.99 * len(ordered)) - 1] if len(ordered) >= ENOUGH_FOR_P99 else None
    return Figure(
        benchmark, name, unit, len(ordered), ordered[0], statistics.median(ordered), p99, against, ratio, bounds
    )

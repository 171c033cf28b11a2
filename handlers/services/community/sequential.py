"""Looking at two shares again and again without fooling oneself: the mixture sequential probability ratio test.

Johari, Pekelis, Walsh: Always Valid Inference (2017; Operations Research 70(3), 2022), normal approximation of two
proportions, mixture variance `TAU` squared. The ratio may be looked at after every person; when nothing is different it passes
1/alpha with probability alpha at most, however often one looks.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

TAU = 0.1
"""Differences of about this size are looked for first: ten per cent points."""
ALPHA = 0.05
MOST = 100_000
FEWEST = 10
"""Of each arm; the normal approximation is no good below."""


@dataclass(frozen=True, slots=True)
class Arm:
    """`done` of `people` reached the goal."""

    people: int
    done: int

    @property
    def share(self) -> float:
        return self.done / self.people if self.people else 0.0


def ratio(one: Arm, other: Arm) -> float:
    """How many times more likely what was seen is with a difference than without; 1 where it is too early to say."""
    if min(one.people, other.people) < FEWEST:
        return 1.0
    size = 2 / (1 / one.people + 1 / other.people)
    return _ratio(size, other.share - one.share, _spread(one, other))


def _ratio(size: float, difference: float, spread: float) -> float:
    mixed = spread + size * TAU**2
    power = size**2 * TAU**2 * difference**2 / (2 * spread * mixed)
    return math.sqrt(spread / mixed) * math.exp(min(power, 700))


def _spread(one: Arm, other: Arm) -> float:
    """Variance of the difference of one from each arm; shares of 0 and 1 are drawn in a little, so that it is never nothing."""
    shares = [(arm.done + 0.5) / (arm.people + 1) for arm in (one, other)]
    return sum(share * (1 - share) for share in shares)


def decided(one: Arm, other: Arm, alpha: float = ALPHA) -> bool:
    """Whether the difference is proved."""
    return ratio(one, other) >= 1 / alpha


def still_needed(one: Arm, other: Arm, alpha: float = ALPHA) -> int | None:
    """About how many more people both arms need together, if the difference stays what it is; None when that is hopeless."""
    difference, spread = other.share - one.share, _spread(one, other)
    size = 2 / (1 / max(one.people, 1) + 1 / max(other.people, 1))
    needed = max(size, float(FEWEST))
    while _ratio(needed, difference, spread) < 1 / alpha:
        needed *= 1.02
        if needed > MOST:
            return None
    return max(1, math.ceil(2 * (needed - size)))

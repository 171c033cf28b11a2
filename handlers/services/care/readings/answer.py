"""What reading a check-in gives: a reading, or a doubt with one question."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Reason = Literal["unit", "implausible", "order", "incomplete"]


@dataclass(frozen=True, slots=True)
class Reading:
    """`values` by part key in the measure's own unit, or the key of a choice. `said` has no title in front.

    `other_person`: the words speak of somebody else. `day_offset`: -1 for 昨天, -2 for 前天.
    """

    measure: str
    values: dict[str, float] | str
    context: str | None
    unit: str
    said: str
    other_person: bool = False
    day_offset: int = 0


@dataclass(frozen=True, slots=True)
class Doubt:
    """Not sure. `critical_if_literal`: the warnings to give first, should the numbers be meant as they stand."""

    measure: str
    reason: Reason
    critical_if_literal: tuple[str, ...]
    said: str
    question: str

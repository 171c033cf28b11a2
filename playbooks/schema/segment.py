"""A group of people by what is known of them."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from playbooks.schema.common import Line, Playbook
from playbooks.schema.condition import Condition
from playbooks.schema.source import Misplaced

Family = Literal["life_cycle", "contribution", "value", "need", "decision", "alliance", "other"]
EXCLUSIVE = ("life_cycle", "contribution", "value", "decision", "alliance")
"""Of these families everybody is in one group at most: the first by `order` whose condition holds."""


class Segment(Playbook):
    """`smallest`: a report shows no group smaller than this, so that nobody can be told from it."""

    kind: Literal["segment"]
    family: Family = "other"
    order: int | None = Field(default=None, ge=1, le=100)
    """Its place among the groups of its family: the first that fits is the one."""
    only_if: Condition
    hint: Line | None = None
    """What managers may do for these people, in one line."""
    smallest: int = Field(default=5, ge=5, le=1000)

    @model_validator(mode="after")
    def has_a_place_where_only_one_fits(self) -> Segment:
        if self.family in EXCLUSIVE and self.order is None:
            raise Misplaced(("family",), f"{self.family} 里每人只在一个分群，请写 order（第几个判断，从 1 开始）")
        return self

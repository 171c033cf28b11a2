"""Points and levels."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from playbooks.schema.common import Line, Playbook, Strict


class Level(Strict):
    name: Line
    from_: int = Field(alias="from", ge=0)


class Reward(Playbook):
    kind: Literal["reward"]
    points: dict[Line, int]
    """Event name → points ("check_in": 10)."""
    per_day: int = Field(ge=0)
    """The most points a person can get for check-ins on one day."""
    levels: tuple[Level, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def levels_ascend(self) -> Reward:
        starts = [level.from_ for level in self.levels]
        if starts != sorted(set(starts)) or starts[0] != 0:
            raise ValueError("levels 要从 0 开始，一级比一级高")
        return self

    def level(self, points: int) -> Level:
        """The level somebody with this many points has."""
        return [level for level in self.levels if level.from_ <= max(points, 0)][-1]

"""Points and levels."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from playbooks.schema.common import Line, Playbook, Strict
from playbooks.schema.nearest import meant
from playbooks.schema.source import Misplaced


class Level(Strict):
    name: Line
    from_: int = Field(alias="from", ge=0)


class Honour(Strict):
    """A title; `when` says in words what earns it."""

    name: Line
    when: Line


class Item(Strict):
    """Something points can be exchanged for. No `stock`: no limit. `needs`: the level it takes."""

    item: Line
    cost: int = Field(ge=1, le=1_000_000)
    stock: int | None = Field(default=None, ge=0)
    needs: Line | None = None


class Reward(Playbook):
    kind: Literal["reward"]
    points: dict[Line, int]
    """Event name → points ("check_in": 10)."""
    per_day: int = Field(ge=0)
    """The most points a person can get for check-ins on one day."""
    levels: tuple[Level, ...] = Field(min_length=1)
    honours: tuple[Honour, ...] = ()
    catalogue: tuple[Item, ...] = ()

    @model_validator(mode="after")
    def levels_ascend(self) -> Reward:
        starts = [level.from_ for level in self.levels]
        if starts != sorted(set(starts)) or starts[0] != 0:
            raise ValueError("levels 要从 0 开始，一级比一级高")
        return self

    @model_validator(mode="after")
    def names_are_their_own_and_known(self) -> Reward:
        levels = [level.name for level in self.levels]
        _unlike("levels", "name", levels)
        _unlike("honours", "name", [one.name for one in self.honours])
        _unlike("catalogue", "item", [one.item for one in self.catalogue])
        for number, item in enumerate(self.catalogue):
            if item.needs is not None and item.needs not in levels:
                raise Misplaced(
                    ("catalogue", number, "needs"), f"没有叫 {item.needs} 的等级{meant(item.needs, levels)}"
                )
        return self

    def level(self, points: int) -> Level:
        """The level somebody with this many points has."""
        return [level for level in self.levels if level.from_ <= max(points, 0)][-1]


def _unlike(field: str, name: str, words: list[str]) -> None:
    for number, word in enumerate(words):
        if word in words[:number]:
            raise Misplaced((field, number, name), f"名字重复：{word}")

"""Points, levels, honours, what points can be exchanged for."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from playbooks.schema.common import Line, Playbook, Strict
from playbooks.schema.events import EVENTS
from playbooks.schema.nearest import meant
from playbooks.schema.source import Misplaced, Where

PARTS = ("check_in", "lecture")
"""What is booked by its own rules: a check-in once a day and measure, the newcomers' lecture by its task."""
MonthDay = Annotated[str, StringConstraints(pattern=r"^(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$")]


class Earned(Strict):
    """Points for something that happens. `a_day`: how often it counts on one day. `undone_by`: the event that takes them back."""

    points: int = Field(ge=1, le=1000)
    title: Line
    a_day: int = Field(default=1, ge=1, le=100)
    undone_by: Line | None = None


class Level(Strict):
    """`privileges`: what somebody of this level may enjoy, in words."""

    name: Line
    from_: int = Field(alias="from", ge=0)
    privileges: tuple[Line, ...] = ()


class Honour(Strict):
    """A title; `when` says in words what earns it."""

    name: Line
    when: Line


class Star(Strict):
    """A title of the month: who did `by` most often last month, at least `least` times."""

    name: Line
    by: Line
    top: int = Field(default=3, ge=1, le=20)
    least: int = Field(ge=1)


class Item(Strict):
    """Something points can be exchanged for. No `stock`: no limit. `needs`: the level it takes."""

    item: Line
    cost: int = Field(ge=1, le=1_000_000)
    stock: int | None = Field(default=None, ge=0)
    needs: Line | None = None


class Expiry(Strict):
    """On this day of the year the points of earlier years expire; who has such points hears so `warn_days` before."""

    on: MonthDay
    warn_days: int = Field(default=30, ge=1, le=90)

    @model_validator(mode="after")
    def is_a_day(self) -> Expiry:
        try:
            dt.date.fromisoformat(f"2001-{self.on}")  # a year without 29 February
        except ValueError as error:
            raise Misplaced(("on",), f"没有 {self.on} 这一天，要写成 月-日，例如 03-31") from error
        return self


class Reward(Playbook):
    kind: Literal["reward"]
    points: dict[Line, int | Earned]
    """Event → points. Beside events: `check_in` (10 for each check-in) and `lecture`."""
    per_day: int = Field(ge=0)
    """The most points a person can get for check-ins on one day."""
    levels: tuple[Level, ...] = Field(min_length=1)
    honours: tuple[Honour, ...] = ()
    stars: tuple[Star, ...] = ()
    catalogue: tuple[Item, ...] = ()
    expiry: Expiry | None = None

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

    @model_validator(mode="after")
    def events_are_known(self) -> Reward:
        named: list[tuple[Where, str]] = [(("points", one), one) for one in self.points if one not in PARTS]
        named += [(("stars", number, "by"), one.by) for number, one in enumerate(self.stars)]
        for name, one in self.points.items():
            if isinstance(one, Earned) and one.undone_by is not None:
                named.append((("points", name, "undone_by"), one.undone_by))
        for where, event in named:
            if event not in EVENTS:
                raise Misplaced(where, f"没有叫 {event} 的事件{meant(event, EVENTS)}")
        return self

    def earned(self, event: str) -> Earned | None:
        """What somebody gets when this happens."""
        found = self.points.get(event) if event not in PARTS else None
        return Earned(points=found, title=self.title) if isinstance(found, int) else found

    def for_check_in(self) -> int:
        """Points for one check-in."""
        found = self.points.get("check_in", 0)
        return found if isinstance(found, int) else found.points

    def level(self, points: int) -> Level:
        """The level somebody who has earned this many points has."""
        return [level for level in self.levels if level.from_ <= max(points, 0)][-1]


def _unlike(field: str, name: str, words: list[str]) -> None:
    for number, word in enumerate(words):
        if word in words[:number]:
            raise Misplaced((field, number, name), f"名字重复：{word}")

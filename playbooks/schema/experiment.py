"""Two to four ways of doing the same thing, tried on different people, with a goal and with harms to watch."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from playbooks.schema.common import Id, Line, Playbook, Strict
from playbooks.schema.events import Event
from playbooks.schema.nearest import meant
from playbooks.schema.source import Misplaced

ALLOWED = ("journey",)
"""What can be tried so far: a plan against other plans, each reviewed."""
NEVER = {"lexicon": "词表", "rule": "规则", "measure": "指标", "segment": "分群", "experiment": "试验"}


def _subject(value: str) -> str:
    kind, _, name = value.partition("/")
    if kind in NEVER:
        raise ValueError(f"试验不能用在{NEVER[kind]}上，它对所有人要一样；只能试 {'、'.join(ALLOWED)}")
    if kind not in ALLOWED:
        raise ValueError(f"要写成 种类/编号，例如 journey/newcomer{meant(kind, ALLOWED)}")
    if not name:
        raise ValueError("要写成 种类/编号，例如 journey/newcomer")
    return value


class Arm(Strict):
    """`weight`: percent of people. `use`: id of the entry they get, of the same kind as `of`."""

    name: Line
    weight: int = Field(ge=1, le=99)
    use: Id


class Experiment(Playbook):
    kind: Literal["experiment"]
    of: Annotated[str, AfterValidator(_subject)]
    arms: tuple[Arm, ...] = Field(min_length=2, max_length=4)
    goal: Event
    harm: tuple[Event, ...] = Field(min_length=1)
    salt: Line
    starts: dt.date
    ends: dt.date

    @property
    def of_kind(self) -> str:
        """The kind of the entries that are compared."""
        return self.of.partition("/")[0]

    @model_validator(mode="after")
    def arms_are_different_and_make_a_hundred(self) -> Experiment:
        if (total := sum(arm.weight for arm in self.arms)) != 100:
            raise Misplaced(("arms",), f"各组的 weight 加起来要等于 100，现在是 {total}")
        for number, arm in enumerate(self.arms):
            for name in ("name", "use"):
                if getattr(arm, name) in {getattr(one, name) for one in self.arms[:number]}:
                    raise Misplaced(("arms", number, name), f"和前面一组重复：{getattr(arm, name)}")
        return self

    @model_validator(mode="after")
    def it_ends(self) -> Experiment:
        if not self.starts < self.ends:
            raise Misplaced(("ends",), "ends 要晚于 starts")
        if self.goal in self.harm:
            raise Misplaced(("goal",), f"{self.goal} 不能既是 goal（希望发生）又在 harm（怕发生）里")
        return self

    @model_validator(mode="after")
    def one_arm_is_what_runs_now(self) -> Experiment:
        if self.of.partition("/")[2] not in {arm.use for arm in self.arms}:
            raise Misplaced(("arms",), f"要有一组的 use 是现在用的 {self.of.partition('/')[2]}，好和它比较")
        return self

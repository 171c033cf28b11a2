"""One thing people check in: how they write it, which values are possible, and which need a warning at once."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from playbooks.schema.common import Line, Playbook, Strict
from playbooks.schema.source import Misplaced

Key = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,31}$")]
Template = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{1,63}$")]
Word = Annotated[str, StringConstraints(min_length=1, max_length=20)]


class Part(Strict):
    """One number of a value. `low`–`high`: what can be true at all, not what is healthy."""

    name: Line
    key: Key
    low: float
    high: float
    say: tuple[Word, ...] = ()

    @model_validator(mode="after")
    def low_is_below_high(self) -> Part:
        if self.low >= self.high:
            raise ValueError(f"{self.name} 的 low 要小于 high，现在是 {self.low:g} 和 {self.high:g}")
        return self


class Unit(Strict):
    """A unit people may name; a value in it is `times` the value in the measure's own unit."""

    name: Line
    say: tuple[Word, ...] = Field(min_length=1)
    times: float = Field(gt=0)


class Foreign(Unit):
    """A unit that is never converted: it is asked about. `low`–`high`: numbers that, unitless, look like it."""

    low: float
    high: float


class Number(Strict):
    """`together`: all parts or none. `falling`: each part is smaller than the one before.

    `unit_required`: a number without a unit is asked about. `alone`: number and unit will do, without the name.
    """

    type: Literal["number"]
    unit: Line
    unit_say: tuple[Word, ...] = ()
    decimals: int = Field(default=0, ge=0, le=3)
    parts: tuple[Part, ...] = Field(min_length=1)
    convert: tuple[Unit, ...] = ()
    foreign: tuple[Foreign, ...] = ()
    unit_required: bool = False
    together: bool = True
    falling: bool = False
    alone: bool = False

    @model_validator(mode="after")
    def keys_are_different(self) -> Number:
        keys = [part.key for part in self.parts]
        if len(set(keys)) < len(keys):
            raise ValueError(f"parts 的 key 不能重复：{'、'.join(keys)}")
        return self

    @model_validator(mode="after")
    def falling_needs_two(self) -> Number:
        if self.falling and len(self.parts) < 2:
            raise ValueError("falling 表示前一个数大于后一个，parts 至少要有两项")
        return self


class Option(Strict):
    """`counts`: whether a challenge takes it for a deed (没做 is written down and is none)."""

    key: Key
    title: Line
    say: tuple[Word, ...] = ()
    counts: bool = True


class Choice(Strict):
    """`free_text`: anything written after the name is kept as it stands, and counts as the first option."""

    type: Literal["choice"]
    options: tuple[Option, ...] = Field(min_length=1)
    free_text: bool = False


class Situation(Strict):
    """When it was measured: 空腹, 餐后."""

    key: Key
    title: Line
    say: tuple[Word, ...] = Field(min_length=1)


class Normal(Strict):
    part: Key
    context: Key | None = None
    low: float | None = None
    high: float | None = None

    @model_validator(mode="after")
    def has_a_range(self) -> Normal:
        if self.low is None and self.high is None:
            raise ValueError("normal 至少要写 low 或 high")
        if self.low is not None and self.high is not None and self.low > self.high:
            raise ValueError(f"normal 的 low 不能大于 high，现在是 {self.low:g} 和 {self.high:g}")
        return self


class Critical(Strict):
    """Exactly one limit. `above` and `below` leave the limit itself out.

    `beside`: only when one of these words stands in the same message (a fever means more during chemotherapy).
    """

    part: Key
    at_least: float | None = None
    at_most: float | None = None
    above: float | None = None
    below: float | None = None
    beside: tuple[Word, ...] = ()
    template: Template

    @model_validator(mode="after")
    def one_limit(self) -> Critical:
        given = [n for n in ("at_least", "at_most", "above", "below") if getattr(self, n) is not None]
        if len(given) != 1:
            raise ValueError("critical 的每一条要写且只写一个：at_least、at_most、above 或 below")
        return self

    @property
    def limit(self) -> float:
        return next(v for v in (self.at_least, self.at_most, self.above, self.below) if v is not None)

    def holds(self, value: float) -> bool:
        if self.at_least is not None or self.above is not None:
            return value >= self.limit if self.above is None else value > self.limit
        return value <= self.limit if self.below is None else value < self.limit


class Trend(Strict):
    days: int = Field(ge=2, le=60)
    rule: Literal["not_normal"] = "not_normal"
    then: Literal["notify_staff"]


class Goal(Strict):
    at_least: float = Field(gt=0)


class Measure(Playbook):
    kind: Literal["measure"]
    say: tuple[Word, ...] = Field(min_length=1)
    value: Annotated[Number | Choice, Field(discriminator="type")]
    contexts: tuple[Situation, ...] = ()
    normal: tuple[Normal, ...] = ()
    critical: tuple[Critical, ...] = ()
    """In the order of severity: the first that holds is told first."""
    trend: Trend | None = None
    sensitive: bool
    goal: Goal | None = None

    @model_validator(mode="after")
    def choice_has_no_limits(self) -> Measure:
        if isinstance(self.value, Choice) and (self.normal or self.critical or self.goal):
            raise ValueError("value 是 choice 时不能写 normal、critical 或 goal")
        return self

    @model_validator(mode="after")
    def parts_and_contexts_exist(self) -> Measure:
        parts = {p.key for p in self.value.parts} if isinstance(self.value, Number) else set()
        for part in (*(n.part for n in self.normal), *(c.part for c in self.critical)):
            if part not in parts:
                raise ValueError(f"没有叫 {part} 的 part，已有：{'、'.join(sorted(parts))}")
        known = {c.key for c in self.contexts}
        for row in self.normal:
            if row.context is not None and row.context not in known:
                raise ValueError(f"没有叫 {row.context} 的 context，已有：{'、'.join(sorted(known)) or '无'}")
        return self

    @model_validator(mode="after")
    def limits_can_be_reached(self) -> Measure:
        if isinstance(self.value, Choice):
            return self
        ranges = {p.key: (p.low, p.high) for p in self.value.parts}
        for rule in self.critical:
            low, high = ranges[rule.part]
            if not low <= rule.limit <= high:
                raise ValueError(f"critical 的 {rule.limit:g} 不在 {rule.part} 的合理范围 {low:g}–{high:g} 之内")
        return self

    @model_validator(mode="after")
    def trend_knows_what_is_normal(self) -> Measure:
        if self.trend is not None and not self.normal:
            raise Misplaced(("trend",), "trend 看的是连续几天不在 normal 里，请先写 normal")
        return self

    @model_validator(mode="after")
    def normal_is_not_critical(self) -> Measure:
        for row in self.normal:
            edges = [e for e in (row.low, row.high) if e is not None]
            rules = (r for r in self.critical if r.part == row.part)
            if any(rule.holds(edge) for rule in rules for edge in edges):
                raise ValueError(f"{row.part} 的 normal 范围碰到了 critical 的界限，请检查数字")
        return self

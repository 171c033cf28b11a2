"""Conditions are data, never strings to evaluate. They are judged to YES, NO or UNKNOWN; unknown never fires."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any

from pydantic import Discriminator, Field, Tag, model_validator

from playbooks.schema.common import Line, Strict


class Truth(StrEnum):
    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class Test(Strict):
    """One fact held against one value: `{fact: consented, equals: true}`."""

    fact: Line
    equals: bool | int | float | str | None = None
    has: str | None = None
    at_least: float | None = None
    at_most: float | None = None

    @model_validator(mode="after")
    def exactly_one_comparison(self) -> Test:
        if len(self.model_fields_set - {"fact"}) != 1:
            raise ValueError("每个条件写一个比较：equals、has、at_least 或 at_most")
        return self


class All(Strict):
    all: tuple[Condition, ...] = Field(min_length=1)


class Any_(Strict):
    any: tuple[Condition, ...] = Field(min_length=1)


class Not(Strict):
    not_: Condition = Field(alias="not")


def _shape(value: Any) -> str:
    """Which of the four forms was meant, so that a mistake is told once."""
    names = value if isinstance(value, dict) else {type(value).__name__.lower().rstrip("_")}
    return next((name for name in ("all", "any", "not") if name in names), "test")


Condition = Annotated[
    Annotated[Test, Tag("test")]
    | Annotated[All, Tag("all")]
    | Annotated[Any_, Tag("any")]
    | Annotated[Not, Tag("not")],
    Discriminator(_shape),
]
All.model_rebuild()
Any_.model_rebuild()
Not.model_rebuild()


def judge(condition: Condition, facts: Mapping[str, Any]) -> Truth:
    """Whether the condition holds for these facts. A missing fact or an impossible comparison is UNKNOWN."""
    if isinstance(condition, All):
        return _worst([judge(part, facts) for part in condition.all])
    if isinstance(condition, Any_):
        return _best([judge(part, facts) for part in condition.any])
    if isinstance(condition, Not):
        return _opposite(judge(condition.not_, facts))
    return _test(condition, facts.get(condition.fact))


def facts_of(condition: Condition) -> set[str]:
    """The names of all facts a condition asks for."""
    return {test.fact for test in tests_of(condition)}


def _test(test: Test, value: Any) -> Truth:
    if value is None:
        return Truth.UNKNOWN
    try:
        if test.has is not None:
            held = test.has in value
        elif test.at_least is not None:
            held = value >= test.at_least
        elif test.at_most is not None:
            held = value <= test.at_most
        else:
            held = value == test.equals
    except TypeError:
        return Truth.UNKNOWN
    return Truth.YES if held else Truth.NO


def _worst(parts: list[Truth]) -> Truth:
    return Truth.NO if Truth.NO in parts else Truth.UNKNOWN if Truth.UNKNOWN in parts else Truth.YES


def _best(parts: list[Truth]) -> Truth:
    return Truth.YES if Truth.YES in parts else Truth.UNKNOWN if Truth.UNKNOWN in parts else Truth.NO


def _opposite(truth: Truth) -> Truth:
    return {Truth.YES: Truth.NO, Truth.NO: Truth.YES}.get(truth, Truth.UNKNOWN)


def tests_of(condition: Condition) -> list[Test]:
    """All single tests inside a condition."""
    if isinstance(condition, Test):
        return [condition]
    if isinstance(condition, Not):
        return tests_of(condition.not_)
    return [
        test for part in (condition.all if isinstance(condition, All) else condition.any) for test in tests_of(part)
    ]


def known_facts() -> tuple[str, ...]:
    """The facts a journey's condition may ask for; `task.<name>` is added per task, `answer.<step>` per question."""
    dates = tuple(f"days_since_{name}" for name in ("surgery", "discharge", "diagnosed", "treatment"))
    return ("consented", "unsubscribed", "checked_in_today", "has_adviser", "topic", "stage", *dates)

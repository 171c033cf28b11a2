"""What all kinds of playbook share: the header, the review record, and small value types."""

from __future__ import annotations

import datetime as dt
import re
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, WithJsonSchema, model_validator


class Strict(BaseModel):
    """Frozen, and no unknown keys: a mistyped key is an error, not a silent nothing."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


CLOCK = "([01][0-9]|2[0-3]):[0-5][0-9]"
SPAN = "[0-9]{1,4}[mhd]"


def _clock(value: str) -> str:
    if not re.fullmatch(CLOCK, value):
        raise ValueError("要写成 24 小时制的 HH:MM，例如 08:00")
    return value


def _span(value: str) -> str:
    if not re.fullmatch(SPAN, value):
        raise ValueError("要写成数字加单位 m（分）、h（小时）或 d（天），例如 30m、2h、1d")
    return value


UNFINISHED = "【待补"
"""Stands in drafts where an author still has to write something."""


def _finished(value: str) -> str:
    if UNFINISHED in value:
        raise ValueError("这里还没写好：请把“【待补…】”换成真正的内容")
    return value


Id = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{1,63}$")]
Finished = AfterValidator(_finished)
Line = Annotated[str, StringConstraints(min_length=1, max_length=200), Finished]
Clock = Annotated[str, AfterValidator(_clock), WithJsonSchema({"type": "string", "pattern": f"^{CLOCK}$"})]
Span = Annotated[str, AfterValidator(_span), WithJsonSchema({"type": "string", "pattern": f"^{SPAN}$"})]


def span(text: str) -> dt.timedelta:
    """`30m`, `2h`, `1d` as a time span."""
    unit = {"m": "minutes", "h": "hours", "d": "days"}[text[-1]]
    return dt.timedelta(**{unit: int(text[:-1])})


class Stage(StrEnum):
    """How far the review has come. `sample` ships with the project and is nobody's signature."""

    SAMPLE = "sample"
    DRAFT = "draft"
    SCREENED = "screened"
    MEDICAL = "medical"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


Of = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{12}$")]


class Signature(Strict):
    """`of` binds it to the words that were signed: the first 12 signs of their fingerprint. Without it nothing is signed."""

    who: Line
    role: Literal["medical", "expert"]
    on: dt.date
    of: Of | None = None


class Review(Strict):
    stage: Stage
    by: tuple[Signature, ...] = ()
    expires: dt.date | None = None

    @model_validator(mode="after")
    def published_is_signed(self) -> Review:
        if self.stage is Stage.PUBLISHED and not any(one.role == "medical" for one in self.by):
            raise ValueError("stage: published 要有医学审核人签名：by: [{who: 姓名, role: medical, on: 日期}]")
        return self


class Playbook(Strict):
    """The header of every kind."""

    id: Id
    version: int = Field(ge=1)
    title: Line
    owner: Line
    review: Review
    communities: tuple[Line, ...] = ()
    replaces: tuple[Id, ...] = ()

    @property
    def ref(self) -> str:
        """`id@version`: what answers and the lock file name."""
        return f"{self.id}@{self.version}"

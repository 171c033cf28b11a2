"""When something happens and a condition holds: up to five actions from a closed list."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from playbooks.schema.common import Id, Line, Playbook, Span, Strict
from playbooks.schema.condition import Condition
from playbooks.schema.events import Event

Text = Annotated[str, StringConstraints(min_length=1, max_length=800)]
TemplateName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*(/[a-z][a-z0-9_]*)?$")]
Role = Literal["owner", "manager", "clinician", "expert", "adviser", "supervisor"]


class Tag(Strict):
    do: Literal["tag"]
    add: tuple[Line, ...] = ()
    remove: tuple[Line, ...] = ()

    @model_validator(mode="after")
    def changes_something(self) -> Tag:
        if not (self.add or self.remove):
            raise ValueError("do: tag 要写 add（加上的标签）或 remove（去掉的标签）")
        return self


class Enrol(Strict):
    do: Literal["enrol"]
    journey: Id


class Send(Strict):
    do: Literal["send"]
    text: Text | None = None
    template: TemplateName | None = None

    @model_validator(mode="after")
    def one_text(self) -> Send:
        if (self.text is None) == (self.template is None):
            raise ValueError("do: send 写且只写一个：text（文字）或 template（templates/ 里的名字）")
        return self


class Offer(Strict):
    """Proposes a challenge, a journey or an answer; nothing starts before the person says yes."""

    do: Literal["offer"]
    text: Text
    challenge: Id | None = None
    journey: Id | None = None
    faq: Id | None = None

    @model_validator(mode="after")
    def one_thing(self) -> Offer:
        if len([one for one in (self.challenge, self.journey, self.faq) if one]) != 1:
            raise ValueError("do: offer 写且只写一个：challenge、journey 或 faq")
        return self


class NotifyStaff(Strict):
    do: Literal["notify_staff"]
    text: Text
    to: Role | None = None


class Award(Strict):
    do: Literal["award"]
    points: int | None = Field(default=None, ge=1, le=500)
    honour: Line | None = None

    @model_validator(mode="after")
    def gives_something(self) -> Award:
        if self.points is None and self.honour is None:
            raise ValueError("do: award 要写 points（积分）或 honour（荣誉名）")
        return self


class OpenCase(Strict):
    do: Literal["open_case"]
    text: Text


class Lock(Strict):
    """No messages of ours to this person for a while; safety messages and replies still go."""

    do: Literal["lock"]
    span: Span


Action = Annotated[
    Tag | Enrol | Send | Offer | NotifyStaff | Award | OpenCase | Lock,
    Field(discriminator="do"),
]


class Cap(Strict):
    """At most so many times for one person in this span."""

    times: int = Field(ge=1, le=100)
    per: Span


class Rule(Playbook):
    kind: Literal["rule"]
    on: Event
    only_if: Condition | None = None
    when_unknown: Literal["skip", "notify_staff"] = "skip"
    cooldown: Span
    cap: Cap | None = None
    then: tuple[Action, ...] = Field(min_length=1, max_length=5)

"""A plan of messages and tasks along a personal date."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from playbooks.schema.common import Clock, Id, Line, Playbook, Span, Strict, span
from playbooks.schema.condition import Condition
from playbooks.schema.events import Event
from playbooks.schema.source import Misplaced

Text = Annotated[str, StringConstraints(min_length=1, max_length=1200)]


class When(Strict):
    """Either a delay after the anchor, or a day (1 is the anchor's own day) and a wall-clock time."""

    after: Span | None = None
    day: int | None = Field(default=None, ge=1, le=400)
    at: Clock | None = None

    @model_validator(mode="after")
    def one_way(self) -> When:
        if (self.after is None) == (self.day is None) or (self.day is None) != (self.at is None):
            raise ValueError("写 {after: 2h}，或者 {day: 2, at: 07:30}")
        return self

    def order(self) -> tuple[int, int]:
        """For comparing two steps: (day, minute); a delay counts from midnight of day 1."""
        if self.after is not None:
            minutes = int(span(self.after) / dt.timedelta(minutes=1))
            return 1 + minutes // 1440, minutes % 1440
        hour, minute = (self.at or "00:00").split(":")
        return self.day or 1, int(hour) * 60 + int(minute)


class Ask(Strict):
    """A question whose answer becomes a fact of the person."""

    fact: Id
    title: Line
    text: Text
    choices: tuple[Line, ...] = ()


class Question(Strict):
    """A step that asks: a measure, one of some choices, or free text; `wait` is how long an answer is expected."""

    measure: Id | None = None
    choice: tuple[Line, ...] = ()
    text: bool = False
    wait: Span = "12h"

    @model_validator(mode="after")
    def one_form(self) -> Question:
        if (self.measure is not None) + bool(self.choice) + self.text != 1:
            raise ValueError("ask 写且只写一个：measure（指标）、choice（几个选项）或 text: true（一句话）")
        if len(self.choice) == 1:
            raise Misplaced(("choice",), "至少写两个选项")
        return self


class Task(Strict):
    """Something to do. `profile` asks the questions in `ask`; the others are done by writing in the chat."""

    do: Literal["profile", "check_in", "lecture"]
    points: int = Field(default=0, ge=0, le=500)
    ask: tuple[Ask, ...] = ()

    @model_validator(mode="after")
    def profile_asks(self) -> Task:
        if (self.do == "profile") != bool(self.ask):
            raise ValueError("do: profile 要写 ask（要问的几个问题），其他任务不写 ask")
        return self


class Step(Strict):
    id: Id
    when: When
    send: Text
    ask: Question | None = None
    task: Task | None = None
    only_if: Condition | None = None
    on_doubt: Literal["resend", "drop", "ask_staff"] = "resend"

    @model_validator(mode="after")
    def asks_or_sets_a_task(self) -> Step:
        if self.ask is not None and self.task is not None:
            raise Misplaced(("ask",), "一步里 ask 和 task 只写一个，请分成两步")
        return self


class Journey(Playbook):
    kind: Literal["journey"]
    anchor: Literal["joined", "surgery", "discharge", "enrolled", "birthday", "diagnosed", "treatment"]
    only_if: Condition | None = None
    late: Literal["skip", "send_now"] = "skip"
    late_after: Span = "12h"
    leave_on: tuple[Event, ...] = ()
    steps: tuple[Step, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def steps_have_their_own_ids_and_follow_in_time(self) -> Journey:
        for number, (earlier, later) in enumerate(zip(self.steps, self.steps[1:], strict=False), 1):
            if later.id in {one.id for one in self.steps[:number]}:
                raise Misplaced(("steps", number), f"步骤 id 重复：{later.id}")
            if earlier.when.order() > later.when.order():
                say = f"步骤 {later.id} 的时间早于前一步 {earlier.id}，请按时间先后排列"
                raise Misplaced(("steps", number), say)
        return self

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


ANY = "any"
DATED = ("surgery", "discharge", "birthday", "diagnosed", "treatment")
"""Anchors that are a date somebody tells; `joined`, `enrolled` and `last_check_in` follow from what they do."""


class When(Strict):
    """Either a delay after the anchor, or a day and a wall-clock time. Day 1 is the anchor's own day, -1 the day before."""

    after: Span | None = None
    day: int | None = Field(default=None, ge=-90, le=400)
    at: Clock | None = None

    @model_validator(mode="after")
    def one_way(self) -> When:
        if (self.after is None) == (self.day is None) or (self.day is None) != (self.at is None):
            raise ValueError("写 {after: 2h}，或者 {day: 2, at: 07:30}")
        if self.day == 0:
            raise Misplaced(("day",), "没有第 0 天：当天写 1，前一天写 -1")
        return self

    @property
    def offset(self) -> int:
        """Whole days from the anchor's own day to that of `day`."""
        day = self.day or 1
        return day - 1 if day > 0 else day

    def order(self) -> tuple[int, int]:
        """For comparing two steps: (day, minute); a delay counts from midnight of day 1."""
        if self.after is not None:
            minutes = int(span(self.after) / dt.timedelta(minutes=1))
            return 1 + minutes // 1440, minutes % 1440
        hour, minute = (self.at or "00:00").split(":")
        return self.offset + 1, int(hour) * 60 + int(minute)


class Ask(Strict):
    """A question whose answer becomes a fact of the person."""

    fact: Id
    title: Line
    text: Text
    choices: tuple[Line, ...] = ()


class Follow(Strict):
    """What an answer, or none, is followed by."""

    send: Text | None = None
    notify_staff: bool = False
    flag: Id | None = None
    """A red-flag list: its fixed words are said and the alarm is raised, nothing else."""

    @model_validator(mode="after")
    def does_something(self) -> Follow:
        if self.flag is not None and (self.send is not None or self.notify_staff):
            raise Misplaced(("flag",), "写了 flag 就按急症处理，不再写 send 和 notify_staff")
        if self.send is None and not self.notify_staff and self.flag is None:
            raise ValueError("写 send（回一句话）、notify_staff: true（告诉工作人员）或 flag（按哪张急症词表报警）")
        return self


class Question(Strict):
    """A step that asks: a measure, one of some choices, or free text; `wait` is how long an answer is expected.

    Later steps may ask for the answer: `only_if: {fact: answer.<step id>, equals: 好多了}`.
    """

    measure: Id | None = None
    choice: tuple[Line, ...] = Field(default=(), max_length=9)
    text: bool = False
    wait: Span = "12h"
    on_answer: dict[Line, Follow] = Field(default_factory=dict)
    """By choice; for a measure or a text under `any`."""
    on_timeout: Follow | None = None

    @model_validator(mode="after")
    def one_form(self) -> Question:
        if (self.measure is not None) + bool(self.choice) + self.text != 1:
            raise ValueError("ask 写且只写一个：measure（指标）、choice（几个选项）或 text: true（一句话）")
        if len(self.choice) == 1:
            raise Misplaced(("choice",), "至少写两个选项")
        may = self.choice or (ANY,)
        if self.on_timeout is not None and self.on_timeout.flag is not None:
            raise Misplaced(("on_timeout", "flag"), "没有回答不能当急症，写 notify_staff: true")
        if strange := next((one for one in self.on_answer if one not in may), None):
            raise Misplaced(("on_answer", strange), f"只能写：{'、'.join(may)}")
        return self

    def follow(self, answer: str) -> Follow | None:
        """What follows this answer."""
        return self.on_answer.get(answer if self.choice else ANY)


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
    anchor: Literal["joined", "surgery", "discharge", "enrolled", "birthday", "diagnosed", "treatment", "last_check_in"]
    join: tuple[Line, ...] = ()
    """What people call it, or what it is about (换膝): named with a date it starts, 参加 and the name starts an `enrolled` one."""
    through: tuple[Literal["admitted", "pregnant"], ...] = ()
    """It goes on while its person goes through this; other plans wait."""
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

    @model_validator(mode="after")
    def days_before_need_a_date(self) -> Journey:
        for number, step in enumerate(self.steps):
            if step.when.day is not None and step.when.day < 0 and self.anchor not in DATED:
                raise Misplaced(("steps", number, "when"), f"{self.anchor} 不是约好的日子，不能写它前面的天")
        return self

    def timing(self) -> str:
        """Changes when a step comes, goes or is at another time; words change nothing."""
        return ";".join(f"{one.id}={one.when.after or f'{one.when.day} {one.when.at}'}" for one in self.steps)

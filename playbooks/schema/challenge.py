"""A run of days with one deed a day."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from playbooks.schema.common import Clock, Id, Line, Playbook, Strict
from playbooks.schema.source import Misplaced

Text = Annotated[str, StringConstraints(min_length=1, max_length=800)]


class Goal(Strict):
    """What counts as done on a day, in the measure's own unit."""

    at_least: float


class Late(Strict):
    """What may be made up for (补卡): days up to `days_back` ago, `a_round` times in a round; 0 is the evening of the day itself."""

    days_back: int = Field(default=1, ge=0, le=2)
    a_round: int = Field(default=3, ge=1, le=30)
    points: bool = False
    """Whether a day that is made up for earns the points of a check-in."""


class Words(Strict):
    """What the challenge says. `{{ name }}`, `{{ day }}`, `{{ done }}`, `{{ days }}` may stand in them; `{{ begins }}` is 今天 or 明天."""

    joined: Text
    remind: Text
    day_done: Text
    finished: Text
    not_finished: Text


class Challenge(Playbook):
    kind: Literal["challenge"]
    days: int = Field(ge=3, le=90)
    opens: Clock
    closes: Clock
    remind: Clock
    join: tuple[Line, ...] = Field(min_length=1)
    """Names people call it by when they join ("21天护眼")."""
    measure: Id
    goal: Goal | None = None
    grace_days: int = Field(default=0, ge=0, le=10)
    late: Late | None = None
    proof: Literal["photo"] | None = None
    proof_needed: bool = True
    """Whether a day without its photo counts for nothing."""
    freeze_on: tuple[Literal["ill", "in_hospital", "surgery", "open_alert", "travel"], ...] = ()
    """What stops the count of days without ending the challenge; a bereavement always does."""
    points: int = Field(default=0, ge=0, le=500)
    reward: Id | None = None
    honour: Line
    words: Words
    invite: Text | None = None
    """What a member may send to somebody they would like to have along."""
    show_others: Literal["nobody", "count", "alias"] = "count"

    @model_validator(mode="after")
    def what_is_needed_is_asked_for(self) -> Challenge:
        if self.proof is None and "proof_needed" in self.model_fields_set:
            raise Misplaced(("proof_needed",), "要先写 proof: photo，才有要不要照片这回事")
        return self

    @model_validator(mode="after")
    def the_day_has_a_window(self) -> Challenge:
        if not self.opens < self.closes:
            raise ValueError("opens 要早于 closes")
        if not self.opens <= self.remind <= self.closes:
            raise ValueError("remind 要在 opens 和 closes 之间")
        return self

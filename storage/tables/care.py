"""Plans and readings."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import JSON, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from storage.types import Sealed, SealedJson, Utc


class Enrolment(SQLModel, table=True):
    """One person on one journey or challenge. `anchor` is the day the plan counts from; `progress` holds step states."""

    __table_args__ = (UniqueConstraint("person_id", "playbook", "round", name="uq_enrolment"),)
    id: int | None = Field(default=None, primary_key=True)
    person_id: int
    kind: str
    playbook: str = Field(index=True)
    version: int
    round: int = 1
    anchor: dt.datetime = Field(sa_type=Utc)
    state: str = "running"
    """running, finished, left."""
    progress: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    timing: str = ""
    """A journey's times as they were planned: when the playbook has others, the steps are planned anew."""


class CheckIn(SQLModel, table=True):
    """One reading or deed. `day` is the local day it counts for (days turn at 04:00)."""

    __table_args__ = (Index("ix_check_in_person", "person_id", "day"), Index("ix_check_in_day", "day"))
    id: int | None = Field(default=None, primary_key=True)
    person_id: int
    measure: str
    day: dt.date
    at: dt.datetime = Field(sa_type=Utc)
    value: Any = Field(default=None, sa_type=SealedJson)
    has_photo: bool = False


class Mate(SQLModel, table=True):
    """One person's place beside others on a challenge: a pair of companions, or a team. Rows with one code belong together."""

    id: int | None = Field(default=None, primary_key=True)
    person_id: int = Field(index=True)
    challenge: str
    code: str = Field(index=True)
    """What the other writes to come along; it stands for the pair or team afterwards."""
    team: str | None = Field(default=None, sa_type=Sealed)
    """The team's name; None for companions."""
    joined_at: dt.datetime = Field(sa_type=Utc)
    left_at: dt.datetime | None = Field(default=None, sa_type=Utc)


class Reminder(SQLModel, table=True):
    """Something a person asked to be reminded of. `rule` is an RFC 5545 RRULE, empty for once."""

    id: int | None = Field(default=None, primary_key=True)
    person_id: int = Field(index=True)
    what: str = Field(sa_type=Sealed)
    rule: str
    said: str
    first: dt.datetime = Field(sa_type=Utc)
    until: dt.datetime | None = Field(default=None, sa_type=Utc)
    state: str = "running"
    """running, finished, stopped."""
    created_at: dt.datetime = Field(sa_type=Utc)


class Firing(SQLModel, table=True):
    """One time a reminder was due, and what the person said of it."""

    __table_args__ = (UniqueConstraint("reminder_id", "slot", name="uq_firing"),)
    id: int | None = Field(default=None, primary_key=True)
    reminder_id: int
    person_id: int = Field(index=True)
    slot: dt.datetime = Field(sa_type=Utc)
    outcome: str = "open"
    """open, done, skipped, missed."""
    repeats: int = 0
    settled_at: dt.datetime | None = Field(default=None, sa_type=Utc)

"""Who takes part: people, rooms, memberships, roles, consent, facts, tags, open questions."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy import JSON, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from storage.types import Sealed, SealedJson, Utc


class PersonTable(SQLModel, table=True):
    """Somebody on a platform. `platform_id` is what roles and rights hang on; the name is only shown."""

    __tablename__ = "person"
    __table_args__ = (UniqueConstraint("channel", "platform_id", name="uq_person_platform"),)
    id: int | None = Field(default=None, primary_key=True)
    channel: str
    platform_id: str
    name: str = Field(sa_type=Sealed)
    first_seen: dt.datetime = Field(sa_type=Utc)
    last_seen: dt.datetime = Field(sa_type=Utc)
    zone: str = "Asia/Shanghai"
    consented: bool = False
    """Derived from `Consent`, kept here because every message asks for it."""
    unsubscribed: bool = False
    locked: bool = False
    """A red flag is open: nothing of ours but safety and asked-for reminders until staff clear it."""
    frozen_since: dt.datetime | None = Field(default=None, sa_type=Utc)
    """Another account of ours was logged in then, so this id may be somebody else's now; until staff say who it is."""
    quiet_until: dt.datetime | None = Field(default=None, sa_type=Utc)
    """They asked for some quiet days: until then nothing but safety and answers."""
    life: str | None = None
    """What they go through now: loss, admitted, pregnant; None when nothing is known. Nothing cheerful is sent meanwhile."""
    wrote_at: dt.datetime | None = Field(default=None, sa_type=Utc)
    """When they last wrote in private; kept only where the platform lets us speak just for a time after that."""


@dataclass(slots=True)
class Person:
    """A row of the person table as every message reads it: plain, because ORM objects cost more than the query."""

    id: int
    channel: str
    platform_id: str
    name: str
    first_seen: dt.datetime
    last_seen: dt.datetime
    zone: str
    consented: bool
    unsubscribed: bool
    locked: bool
    frozen_since: dt.datetime | None
    quiet_until: dt.datetime | None
    life: str | None
    wrote_at: dt.datetime | None


class RoomTable(SQLModel, table=True):
    """A group chat. `settings` overrides config.yaml for this room."""

    __tablename__ = "room"
    __table_args__ = (UniqueConstraint("channel", "platform_id", name="uq_room_platform"),)
    id: int | None = Field(default=None, primary_key=True)
    channel: str
    platform_id: str
    topic: str
    is_staff: bool = False
    settings: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)


@dataclass(slots=True)
class Room:
    """A row of the room table as every message reads it."""

    id: int
    channel: str
    platform_id: str
    topic: str
    is_staff: bool
    settings: dict[str, Any]


class Membership(SQLModel, table=True):
    """Who is in which room, since when, invited by whom."""

    __table_args__ = (UniqueConstraint("room_id", "person_id", name="uq_membership"),)
    id: int | None = Field(default=None, primary_key=True)
    room_id: int
    person_id: int = Field(index=True)
    joined_at: dt.datetime = Field(sa_type=Utc)
    left_at: dt.datetime | None = Field(default=None, sa_type=Utc)
    invited_by: int | None = None


class RoleGrant(SQLModel, table=True):
    """A staff role given to a platform id."""

    __table_args__ = (UniqueConstraint("person_id", "role", name="uq_role"),)
    id: int | None = Field(default=None, primary_key=True)
    person_id: int
    role: str
    granted_by: str
    at: dt.datetime = Field(sa_type=Utc)


class Consent(SQLModel, table=True):
    """Which text somebody agreed to, when, in which message; kept after withdrawal as the proof of both."""

    id: int | None = Field(default=None, primary_key=True)
    person_id: int = Field(index=True)
    purpose: str
    version: int
    given_at: dt.datetime = Field(sa_type=Utc)
    inbox_id: int | None = None
    withdrawn_at: dt.datetime | None = Field(default=None, sa_type=Utc)


class Fact(SQLModel, table=True):
    """What a person told of themself (topic, stage, surgery date, …)."""

    __table_args__ = (UniqueConstraint("person_id", "name", name="uq_fact"),)
    id: int | None = Field(default=None, primary_key=True)
    person_id: int
    name: str
    value: str = Field(sa_type=Sealed)
    at: dt.datetime = Field(sa_type=Utc)


class Relative(SQLModel, table=True):
    """Who of somebody's family is told how an operation goes; `person_id` is the patient, who agreed to it."""

    __table_args__ = (UniqueConstraint("person_id", "relative_id", name="uq_relative"),)
    id: int | None = Field(default=None, primary_key=True)
    person_id: int
    relative_id: int = Field(index=True)
    relation: str = Field(default="", sa_type=Sealed)
    by: int
    at: dt.datetime = Field(sa_type=Utc)


class Tag(SQLModel, table=True):
    """A staff tag on a person."""

    __table_args__ = (UniqueConstraint("person_id", "name", name="uq_tag"), Index("ix_tag_name", "name"))
    id: int | None = Field(default=None, primary_key=True)
    person_id: int
    name: str
    by: str
    at: dt.datetime = Field(sa_type=Utc)


class Question(SQLModel, table=True):
    """What the bot asked somebody in one place and waits for: a choice, a consent, a profile answer."""

    __table_args__ = (UniqueConstraint("person_id", "room_id", name="uq_question"),)
    id: int | None = Field(default=None, primary_key=True)
    person_id: int
    room_id: int = 0
    """0 in private, so that the pair is unique on every database."""
    kind: str
    data: Any = Field(default=None, sa_type=SealedJson)
    expires: dt.datetime = Field(sa_type=Utc)

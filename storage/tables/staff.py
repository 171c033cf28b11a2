"""What staff work on and what they did: cases, alerts, audit, broadcasts, stored settings."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import JSON
from sqlmodel import Field, SQLModel

from storage.types import Sealed, SealedJson, Utc


class Case(SQLModel, table=True):
    """A question the playbooks could not answer, waiting for a person."""

    id: int | None = Field(default=None, primary_key=True)
    person_id: int = Field(index=True)
    room_id: int | None = None
    question: str = Field(sa_type=Sealed)
    private: bool = False
    """The asker wanted a person: the answer is for them alone."""
    opened_at: dt.datetime = Field(sa_type=Utc)
    state: str = Field(default="open", index=True)
    """open, answered, closed."""
    answered_at: dt.datetime | None = Field(default=None, sa_type=Utc)
    answered_by: int | None = None
    answer: str | None = Field(default=None, sa_type=Sealed)
    waiting_since: dt.datetime | None = Field(default=None, sa_type=Utc)
    """Since when the asker waits; None when it is not our turn."""
    deadline: dt.datetime | None = Field(default=None, sa_type=Utc)
    """When the running clock ends: to answer while open, to close once answered."""
    told: list[int] = Field(default_factory=list, sa_type=JSON)
    """Who of staff has been told in private during the running clock."""
    taken_by: int | None = None
    """Who of staff has said that the answer is theirs to give."""
    closed_at: dt.datetime | None = Field(default=None, sa_type=Utc)
    closed_as: str = ""
    """helped (the asker said so), quiet (no further word), staff."""


class CaseEntry(SQLModel, table=True):
    """One message of a case's thread, the question and the answers among them."""

    id: int | None = Field(default=None, primary_key=True)
    case_id: int = Field(index=True)
    person_id: int = Field(index=True)
    """The asker, whose words or whose answer it is."""
    by: int
    """Who wrote it."""
    at: dt.datetime = Field(sa_type=Utc)
    text: str = Field(sa_type=Sealed)


class Promise(SQLModel, table=True):
    """Somebody of staff has said they will come back with an answer."""

    id: int | None = Field(default=None, primary_key=True)
    by: int = Field(index=True)
    """Who promised."""
    person_id: int | None = Field(default=None, index=True)
    """Whom it was promised to; None when nobody in the room could be told."""
    room_id: int | None = None
    case_id: int | None = Field(default=None, index=True)
    said: str = Field(sa_type=Sealed)
    at: dt.datetime = Field(sa_type=Utc)
    due_at: dt.datetime = Field(sa_type=Utc)
    state: str = Field(default="open", index=True)
    """open, kept, mistaken (it was none)."""
    broken_at: dt.datetime | None = Field(default=None, sa_type=Utc)
    """When it was told to others that its time has passed."""
    settled_at: dt.datetime | None = Field(default=None, sa_type=Utc)
    settled_by: int | None = None


class Alert(SQLModel, table=True):
    """A red flag or critical reading, until somebody of staff has acknowledged and cleared it."""

    id: int | None = Field(default=None, primary_key=True)
    person_id: int = Field(index=True)
    room_id: int | None = None
    flag: str
    level: str
    said: str = Field(sa_type=Sealed)
    at: dt.datetime = Field(sa_type=Utc)
    state: str = Field(default="open", index=True)
    """open, acknowledged, cleared."""
    acknowledged_by: int | None = None
    acknowledged_at: dt.datetime | None = Field(default=None, sa_type=Utc)
    cleared_by: int | None = None
    cleared_at: dt.datetime | None = Field(default=None, sa_type=Utc)


class Audit(SQLModel, table=True):
    """Every staff command, also the refused ones."""

    id: int | None = Field(default=None, primary_key=True)
    at: dt.datetime = Field(sa_type=Utc, index=True)
    person_id: int
    room_id: int | None = None
    command: str
    arguments: str = Field(sa_type=Sealed)
    result: str
    """done, refused, failed, unknown."""
    about: int | None = Field(default=None, index=True)
    """Whose data was looked at."""
    hash: str = ""
    """Over this row and the hash of the one before, see `storage/queries/audit.py`."""


class Erasure(SQLModel, table=True):
    """Somebody was deleted; not who. Kept so that a restored backup is cleaned of them again."""

    id: int | None = Field(default=None, primary_key=True)
    hash: str = Field(unique=True)
    """HMAC-SHA256 of channel and platform id."""
    secret: str = Field(sa_type=Sealed)
    """What the hash is keyed with, so that ids cannot be tried out; the same in all rows of one database."""
    at: dt.datetime = Field(sa_type=Utc)


class Broadcast(SQLModel, table=True):
    """A message to many, from preview to result."""

    id: int | None = Field(default=None, primary_key=True)
    by: int
    target: str
    text: str = Field(sa_type=Sealed)
    people: list[int] = Field(default_factory=list, sa_type=JSON)
    rooms: list[int] = Field(default_factory=list, sa_type=JSON)
    state: str = "preview"
    """preview, sent, cancelled."""
    at: dt.datetime = Field(sa_type=Utc)


class Setting(SQLModel, table=True):
    """A value the process keeps across restarts (the demo clock, …)."""

    name: str = Field(primary_key=True)
    value: Any = Field(default=None, sa_type=SealedJson)
    at: dt.datetime = Field(sa_type=Utc)

"""What came in, what goes out, what happened: the hot path."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import JSON, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from storage.types import Sealed, SealedJson, Utc


class Inbox(SQLModel, table=True):
    """Every accepted message once. The unique pair is the deduplication. `body` is emptied when the message is done."""

    __table_args__ = (
        UniqueConstraint("channel", "message_id", name="uq_inbox_message"),
        Index("ix_inbox_state", "state", "id"),
    )
    id: int | None = Field(default=None, primary_key=True)
    channel: str
    message_id: str
    received_at: dt.datetime = Field(sa_type=Utc)
    body: dict[str, Any] | None = Field(default=None, sa_type=SealedJson)
    state: str = "new"
    """new, done, failed (will be tried again), isolated (failed three times)."""
    attempts: int = 0
    handled_by: str = ""
    error: str = ""
    """The exception's class name; never its words."""


class Outbox(SQLModel, table=True):
    """Every message to send, and what became of it. Only a channel's receipt sets `sent`."""

    __table_args__ = (
        UniqueConstraint("key", name="uq_outbox_key"),
        Index("ix_outbox_waiting", "state", "after", "id"),
        Index("ix_outbox_person", "person_id", "created_at"),
    )
    id: int | None = Field(default=None, primary_key=True)
    key: str | None = None
    inbox_id: int | None = None
    created_at: dt.datetime = Field(sa_type=Utc)
    after: dt.datetime = Field(sa_type=Utc)
    expires: dt.datetime | None = Field(default=None, sa_type=Utc)
    person_id: int | None = None
    room_id: int | None = None
    kind: str
    by: str
    text: str | None = Field(default=None, sa_type=Sealed)
    mentions: list[int] = Field(default_factory=list, sa_type=JSON)
    picture: dict[str, Any] | None = Field(default=None, sa_type=SealedJson)
    on_doubt: str = "resend"
    about: int | None = None
    state: str = "waiting"
    """waiting, sending, sent, failed, unknown, expired, held (reason says why), by_hand (staff have told them)."""
    reason: str = ""
    attempts: int = 0
    sent_at: dt.datetime | None = Field(default=None, sa_type=Utc)
    receipt: str = ""
    private: bool | None = None
    """Whether its reader's values, plans or records are in it; None for rows from before this was noted."""
    merged_into: int | None = None
    """The first of several that went, or will go, as one message; itself among them."""


class Event(SQLModel, table=True):
    """The append-only log of what happened, in the past tense. `data` holds ids and counts, no words and no readings."""

    __table_args__ = (Index("ix_event_name", "name", "at"), Index("ix_event_person", "person_id", "at"))
    id: int | None = Field(default=None, primary_key=True)
    at: dt.datetime = Field(sa_type=Utc)
    name: str
    person_id: int | None = None
    room_id: int | None = None
    data: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)


class Due(SQLModel, table=True):
    """Everything that must happen at a time: journey steps, reminders, clocks. The key makes each slot happen once."""

    __table_args__ = (
        UniqueConstraint("key", name="uq_due_key"),
        Index("ix_due_waiting", "state", "at"),
        Index("ix_due_ref", "kind", "ref", "state"),
        Index("ix_due_person", "person_id", "state"),
    )
    id: int | None = Field(default=None, primary_key=True)
    key: str
    kind: str
    ref: int | None = None
    """The row it belongs to: enrolment, reminder, case, alert, room."""
    person_id: int | None = None
    planned: dt.datetime = Field(sa_type=Utc)
    """The moment it is for; changes only when its plan is moved."""
    at: dt.datetime = Field(sa_type=Utc)
    """When to look at it next: `planned`, or later after an error."""
    expires: dt.datetime | None = Field(default=None, sa_type=Utc)
    data: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    state: str = "waiting"
    """waiting, done, skipped, expired, cancelled, failed, by_hand (staff have told them)."""
    reason: str = ""
    attempts: int = 0
    settled_at: dt.datetime | None = Field(default=None, sa_type=Utc)

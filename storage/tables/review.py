"""What reviewers decided in chat, the words they signed, and corrections of answers already given."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import JSON, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from storage.types import Utc


class Verdict(SQLModel, table=True):
    """One decision on one version of one entry. `hash` binds it to the words; `step` is empty unless approved."""

    __table_args__ = (Index("ix_verdict_entry", "kind", "entry"),)
    id: int | None = Field(default=None, primary_key=True)
    kind: str
    entry: str
    version: int
    hash: str
    verdict: str
    """approved, rejected, withdrawn."""
    step: str = ""
    """medical, expert."""
    person_id: int
    name: str
    """As it is shown under the answer; rights hang on the person."""
    role: str = ""
    """The staff role in which they decided."""
    reason: str = ""
    on: dt.date
    """The community's day of the decision, as readers see it."""
    expires: dt.date | None = None
    at: dt.datetime = Field(sa_type=Utc)


class SignedEntry(SQLModel, table=True):
    """The words of a signed version: served on while the next one waits for its signature, also after a restart."""

    __table_args__ = (UniqueConstraint("kind", "entry", "hash", name="uq_signed_entry"),)
    id: int | None = Field(default=None, primary_key=True)
    kind: str
    entry: str
    version: int
    hash: str
    body: dict[str, Any] = Field(sa_type=JSON)
    at: dt.datetime = Field(sa_type=Utc)


class ReviewSeat(SQLModel, table=True):
    """What a reviewer has before them: the numbered list shown last, and which words they have read."""

    id: int | None = Field(default=None, primary_key=True)
    person_id: int = Field(unique=True)
    listed: list[str] = Field(default_factory=list, sa_type=JSON)
    seen: dict[str, str] = Field(default_factory=dict, sa_type=JSON)
    """`kind/id` → the hash of the words they were shown."""


class Recall(SQLModel, table=True):
    """An offer to tell those who got an old answer. `version` is the corrected one, 0 when the entry was withdrawn."""

    __table_args__ = (UniqueConstraint("faq_id", "below", "version", name="uq_recall"),)
    id: int | None = Field(default=None, primary_key=True)
    faq_id: str
    title: str
    below: int
    """Answers of a version below this one are the old ones."""
    version: int
    state: str = "offered"
    """offered, confirmed, dropped."""
    at: dt.datetime = Field(sa_type=Utc)
    settled_by: int | None = None
    settled_at: dt.datetime | None = Field(default=None, sa_type=Utc)

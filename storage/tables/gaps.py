"""Questions that stayed without a good answer, and the drafts that came of them."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from storage.types import Sealed, Utc


class Gap(SQLModel, table=True):
    """One question of one person that no playbook answered, or answered badly."""

    __table_args__ = (Index("ix_gap_at", "at"), Index("ix_gap_draft", "draft_id"))
    id: int | None = Field(default=None, primary_key=True)
    person_id: int = Field(index=True)
    room_id: int | None = None
    reason: str
    """abstained (became a case), none_of_them (after choices), not_useful (rated so)."""
    question: str | None = Field(default=None, sa_type=Sealed)
    """As the person wrote it; emptied 30 days on when the draft is done with it."""
    at: dt.datetime = Field(sa_type=Utc)
    case_id: int | None = None
    answered_id: int | None = Field(default=None, unique=True)
    """The answer that was rated not useful."""
    draft_id: int | None = None
    told_at: dt.datetime | None = Field(default=None, sa_type=Utc)
    """When the person was told that there is a vetted answer now."""


class Draft(SQLModel, table=True):
    """A draft FAQ made of an answered case; `Gap.draft_id` says which questions are behind it."""

    id: int | None = Field(default=None, primary_key=True)
    faq_id: str = Field(unique=True)
    case_id: int = Field(unique=True)
    by: int
    """Who of staff wrote #收录."""
    path: str
    at: dt.datetime = Field(sa_type=Utc)
    published_at: dt.datetime | None = Field(default=None, sa_type=Utc)
    """When the entry was first served."""

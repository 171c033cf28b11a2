"""Which vetted answer went to whom, so that a corrected one can reach the same people."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from storage.types import Sealed, Utc


class Answered(SQLModel, table=True):
    """One FAQ answer given to one person: recall, ratings and follow-up questions look here."""

    __table_args__ = (
        Index("ix_answered_person", "person_id", "at"),
        Index("ix_answered_faq", "faq_id", "at"),
    )
    id: int | None = Field(default=None, primary_key=True)
    person_id: int
    room_id: int | None = None
    faq_id: str
    version: int
    question: str = Field(sa_type=Sealed)
    """As the person wrote it."""
    at: dt.datetime = Field(sa_type=Utc)
    useful: bool | None = None
    rated_at: dt.datetime | None = Field(default=None, sa_type=Utc)
    corrected_at: dt.datetime | None = Field(default=None, sa_type=Utc)
    """When a correction of this answer was sent to the person."""

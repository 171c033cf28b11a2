"""Appointments, and what a person brings to the next one."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from storage.types import Sealed, SealedJson, Utc


class Booking(SQLModel, table=True):
    """One appointment, from the wish to the visit. A wish to move it leaves `at` standing until staff confirm another time."""

    id: int | None = Field(default=None, primary_key=True)
    person_id: int = Field(index=True)
    wanted: str = Field(sa_type=Sealed)
    place: str = Field(default="", sa_type=Sealed)
    at: dt.datetime | None = Field(default=None, sa_type=Utc, index=True)
    state: str = "asked"
    """asked, confirmed, arrived, no_show, cancelled, declined."""
    asked_at: dt.datetime = Field(sa_type=Utc)
    decided_by: int | None = None
    decided_at: dt.datetime | None = Field(default=None, sa_type=Utc)


class VisitSheet(SQLModel, table=True):
    """What somebody wants to tell and ask the doctor: `questions` and `unwell` are lists of {text, at}. Staff may fetch the page
    only until `shared_until`."""

    __table_args__ = (UniqueConstraint("person_id", name="uq_visit_sheet"),)
    id: int | None = Field(default=None, primary_key=True)
    person_id: int
    questions: list[dict[str, Any]] = Field(default_factory=list, sa_type=SealedJson)
    unwell: list[dict[str, Any]] = Field(default_factory=list, sa_type=SealedJson)
    shared_until: dt.datetime | None = Field(default=None, sa_type=Utc)

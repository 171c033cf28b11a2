"""What people write of themselves for themselves: the diary of getting better."""

from __future__ import annotations

import datetime as dt

from sqlmodel import Field, SQLModel

from storage.types import Sealed, Utc


class Diary(SQLModel, table=True):
    """One entry. Only its writer reads it."""

    id: int | None = Field(default=None, primary_key=True)
    person_id: int = Field(index=True)
    text: str = Field(sa_type=Sealed)
    day: dt.date
    """The writer's day it was written on."""
    at: dt.datetime = Field(sa_type=Utc)

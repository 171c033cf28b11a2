"""How long somebody's medicine lasts, as they told it."""

from __future__ import annotations

import datetime as dt

from sqlmodel import Field, SQLModel

from storage.types import Sealed, Utc


class Stock(SQLModel, table=True):
    """What is left of one thing and how much of it goes in a day, in the person's own words and numbers."""

    id: int | None = Field(default=None, primary_key=True)
    person_id: int = Field(index=True)
    what: str = Field(sa_type=Sealed)
    unit: str = ""
    """片, 支, …; "" when they told days."""
    a_day: float | None = None
    """None: they told days, not pieces."""
    lasts: dt.date
    """The last day that it is enough for."""
    at: dt.datetime = Field(sa_type=Utc)

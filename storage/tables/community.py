"""Thanks: the points ledger."""

from __future__ import annotations

import datetime as dt

from sqlmodel import Field, SQLModel

from storage.types import Utc


class Points(SQLModel, table=True):
    """One booking in the ledger; the key makes each reason count once."""

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True)
    person_id: int = Field(index=True)
    amount: int
    reason: str
    at: dt.datetime = Field(sa_type=Utc)

"""Thanks: the points ledger. Rooms: what staff should look at."""

from __future__ import annotations

import datetime as dt

from sqlmodel import Field, SQLModel

from storage.types import Sealed, Utc


class Points(SQLModel, table=True):
    """One booking in the ledger; the key makes each reason count once."""

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True)
    person_id: int = Field(index=True)
    amount: int
    reason: str
    at: dt.datetime = Field(sa_type=Utc)
    kind: str = Field(default="earned", sa_column_kwargs={"server_default": "earned"})
    """earned, reversed (what it was for is gone), spent, returned, expired. Levels go by the first two only."""


class Moderation(SQLModel, table=True):
    """Something in a patients' room that staff were told of, and what they decided."""

    id: int | None = Field(default=None, primary_key=True)
    person_id: int = Field(index=True)
    """Who wrote it."""
    room_id: int
    use: str
    """advert, rumour, insult, personal: as in the word lists."""
    lexicon: str
    said: str | None = Field(default=None, sa_type=Sealed)
    """The first of them; without numbers and names when it is somebody else's data. Emptied after 30 days."""
    count: int = 1
    """How many of the kind in a row."""
    at: dt.datetime = Field(sa_type=Utc, index=True)
    last_at: dt.datetime = Field(sa_type=Utc)
    state: str = Field(default="open", index=True)
    """open, reminded, recalled (asked to take it back), ignored (false alarm)."""
    decided_by: int | None = None
    decided_at: dt.datetime | None = Field(default=None, sa_type=Utc)

"""What follows from the event log: how often something happened, who belongs to which group. `xinglin rebuild` makes it anew."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import JSON, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from storage.types import Sealed, Utc


class Activity(SQLModel, table=True):
    """How often something happened to somebody on one day of the community: the event log rolled up."""

    __table_args__ = (Index("ix_activity_day", "name", "day", "person_id", "count"),)
    person_id: int = Field(primary_key=True)
    name: str = Field(primary_key=True)
    day: dt.date = Field(primary_key=True)
    count: int


class Belongs(SQLModel, table=True):
    """Who is in which group by what is known of them: a segment, or a tag that a playbook gives."""

    __table_args__ = (
        UniqueConstraint("person_id", "kind", "name", name="uq_belongs"),
        Index("ix_belongs_name", "kind", "name"),
    )
    id: int | None = Field(default=None, primary_key=True)
    person_id: int
    kind: str
    """segment or tag."""
    name: str
    since: dt.datetime = Field(sa_type=Utc)


class Ruling(SQLModel, table=True):
    """A rule of a playbook has done something for somebody; its cool-down and its cap count from here."""

    __table_args__ = (Index("ix_ruling_person", "person_id", "rule", "at"),)
    id: int | None = Field(default=None, primary_key=True)
    person_id: int
    rule: str
    at: dt.datetime = Field(sa_type=Utc)


class Honour(SQLModel, table=True):
    """A title somebody was given, once per key."""

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True)
    person_id: int = Field(index=True)
    name: str
    at: dt.datetime = Field(sa_type=Utc)


class Redemption(SQLModel, table=True):
    """Points exchanged for something of the catalogue; staff hand it over against the code."""

    id: int | None = Field(default=None, primary_key=True)
    person_id: int = Field(index=True)
    item: str = Field(index=True)
    cost: int
    code: str = Field(unique=True)
    state: str = "open"
    """open, handed (by staff), returned (points given back)."""
    at: dt.datetime = Field(sa_type=Utc)
    settled_at: dt.datetime | None = Field(default=None, sa_type=Utc)
    settled_by: int | None = None


class Advice(SQLModel, table=True):
    """Who looks after whom: one adviser a person."""

    id: int | None = Field(default=None, primary_key=True)
    person_id: int = Field(unique=True)
    adviser_id: int = Field(index=True)
    by: str
    """Who decided it: a person's id, or `auto`."""
    at: dt.datetime = Field(sa_type=Utc)


class CareCall(SQLModel, table=True):
    """A greeting that an adviser owes somebody: on day 1, 3 and 7, or when somebody may be leaving."""

    __table_args__ = (UniqueConstraint("person_id", "why", name="uq_care_call"),)
    id: int | None = Field(default=None, primary_key=True)
    person_id: int
    why: str
    """day1, day3, day7, or the rule that asked for it with its day."""
    adviser_id: int | None = Field(default=None, index=True)
    planned: dt.datetime = Field(sa_type=Utc)
    state: str = "open"
    """open, reached, missed (nobody answered), dropped."""
    outcome: str = Field(default="", sa_type=Sealed)
    settled_at: dt.datetime | None = Field(default=None, sa_type=Utc)
    settled_by: int | None = None


class Remark(SQLModel, table=True):
    """What staff noted of somebody for one another."""

    id: int | None = Field(default=None, primary_key=True)
    person_id: int = Field(index=True)
    by: int
    text: str = Field(sa_type=Sealed)
    at: dt.datetime = Field(sa_type=Utc)


class Parting(SQLModel, table=True):
    """Somebody seemed about to leave: asked once why, offered something, and what came of it."""

    __table_args__ = (Index("ix_parting_person", "person_id", "at"), Index("ix_parting_at", "at"))
    id: int | None = Field(default=None, primary_key=True)
    person_id: int
    at: dt.datetime = Field(sa_type=Utc)
    score: int
    """0 to 100, as it was then."""
    signals: list[str] = Field(default_factory=list, sa_type=JSON)
    reason: str = ""
    """service, changed, neglected, noise, other; "" while nothing was said."""
    said: str | None = Field(default=None, sa_type=Sealed)
    """Their own words, for 180 days."""
    state: str = "asked"
    """asked, answered, stayed, gone."""
    settled_at: dt.datetime | None = Field(default=None, sa_type=Utc)

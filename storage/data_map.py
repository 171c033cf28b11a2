"""Why every column is kept, and for how long: `data_map.yaml`, read by people, by the daily cleaning and by a test."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, model_validator
from sqlalchemy import ColumnElement, Table, delete, func, select, update
from sqlmodel import SQLModel

from storage.types import EMPTY_BYTES
from storage.work import Work

FILE = Path(__file__).with_name("data_map.yaml")


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Keep(Strict):
    """Whole rows go so many days after the time in `since`; rows without that time stay."""

    days: int = Field(ge=0)
    since: str


class Blank(Keep):
    """Only the words in `columns` go."""

    columns: tuple[str, ...] = Field(min_length=1)
    unless_state: tuple[str, ...] = ()
    """Rows in these states keep them: they still have to be sent."""


class Entry(Strict):
    """One table: what it holds, the legal ground, how long, and the purpose of each column."""

    what: str
    basis: Literal["service", "consent", "safety", "duty"]
    columns: dict[str, str]
    keep: Keep | None = None
    blank: Blank | None = None
    until: str | None = Field(default=None, alias="while")
    """In words, when it is not a matter of days."""
    special: str | None = None
    """In words, when a query of its own does it."""

    @model_validator(mode="after")
    def one_end(self) -> Entry:
        if sum(one is not None for one in (self.keep, self.until, self.special)) != 1:
            raise ValueError("keep、while、special 要写一个，也只写一个")
        return self


@lru_cache(maxsize=1)
def data_map() -> dict[str, Entry]:
    """Table → entry."""
    return {name: Entry.model_validate(found) for name, found in yaml.safe_load(FILE.read_text("utf-8")).items()}


def forget_due(work: Work, now: dt.datetime) -> int:
    """Delete the rows and blank the words whose time is over; returns how many rows changed."""
    return sum(_forgotten(work, SQLModel.metadata.tables[name], entry, now) for name, entry in data_map().items())


def left_over(work: Work, now: dt.datetime) -> dict[str, int]:
    """Table → rows past their time: nothing, when the cleaning works."""
    found = {}
    for name, entry in data_map().items():
        table = SQLModel.metadata.tables[name]
        if entry.keep is not None:
            old = select(func.count()).select_from(table).where(_old(table, entry.keep, now))
            found[name] = int(work.connection.execute(old).scalar_one())
    return {name: count for name, count in found.items() if count}


def _old(table: Table, rule: Keep, now: dt.datetime) -> ColumnElement[bool]:
    old: ColumnElement[bool] = table.c[rule.since] < now - dt.timedelta(days=rule.days)
    return old


def _forgotten(work: Work, table: Table, entry: Entry, now: dt.datetime) -> int:
    changed = 0
    if entry.keep:
        changed += work.connection.execute(delete(table).where(_old(table, entry.keep, now))).rowcount
    for name in entry.blank.columns if entry.blank else ():
        assert entry.blank is not None
        column = table.c[name]
        full = column.is_not(None) if column.nullable else func.length(column) > EMPTY_BYTES
        words = update(table).where(_old(table, entry.blank, now), full)
        if entry.blank.unless_state:
            words = words.where(table.c.state.not_in(entry.blank.unless_state))
        changed += work.connection.execute(words.values({column: None if column.nullable else ""})).rowcount
    return changed

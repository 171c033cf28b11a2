"""Which unasked messages and reminders to one person become one message, and how it reads."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence

from sqlalchemy.engine import RowMapping

from bot.channels.base import Contact, Delivery
from handlers.contract import UNASKED, Kind
from storage.queries import care, people
from storage.tables.people import Person, Room
from storage.work import Work

OPTIONS = re.compile(r"^\s*[1１一]\s*[.、．:：)）]", re.M)
"""Something to choose by number stands alone: what is a "1" in answer to two lists?"""
LONGEST = 1200
RINGS_LATELY = dt.timedelta(hours=12)


def together(work: Work, row: RowMapping, others: Sequence[RowMapping], now: dt.datetime) -> list[RowMapping]:
    """Those of `others` (waiting, to the same person) that go with `row`; what once was one message stays just that."""
    others = [one for one in others if one["id"] != row["id"]]
    if row["merged_into"] is not None:
        return [one for one in others if one["merged_into"] == row["merged_into"]]
    if not _may_join(row):
        return []
    room = LONGEST - len(row["text"])
    found = []
    for one in _clear(work, row, [one for one in others if _may_join(one)], now):
        room -= len(one["text"]) + 2
        if room >= 0:
            found.append(one)
    return found


def _may_join(row: RowMapping) -> bool:
    """Nothing of it has left, not even perhaps, and it needs nothing of its own."""
    fresh = row["attempts"] == 0 and row["merged_into"] is None
    return fresh and row["kind"] in UNASKED and bool(row["text"]) and not row["picture"] and not _lists(row)


def _lists(row: RowMapping) -> bool:
    return OPTIONS.search(row["text"]) is not None


def _clear(work: Work, row: RowMapping, others: list[RowMapping], now: dt.datetime) -> list[RowMapping]:
    """Reminders of one moment only: 吃了 answers all that rang at once, and no two of different times."""
    if sum(one["kind"] == Kind.REMINDER for one in [row, *others]) < 2:
        return others
    rang: dict[str, dt.datetime] = {}
    for firing in care.open_firings(work, row["person_id"], now - RINGS_LATELY):
        rang.setdefault(f"reminder:{firing.reminder_id}", firing.slot)
    moments = [rang[one["by"]] for one in [row, *others] if one["by"] in rang]
    return [one for one in others if one["by"] not in rang or rang[one["by"]] == moments[0]]


def text_of(rows: Sequence[RowMapping]) -> str:
    """In the order in which they were written; how to answer is said once, at the end of those it is for."""
    parts = [row["text"].split("\n") for row in sorted(rows, key=lambda row: int(row["id"])) if row["text"]]
    shown = [
        part[:-1] if len(part) > 1 and any(part[-1] == later[-1] for later in parts[place:]) else part
        for place, part in enumerate(parts, 1)
    ]
    return "\n\n".join("\n".join(part) for part in shown)


def delivery(work: Work, rows: Sequence[RowMapping], person: Person | None, room: Room | None) -> Delivery:
    """What was one message before keeps its key, whoever of it is left."""
    row = rows[0]
    named = people.people(work, row["mentions"])
    mentions = tuple(Contact(one.platform_id, one.name) for one in named.values())
    return Delivery(
        key=f"x{row['merged_into'] or row['id']}",
        text=text_of(rows),
        room=room.platform_id if room else None,
        person=person.platform_id if person else None,
        mentions=mentions,
    )

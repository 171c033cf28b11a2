"""Everything that follows from the event log, made anew: the roll-up, the ledger, honours, who is in which segment."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable
from typing import Any

from handlers.services.care.days import day_of
from handlers.services.community.experiments import KIND as ARM
from handlers.services.community.experiments import SHOWN
from handlers.services.community.groups import ENTERED, LEFT, SEGMENT
from handlers.services.community.honours import GIVEN
from handlers.services.community.points import BOOKED
from handlers.settings import CommunitySettings
from storage.queries import events, points, standing
from storage.work import Work

Report = Callable[[int, int], None]


def rebuild(work: Work, knobs: CommunitySettings, report: Report = lambda done, total: None) -> int:
    """Returns how many events were read. Whatever could not be read leaves all as it was: it is one transaction."""
    total, done = events.count(work), 0
    events.empty_roll_up(work)
    points.empty(work)
    standing.empty(work)
    members: dict[tuple[int, str, str], Any] = {}
    for rows in events.pages(work):
        events.add_up(work, _counted(rows, knobs))
        for row in rows:
            _apply(work, row, members)
        done += len(rows)
        report(done, total)
    joined = [
        {"person_id": person, "kind": kind, "name": name, "since": at} for (person, kind, name), at in members.items()
    ]
    standing.join_groups(work, joined)
    return done


def roll_up(work: Work, knobs: CommunitySettings) -> None:
    """Only the roll-up, after an upgrade from a database that had none."""
    for rows in events.pages(work):
        events.add_up(work, _counted(rows, knobs))


def _counted(rows: list[Any], knobs: CommunitySettings) -> Counter[tuple[int, str, dt.date]]:
    days = ((row, day_of(row.at, knobs.zone, knobs.day_turns_at)) for row in rows if row.person_id is not None)
    return Counter((row.person_id, row.name, day) for row, day in days)


def _apply(work: Work, row: Any, members: dict[tuple[int, str, str], Any]) -> None:
    """One event's part in ledger, honours and segments."""
    data = row.data
    if row.name == BOOKED:
        points.book(work, data["key"], row.person_id, data["points"], data["reason"], row.at, data["kind"])
    elif row.name == GIVEN:
        standing.give_honour(work, data["key"], row.person_id, data["honour"], row.at)
    elif row.name == ENTERED:
        members[row.person_id, SEGMENT, data["segment"]] = row.at
    elif row.name == LEFT:
        members.pop((row.person_id, SEGMENT, data["segment"]), None)
    elif row.name == SHOWN:
        members[row.person_id, ARM, f"{data['experiment']}:{data['arm']}"] = row.at

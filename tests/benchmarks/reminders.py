"""Many reminders due in the same second: our due table against one APScheduler job each, on the same kind of file."""

from __future__ import annotations

import asyncio
import datetime as dt
import statistics
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from unittest.mock import patch

from apscheduler import version as scheduler_version
from sqlalchemy.engine import RowMapping

from bot.clock import ManualClock
from bot.scheduling import due as sweeping
from bot.scheduling.due import DueSweep
from handlers.contract import Scene, Skip, stored
from handlers.due import Act
from storage.queries import due, outbox, people
from storage.tables.care import Reminder
from storage.work import Database
from tests.benchmarks.community import Community
from tests.benchmarks.figures import Bound, Figure, Tell, figure
from tests.benchmarks.messages import CHANNEL, PEOPLE, person
from tests.benchmarks.peers import scheduler

NAME = "reminders"
MADE = dt.datetime(2026, 3, 1, 12, 0, tzinfo=dt.UTC)
AT = dt.datetime(2026, 3, 2, 0, 0, tzinfo=dt.UTC)
PEER = f"APScheduler {scheduler_version}"
BOUND = Bound("median", 60.0)
Spent = dict[str, list[float]]


def run(quick: bool, tell: Tell) -> list[Figure]:
    count, rounds = (1_000, 2) if quick else (10_000, 1)
    spent: Spent = {"added": [], "rang": [], "empty": [], "peer added": [], "peer ran": []}
    with Community() as community:
        for number in range(rounds):
            tell(f"{count} reminders, round {number + 1} of {rounds}: ours")
            _ours(community, count, spent)
            tell(f"{count} reminders, round {number + 1} of {rounds}: {PEER}")
            added, ran = asyncio.run(scheduler.due_at_once(community.folder / f"jobs{number}.db", count))
            spent["peer added"].append(added)
            spent["peer ran"].append(ran)
    return _figures(spent, count)


def _figures(spent: Spent, count: int) -> list[Figure]:
    def against(mine: str, other: str) -> float:
        return statistics.median(spent[other]) / statistics.median(spent[mine])

    ran, add = against("rang", "peer ran"), against("added", "peer added")
    empty = against("empty", "peer ran")
    return [
        figure(NAME, f"{count} due at once, all written to the outbox", "s", spent["rang"], BOUND, against=PEER, ratio=ran),
        figure(NAME, f"{count} due at once, slots that do nothing", "s", spent["empty"], against=PEER, ratio=empty),
        figure(NAME, f"{PEER}: {count} jobs that do nothing", "s", spent["peer ran"]),
        figure(NAME, f"adding {count}, a commit each", "s", spent["added"], against=PEER, ratio=add),
        figure(NAME, f"{PEER}: adding {count}, a commit each", "s", spent["peer added"]),
    ]


def _ours(community: Community, count: int, spent: Spent) -> None:
    with closing(community.database()) as database:
        spent["added"].append(_add(database, count))
        spent["rang"].append(_sweep(community, database, count))
        with database.reading() as work:
            written = sum(outbox.counts(work).values())
        if written != count:
            raise RuntimeError(f"{written} messages in the outbox for {count} reminders")
    with closing(community.database()) as database, _doing_nothing():
        _plan_empty(database, count)
        spent["empty"].append(_sweep(community, database, count))


def _add(database: Database, count: int) -> float:
    """Seconds to store `count` daily reminders of 200 people, each with its first slot, in a transaction of its own."""
    with database.reading() as work:
        known = [people.by_platform(work, CHANNEL, person(number).id) for number in range(PEOPLE)]
    ids = [stored(one.id) for one in known if one is not None]
    started = time.perf_counter()
    for number in range(count):
        _make(database, ids[number % len(ids)])
    return time.perf_counter() - started


def _make(database: Database, person_id: int) -> None:
    with database.transaction() as work:
        row = Reminder(
            person_id=person_id, what="吃二甲双胍", rule="FREQ=DAILY", said="每天早上8点", first=AT, created_at=MADE
        )
        reminder_id = stored(work.add(row).id)
        key = f"reminder:{reminder_id}:{AT:%Y%m%dT%H%M}"
        due.plan(work, [due.slot(key, "reminder", AT, ref=reminder_id, person_id=person_id)])


def _plan_empty(database: Database, count: int) -> None:
    with database.transaction() as work:
        due.plan(work, [due.slot(f"empty:{number}", "empty", AT) for number in range(count)])


def _sweep(community: Community, database: Database, count: int) -> float:
    """Seconds until every slot is settled and what comes of it committed."""
    sweep = DueSweep(community.desk(database, ManualClock(AT)))
    started = time.perf_counter()
    settled = sweep.tick()
    seconds = time.perf_counter() - started
    if settled != count:
        raise RuntimeError(f"{settled} of {count} slots were settled")
    return seconds


def _nothing(scene: Scene, slot: RowMapping) -> Skip:
    return Skip("empty")


@contextmanager
def _doing_nothing() -> Iterator[None]:
    """The due table alone, as the peer's jobs do nothing either."""
    acts: Mapping[str, Act] = {"empty": _nothing}
    with patch.object(sweeping, "DUE", acts):
        yield

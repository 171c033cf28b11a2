"""Many reminders due in the same second: our due table against one APScheduler job each, on the same kind of file."""

from __future__ import annotations

import asyncio
import datetime as dt
import statistics
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from itertools import cycle, islice
from pathlib import Path
from unittest.mock import patch

from apscheduler import version as scheduler_version
from sqlalchemy.engine import RowMapping

from bot.clock import ManualClock
from bot.scheduling import due as sweeping
from bot.scheduling.due import DueSweep
from handlers.contract import Handled, Scene, Skip, stored
from handlers.due import Many
from storage.queries import due, outbox, people
from storage.tables.care import Reminder
from storage.work import Database, Work
from tests.benchmarks.community import Community
from tests.benchmarks.figures import Bound, Figure, Tell, figure, rounds
from tests.benchmarks.messages import CHANNEL, PEOPLE, person
from tests.benchmarks.peers import scheduler

NAME = "reminders"
MADE = dt.datetime(2026, 3, 1, 12, 0, tzinfo=dt.UTC)
AT = dt.datetime(2026, 3, 2, 0, 0, tzinfo=dt.UTC)
PEER = f"APScheduler {scheduler_version}"
BOUND = Bound("median", 60.0)
TIMED = 500
ROUNDS, SECONDS, QUICK_SECONDS = 3, 30, 3
MANY, FUTURE, AT_ONCE, TICKS = 10_000, 1_000_000, 10_000, 200
Spent = dict[str, list[float]]


def run(community: Community, quick: bool, tell: Tell) -> list[Figure]:
    count = 1_000 if quick else MANY
    spent: Spent = defaultdict(list)
    for number in rounds(ROUNDS, QUICK_SECONDS if quick else SECONDS):
        tell(f"{count} reminders due at once, round {number} of {ROUNDS}")
        asyncio.run(_round(community, count, community.folder / f"jobs{number}.db", spent))
    return _figures(spent, count)


async def _round(community: Community, count: int, file: Path, spent: Spent) -> None:
    with closing(scheduler.Jobs(file)) as jobs, closing(community.database()) as database:
        for owner in islice(cycle(_people(database)), TIMED):
            spent["added"].append(_added(database, owner))
            spent["peer added"].append(jobs.add())
        _fill(database, count)
        jobs.fill(count)
        spent["rang"].append(_rung(community, database, count))
        spent["peer ran"].append(await jobs.run())
    spent["empty"].append(_empty(community, count))
    if not spent["tick"]:
        spent["no slots"] += _idle(community, 0)
        spent["tick"] += _idle(community, FUTURE if count == MANY else AT_ONCE)


def _figures(spent: Spent, count: int) -> list[Figure]:
    def against(mine: str, other: str) -> float:
        return statistics.median(spent[other]) / statistics.median(spent[mine])

    ran, add, empty = against("rang", "peer ran"), against("added", "peer added"), against("empty", "peer ran")
    return [
        figure(
            NAME, f"{count} due at once, composed and in the outbox", "s", spent["rang"], BOUND, against=PEER, ratio=ran
        ),
        figure(NAME, f"{count} due at once, slots that do nothing", "s", spent["empty"], against=PEER, ratio=empty),
        figure(NAME, f"{PEER}: {count} jobs that do nothing", "s", spent["peer ran"]),
        figure(NAME, "a tick with nothing due, no slots", "ms", spent["no slots"]),
        figure(NAME, "a tick with nothing due, a million slots waiting", "ms", spent["tick"]),
        figure(NAME, "adding one, durably", "ms", spent["added"], against=PEER, ratio=add),
        figure(NAME, f"{PEER}: adding one, durably", "ms", spent["peer added"]),
    ]


def _rung(community: Community, database: Database, count: int) -> float:
    """Seconds until all reminders are in the outbox."""
    seconds = _sweep(community, database, count)
    with database.reading() as work:
        written = sum(outbox.counts(work).values())
    if written != count:
        raise RuntimeError(f"{written} messages in the outbox for {count} reminders")
    return seconds


def _empty(community: Community, count: int) -> float:
    """Seconds for the due table alone, as the peer's jobs do nothing either."""
    with closing(community.database()) as database, _doing_nothing():
        with database.transaction() as work:
            due.plan(work, [due.slot(f"empty:{number}", "empty", AT) for number in range(count)])
        return _sweep(community, database, count)


def _idle(community: Community, count: int) -> list[float]:
    """Milliseconds of looking for what is due when nothing is, with so many slots planned for later."""
    with closing(community.database()) as database:
        later = AT + dt.timedelta(days=1)
        for first in range(0, count, AT_ONCE):
            with database.transaction() as work:
                slots = (due.slot(f"later:{one}", "empty", later) for one in range(first, first + AT_ONCE))
                due.plan(work, slots)
        sweep = DueSweep(community.desk(database, ManualClock(AT)))
        sweep.tick()
        spent = []
        for _ in range(TICKS):
            started = time.perf_counter()
            sweep.tick()
            spent.append((time.perf_counter() - started) * 1000)
    return spent


def _people(database: Database) -> list[int]:
    with database.reading() as work:
        known = [people.by_platform(work, CHANNEL, person(number).id) for number in range(PEOPLE)]
    return [stored(one.id) for one in known if one is not None]


def _added(database: Database, owner: int) -> float:
    """Milliseconds to store one daily reminder and its first slot durably."""
    started = time.perf_counter()
    with database.transaction() as work:
        _make(work, [owner])
    return (time.perf_counter() - started) * 1000


def _fill(database: Database, count: int) -> None:
    """Until there are `count` reminders, untimed."""
    owners = list(islice(cycle(_people(database)), count - TIMED))
    with database.transaction() as work:
        _make(work, owners)


def _make(work: Work, owners: list[int]) -> None:
    rows = [
        Reminder(person_id=one, what="吃二甲双胍", rule="FREQ=DAILY", said="每天早上8点", first=AT, created_at=MADE)
        for one in owners
    ]
    work.session.add_all(rows)
    work.session.flush()
    due.plan(
        work,
        [
            due.slot(f"reminder:{row.id}:{AT:%Y%m%dT%H%M}", "reminder", AT, ref=row.id, person_id=row.person_id)
            for row in rows
        ],
    )


def _sweep(community: Community, database: Database, count: int) -> float:
    """Seconds until every slot is settled and what comes of it committed."""
    sweep = DueSweep(community.desk(database, ManualClock(AT)))
    started = time.perf_counter()
    settled = sweep.tick()
    seconds = time.perf_counter() - started
    if settled != count:
        raise RuntimeError(f"{settled} of {count} slots were settled")
    return seconds


def _nothing(scene: Scene, slots: Sequence[RowMapping]) -> list[Handled | Skip]:
    return [Skip("empty") for _ in slots]


@contextmanager
def _doing_nothing() -> Iterator[None]:
    acts: Mapping[str, Many] = {"empty": _nothing}
    with patch.object(sweeping, "DUE", acts):
        yield

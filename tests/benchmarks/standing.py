"""A community of many: how long the log takes, one morning's round, the figures of a month, making all anew.

python -m tests.benchmarks.standing --people 100000 --events 10000000
"""

from __future__ import annotations

import argparse
import datetime as dt
import random
import resource
import tempfile
import time
from pathlib import Path

from bot import config as configuration
from bot import wiring
from bot.clock import ManualClock
from handlers.services.community import churn, facts, groups, metrics, rules
from handlers.services.community.rebuild import rebuild
from storage.queries import events, people
from storage.types import keyring
from storage.work import Database

NOW = dt.datetime(2026, 6, 1, 2, 0, tzinfo=dt.UTC)
DAYS = 90
NAMES = ("message_written", "check_in_recorded", "faq_answered", "reminder_rang", "reminder_done", "case_answered")
WEIGHTS = (50, 25, 10, 8, 6, 1)
AT_ONCE = 20_000


def fill(database: Database, count: int, total: int) -> float:
    """People and their events, the older first; returns the seconds that the events took."""
    chance = random.Random(1)
    with database.transaction() as work:
        for number in range(count):
            people.meet(work, "memory", f"p{number}", f"病友{number}", NOW - dt.timedelta(days=DAYS))
    started = time.perf_counter()
    for day in range(DAYS):
        at = NOW - dt.timedelta(days=DAYS - day)
        left = total // DAYS
        while left > 0:
            size = min(left, AT_ONCE)
            rows = [
                {"at": at, "name": name, "person_id": chance.randint(1, count), "room_id": None, "data": {}}
                for name in chance.choices(NAMES, WEIGHTS, k=size)
            ]
            with database.transaction() as work:
                events.log(work, rows, at.date())
            left -= size
    return time.perf_counter() - started


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--people", type=int, default=10_000)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--rebuild", action="store_true")
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        config = configuration.load(None)
        keyring.use(bytes(32))
        database = Database(f"sqlite:///{Path(folder) / 'b.db'}", durable=False)
        database.create_all()
        seconds = fill(database, wanted.people, wanted.events)
        print(f"log and roll-up: {wanted.events / seconds:,.0f} events/s")
        desk = wiring.desk(config, database, ManualClock(NOW))
        with database.transaction() as work:
            scene = desk.scene(work, NOW)
            some = people.after(work, wanted.people // 2, 250)
            timed("facts of one person", lambda: facts.of(scene, some[0], groups.wanted(desk.library)))
            timed("a morning's round for 250: groups", lambda: groups.refresh(scene, some))
            timed("a morning's round for 250: rules", lambda: rules.daily(scene, some))
            timed("a morning's round for 250: who may leave", lambda: churn.daily(scene, some))
            last = NOW.date()
            timed("the figures of a month", lambda: metrics.measure(scene, last - dt.timedelta(days=29), last))
            if wanted.rebuild:
                timed("making all anew", lambda: rebuild(work, config.community))
        print(f"memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB")
        database.close()


def timed(what: str, act: object) -> None:
    started = time.perf_counter()
    act()  # type: ignore[operator]
    print(f"{what}: {time.perf_counter() - started:.3f} s")


if __name__ == "__main__":
    main()

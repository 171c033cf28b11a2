"""A small community for tests of what is due: planning slots, looking at them, letting the process die."""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import lru_cache
from typing import Any

from sqlalchemy import select

from bot.stories.world import World
from handlers.contract import Handled, to_person
from playbooks.library import Library
from playbooks.schema.load import load
from storage.queries import due, outbox, profile
from storage.tables.messaging import Due

EVE = dt.datetime(2026, 3, 1, 12, 0, tzinfo=dt.UTC)
EIGHT = dt.datetime(2026, 3, 2, 0, 0, tzinfo=dt.UTC)
"""08:00 in Shanghai."""
MINUTE, HOUR, DAY = dt.timedelta(minutes=1), dt.timedelta(hours=1), dt.timedelta(days=1)
DAILY = "每天早上8点提醒我吃药"
ZONES = [
    "Asia/Shanghai",
    "Asia/Urumqi",
    "Asia/Tokyo",
    "Asia/Kolkata",
    "Asia/Kathmandu",
    "Asia/Tehran",
    "Europe/London",
    "Europe/Berlin",
    "Europe/Moscow",
    "Africa/Cairo",
    "Africa/Casablanca",
    "America/New_York",
    "America/Chicago",
    "America/Denver",
    "America/St_Johns",
    "America/Sao_Paulo",
    "America/Santiago",
    "Australia/Sydney",
    "Australia/Lord_Howe",
    "Pacific/Auckland",
    "Pacific/Chatham",
    "Pacific/Apia",
]
"""With summer time, without, with half hours, on both sides of the date line."""


@lru_cache
def shipped() -> Library:
    return load()


@asynccontextmanager
async def community(**config: Any) -> AsyncIterator[World]:
    persons = {"张姐": {}, "李哥": {}, "小林": {"role": "manager"}}
    world = World(EVE, persons, {"工作人员群": ["小林"], "糖尿病新手群": ["张姐"]}, config, shipped())
    await world.start()
    await world.give_consent(["张姐", "李哥"])
    try:
        yield world
    finally:
        await world.close()


def plan(world: World, *slots: dict[str, Any]) -> None:
    with world.app.database.transaction() as work:
        due.plan(work, slots)


def slots(world: World, kind: str) -> list[tuple[str, str, int]]:
    """(state, reason, attempts) of this kind, in order."""
    rows = Due.__table__.c  # type: ignore[attr-defined]
    with world.app.database.reading() as work:
        found = work.connection.execute(
            select(rows.state, rows.reason, rows.attempts).where(rows.kind == kind).order_by(rows.id)
        )
        return [tuple(row) for row in found]


def outgoing(world: World, by: str) -> list[Any]:
    """Everything that this rule ever wrote into the outbox."""
    with world.app.database.reading() as work:
        return [row for row in reversed(outbox.latest(work, 1_000)) if row["by"].startswith(by)]


def ring(world: World, what: str = "吃药", clock: str = "08:00") -> str:
    """The words of "now"."""
    return world.desk.words("reminder/ring", what=what, clock=clock)


def greet(scene: Any, slot: Any) -> Handled:
    return Handled("greet", (to_person(slot["person_id"], "到点了", by="greet"),))


def fail(scene: Any, slot: Any) -> Handled:
    profile.set_fact(scene.work, 1, "half", "done", scene.now)
    raise ZeroDivisionError("刻意出错")


async def outage(world: World, to: dt.datetime) -> list[str]:
    """The process is dead until then; what it says to 张姐 once it is back."""
    before = len(outgoing(world, ""))
    world.clock.jump(to)
    await world.restart()
    return [row["text"] for row in outgoing(world, "")[before:] if row["person_id"] == 1]

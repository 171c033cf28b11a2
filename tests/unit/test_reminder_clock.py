"""Reminders, whatever happens: edits, answers, a process that dies, a clock set back and forth, zones with summer time."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections import Counter
from collections.abc import Iterator
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from structlog.testing import capture_logs

from bot.clock import ManualClock
from bot.stories.world import World
from storage.queries import due, people
from storage.tables.care import Firing
from tests.unit.slots import DAY, HOUR, MINUTE, ZONES, outgoing, shipped

CLOCKS = {7: "早上7点", 9: "上午9点", 11: "上午11点", 15: "下午3点", 20: "晚上8点"}
MOVES = st.lists(
    st.one_of(
        st.tuples(st.just("wait"), st.integers(1, 60)),
        st.tuples(st.just("edit"), st.sampled_from(list(CLOCKS))),
        st.tuples(st.just("say"), st.sampled_from(["吃了", "等半小时", "跳过"])),
        st.tuples(st.just("back"), st.integers(1, 3)),
        st.tuples(st.just("ahead"), st.integers(1, 3)),
        st.tuples(st.just("die"), st.just(0)),
    ),
    min_size=2,
    max_size=10,
)
STARTS = st.datetimes(dt.datetime(2026, 1, 1), dt.datetime(2036, 1, 1)).map(
    lambda moment: moment.replace(minute=0, second=0, microsecond=0, tzinfo=dt.UTC)
)


@pytest.fixture(autouse=True, scope="module")
def quiet() -> Iterator[None]:
    with capture_logs():
        yield


async def community(start: dt.datetime, zone: str) -> World:
    world = World(start, {"张姐": {}}, {}, {"send": {"quiet": {"start": "00:00", "end": "00:00"}}}, shipped())
    await world.start()
    await world.give_consent(["张姐"])
    with world.app.database.transaction() as work:
        people.change(work, 1, zone=zone)
    await world.say("张姐", "每天早上8点提醒我吃药")
    return world


async def move(world: World, what: str, value: int | str) -> None:
    if what == "wait":
        await world.wait(int(value) * HOUR)
    elif what == "edit":
        await world.say("张姐", f"把吃药提醒改到{CLOCKS[int(value)]}")
    elif what == "say":
        await world.say("张姐", str(value))
    elif what == "back":
        world.clock = world.desk.clock = ManualClock(world.clock.now() - int(value) * HOUR)
    elif what == "ahead":
        world.clock.jump(world.clock.now() + int(value) * HOUR)
    else:
        await world.restart()


def rings(world: World, zone: ZoneInfo) -> list[dt.datetime]:
    """The local times of the rings that were sent, not those that ask again."""
    rows = [row for row in outgoing(world, "reminder:1") if "该吃药了" in row["text"] and row["state"] == "sent"]
    return [row["sent_at"].astimezone(zone) for row in rows]


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(STARTS, st.sampled_from(ZONES), MOVES)
def test_a_daily_reminder_rings_once_a_day_or_is_on_record(
    start: dt.datetime, name: str, moves: list[tuple[str, int | str]]
) -> None:
    async def go() -> None:
        zone = ZoneInfo(name)
        world = await community(start, name)
        hour = 8
        try:
            for what, value in moves:
                hour = int(value) if what == "edit" else hour
                await move(world, what, value)
            calm = world.clock.now()
            await world.wait(5 * DAY)
            sent = rings(world, zone)
            a_day = Counter(moment.date() for moment in sent)
            assert max(a_day.values(), default=0) <= 1, (sent, moves)
            later = [moment for moment in sent if moment > (calm + 2 * DAY).astimezone(zone)]
            assert len(later) in (2, 3, 4) and {(one.hour, one.minute) for one in later} == {(hour, 0)}, (later, moves)
            check(world, moves)
        finally:
            await world.close()

    asyncio.run(go())


def check(world: World, moves: object) -> None:
    """Every time that has passed rang, was missed, or was moved, and is on record so."""
    with world.app.database.reading() as work:
        slots = due.of(work, "reminder", 1).values()
        fired = {one.slot: one.outcome for one in work.session.scalars(select(Firing))}
    for slot in slots:
        if slot["state"] == "waiting":
            assert slot["planned"] > world.clock.now() - MINUTE, moves
        elif slot["state"] == "expired":
            assert fired.get(slot["planned"]) in ("missed", "done", "skipped"), (slot, moves)
        elif slot["state"] == "done":
            assert slot["planned"] in fired, (slot, moves)
        else:
            assert (slot["state"], slot["reason"]) == ("cancelled", "moved"), (slot, moves)

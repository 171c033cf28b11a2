"""What must happen at a time happens once, on time or not at all."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import select
from structlog.testing import capture_logs

from bot.channels.base import LinkState
from handlers.contract import Skip
from handlers.due import DUE, each
from storage.queries import due
from storage.tables.care import Firing
from tests.unit.slots import (
    DAILY,
    DAY,
    EIGHT,
    HOUR,
    MINUTE,
    community,
    greet,
    outage,
    outgoing,
    plan,
    ring,
    slots,
)


@pytest.fixture(autouse=True, scope="module")
def quiet() -> Iterator[None]:
    with capture_logs():
        yield


# --- too late ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("late", [dt.timedelta(), HOUR, 2 * HOUR])
def test_a_reminder_within_its_time_still_rings(late: dt.timedelta) -> None:
    async def go() -> None:
        async with community() as world:
            await world.say("张姐", DAILY)
            (rung,) = await outage(world, EIGHT + late)
            assert rung == ring(world) and slots(world, "reminder")[0][0] == "done"

    asyncio.run(go())


@pytest.mark.parametrize("late", [2 * HOUR + dt.timedelta(seconds=1), 5 * HOUR, 30 * HOUR])
def test_a_late_reminder_never_says_now(late: dt.timedelta) -> None:
    """A dose taken twice or at the wrong hour can harm: it is recorded as missed, and the next one rings in its time."""

    async def go() -> None:
        async with community() as world:
            await world.say("张姐", DAILY)
            (told,) = await outage(world, EIGHT + late)
            assert told == world.desk.words("reminder/late", what="吃药", at=told.split(" 的“")[0])
            assert told.startswith(("今天 08:00", "3月2日（周一） 08:00")) and "不用再做" in told
            assert slots(world, "reminder")[0][:2] == ("expired", "late")
            with world.app.database.reading() as work:
                assert [one.outcome for one in work.session.scalars(select(Firing))] == ["missed"]
            following = await world.wait(DAY)
            assert [one.delivery.text for one in following].count(ring(world)) == 1

    asyncio.run(go())


def test_a_ring_that_could_not_be_sent_in_its_time_is_not_sent_at_all() -> None:
    async def go() -> None:
        async with community(reminders={"late_after": "10m", "ask_again_times": 0}) as world:
            await world.say("张姐", DAILY)
            world.channel.state = LinkState.DOWN
            await world.until(EIGHT + 11 * MINUTE)
            world.channel.state = LinkState.UP
            sent = await world.wait(HOUR)
            assert not [one for one in sent if "吃药" in one.delivery.text and one.delivery.person]
            assert {row["state"] for row in outgoing(world, "reminder:")} == {"expired"}

    asyncio.run(go())


def test_what_has_no_late_word_expires_in_silence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(DUE, "greet", each(greet))  # type: ignore[arg-type]

    async def go() -> None:
        async with community() as world:
            plan(world, due.slot("a", "greet", EIGHT, person_id=1, expires=EIGHT + HOUR))
            assert await outage(world, EIGHT + 2 * HOUR) == []
            assert slots(world, "greet") == [("expired", "late", 0)]

    asyncio.run(go())


# --- once --------------------------------------------------------------------------------------------------------


def test_every_slot_happens_once_however_often_the_process_dies() -> None:
    """Seven days of a daily reminder, answered; killed before, at and after every ring, and in between."""

    async def go() -> None:
        async with community() as world:
            await world.say("张姐", DAILY)
            await world.say("李哥", "明天上午8点提醒我复查")
            for day in range(7):
                for moment in (-MINUTE, dt.timedelta(), dt.timedelta(), MINUTE):
                    await world.until(EIGHT + day * DAY + moment)
                    await world.restart()
                await world.say("张姐", "吃了")
            rings = [row for row in outgoing(world, "reminder:1") if row["text"] == ring(world)]
            assert len(rings) == 7 and {row["state"] for row in rings} == {"sent"}
            assert [state for state, _, _ in slots(world, "reminder")].count("done") == 8
            once = [row for row in outgoing(world, "reminder:2") if row["text"] == ring(world, "复查")]
            assert len(once) == 1

    asyncio.run(go())


def test_killed_between_the_decision_and_the_sending_it_rings_once() -> None:
    async def go() -> None:
        async with community() as world:
            await world.say("张姐", DAILY)
            world.clock.jump(EIGHT)
            assert world.app.sweep.tick() == 1 and world.app.sweep.tick() == 0
            assert [row["state"] for row in outgoing(world, "reminder:")] == ["waiting"]
            await world.restart()
            assert [row["state"] for row in outgoing(world, "reminder:")] == ["sent"]

    asyncio.run(go())


def test_due_rows_of_the_same_moment_keep_their_order(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []

    def note(scene: Any, slot: Any) -> Skip:
        seen.append(slot["key"])
        return Skip("noted")

    monkeypatch.setitem(DUE, "note", each(note))  # type: ignore[arg-type]

    async def go() -> None:
        async with community() as world:
            plan(world, *(due.slot(f"k{number}", "note", EIGHT - number % 3 * MINUTE) for number in range(9)))
            world.clock.jump(EIGHT)
            await world.app.settle()
            assert seen == ["k2", "k5", "k8", "k1", "k4", "k7", "k0", "k3", "k6"]

    asyncio.run(go())

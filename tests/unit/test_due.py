"""What must happen at a time: once, on time or not at all; what fails is tried again, reported, and holds up nothing."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from functools import lru_cache
from typing import Any

import pytest
from apscheduler.events import EVENT_JOB_ERROR, JobExecutionEvent
from sqlalchemy import select
from structlog.testing import capture_logs

from bot.channels.base import LinkState
from bot.scheduling.ticker import Ticker
from bot.stories.world import World
from handlers import table
from handlers.contract import Handled, Handler, Outgoing, Skip, to_person
from handlers.due import DUE
from playbooks.library import Library
from playbooks.schema.load import load
from storage.queries import due, outbox, profile
from storage.tables.care import Firing
from storage.tables.messaging import Due, Inbox

EVE = dt.datetime(2026, 3, 1, 12, 0, tzinfo=dt.UTC)
EIGHT = dt.datetime(2026, 3, 2, 0, 0, tzinfo=dt.UTC)
"""08:00 in Shanghai."""
MINUTE, HOUR, DAY = dt.timedelta(minutes=1), dt.timedelta(hours=1), dt.timedelta(days=1)
DAILY = "每天早上8点提醒我吃药"


@pytest.fixture(autouse=True, scope="module")
def quiet() -> Iterator[None]:
    with capture_logs():
        yield


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
        found = work.connection.execute(select(rows.state, rows.reason, rows.attempts).where(rows.kind == kind).order_by(rows.id))
        return [tuple(row) for row in found]


def outgoing(world: World, by: str) -> list[Any]:
    """Everything that this rule ever wrote into the outbox."""
    with world.app.database.reading() as work:
        return [row for row in reversed(outbox.latest(work, 1_000)) if row["by"].startswith(by)]


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


# --- failures ----------------------------------------------------------------------------------------------------


def test_a_slot_that_raises_is_tried_thrice_and_reported_and_others_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(DUE, "greet", greet)  # type: ignore[arg-type]
    monkeypatch.setitem(DUE, "fail", fail)  # type: ignore[arg-type]

    async def go() -> None:
        async with community() as world:
            plan(world, due.slot("a", "greet", EIGHT, person_id=1))
            plan(world, due.slot("b", "fail", EIGHT, person_id=1), due.slot("c", "greet", EIGHT, person_id=2))
            sent = await world.until(EIGHT)
            assert [one.delivery.person for one in sent if one.delivery.text == "到点了"] == ["person-张姐", "person-李哥"]
            assert slots(world, "fail") == [("waiting", "", 1)]
            with world.app.database.reading() as work:
                assert profile.facts(work, 1) == {}, "what it had written is undone"
            await world.until(EIGHT + HOUR)
            assert slots(world, "fail") == [("failed", "ZeroDivisionError", 3)]
            told = [one.delivery for one in world.channel.sent if "没有办成" in one.delivery.text]
            assert [one.room for one in told] == ["room-工作人员群"] * 2, "at the first failure and at the last"
            assert "稍后自动再试" in told[0].text and "试了三次" in told[1].text
            assert "刻意出错" not in told[0].text + told[1].text
            assert len(outgoing(world, "greet")) == 2

    asyncio.run(go())


@pytest.mark.parametrize("message", [Outgoing("到处"), Outgoing("两处", person_id=1, room_id=1)])
def test_a_slot_that_decides_nonsense_does_not_hold_up_the_others(
    monkeypatch: pytest.MonkeyPatch, message: Outgoing
) -> None:
    monkeypatch.setitem(DUE, "greet", greet)  # type: ignore[arg-type]
    monkeypatch.setitem(DUE, "nonsense", lambda scene, slot: Handled("nonsense", (message,)))  # type: ignore[arg-type]

    async def go() -> None:
        async with community() as world:
            plan(world, due.slot("a", "nonsense", EIGHT), due.slot("b", "greet", EIGHT, person_id=1))
            await world.until(EIGHT + HOUR)
            assert slots(world, "nonsense") == [("failed", "ValueError", 3)]
            assert slots(world, "greet") == [("done", "", 0)]

    asyncio.run(go())


def test_a_kind_nobody_knows_has_failed_and_a_skip_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(DUE, "skip", lambda scene, slot: Skip("left"))  # type: ignore[arg-type]

    async def go() -> None:
        async with community() as world:
            plan(world, due.slot("a", "no such kind", EIGHT), due.slot("b", "skip", EIGHT))
            assert await world.until(EIGHT) == []
            assert slots(world, "no such kind") == [("failed", "unknown kind", 0)]
            assert slots(world, "skip") == [("skipped", "left", 0)]

    asyncio.run(go())


def test_a_message_that_raises_is_tried_thrice_and_reported_and_others_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    def act(ctx: Any, msg: Any, matched: Any) -> Handled:
        profile.set_fact(ctx.work, ctx.person_id, "half", "done", ctx.now)
        raise ZeroDivisionError("刻意出错")

    broken = Handler("broken", lambda ctx, msg: True if msg.text == "坏消息" else None, act)
    monkeypatch.setattr(table, "HANDLERS", (broken, *table.HANDLERS))

    def inbox(world: World) -> list[tuple[str, int, str]]:
        rows = Inbox.__table__.c  # type: ignore[attr-defined]
        with world.app.database.reading() as work:
            found = work.connection.execute(select(rows.state, rows.attempts, rows.error).order_by(rows.id))
            return [tuple(row) for row in found]

    async def go() -> None:
        async with community() as world:
            both = await asyncio.gather(world.say("张姐", "坏消息", "糖尿病新手群"), world.say("李哥", "帮助"))
            sent = {one.delivery.key: one.delivery for part in both for one in part}.values()
            assert sorted(one.room or one.person or "" for one in sent) == ["person-李哥", "room-工作人员群"]
            assert inbox(world) == [("failed", 1, "ZeroDivisionError"), ("done", 0, "")]
            for _ in range(4):
                await world.app.dispatcher.resume()
            await world.app.settle()
            assert inbox(world)[0] == ("isolated", 3, "ZeroDivisionError")
            told = [one.delivery for one in world.channel.sent if "没有处理成功" in one.delivery.text]
            assert [one.room for one in told] == ["room-工作人员群"] * 2 and "试了三次" in told[1].text
            assert "坏消息" not in "".join(one.text for one in told)
            with world.app.database.reading() as work:
                assert profile.facts(work, 1) == {}

    asyncio.run(go())


def test_a_scheduler_job_that_raises_is_counted_and_told_to_staff_once_an_hour() -> None:
    async def nothing() -> int:
        return 0

    async def go() -> None:
        async with community() as world:
            ticker = Ticker(world.desk, nothing, nothing, nothing, nothing)
            jobs = ticker._scheduler
            event = JobExecutionEvent(EVENT_JOB_ERROR, "sweep", "default", EVE, exception=ZeroDivisionError("刻意出错"))
            for _ in range(3):
                jobs._dispatch_event(event)
            await world.app.settle()
            told = [one.delivery for one in world.channel.sent]
            assert [one.room for one in told] == ["room-工作人员群"]
            assert "sweep" in told[0].text and "ZeroDivisionError" in told[0].text and "刻意" not in told[0].text
            assert b'xinglin_failures_total{where="job sweep"} 3.0' in world.app.metrics().replace(b"what=", b"where=")
            world.clock.jump(EVE + HOUR)
            jobs._dispatch_event(event)
            await world.app.settle()
            assert len(world.channel.sent) == 2
            jobs.start(paused=True)
            assert {(one.coalesce, one.max_instances, one.misfire_grace_time) for one in jobs.get_jobs()} == {(True, 1, 60)}
            jobs.shutdown(wait=False)

    asyncio.run(go())


def test_a_daily_reminder_whose_ring_failed_rings_again_the_next_day(monkeypatch: pytest.MonkeyPatch) -> None:
    async def go() -> None:
        async with community() as world:
            await world.say("张姐", DAILY)
            with monkeypatch.context() as broken:
                broken.setitem(DUE, "reminder", fail)  # type: ignore[arg-type]
                await world.until(EIGHT + HOUR)
            assert slots(world, "reminder")[0] == ("failed", "ZeroDivisionError", 3)
            sent = await world.until(EIGHT + DAY)
            assert [one.delivery.text for one in sent if "08:00" in one.delivery.text]

    asyncio.run(go())


def test_a_ring_that_was_tried_again_names_its_own_hour(monkeypatch: pytest.MonkeyPatch) -> None:
    ring, tries = DUE["reminder"], []

    def at_second_try(scene: Any, slot: Any) -> Any:
        tries.append(slot["at"])
        return ring(scene, slot) if len(tries) > 1 else fail(scene, slot)

    monkeypatch.setitem(DUE, "reminder", at_second_try)  # type: ignore[arg-type]

    async def go() -> None:
        async with community() as world:
            await world.say("张姐", DAILY)
            await world.until(EIGHT + 5 * MINUTE)
            (rung,) = outgoing(world, "reminder:")
            assert "08:00" in rung["text"]
            with world.app.database.reading() as work:
                assert work.session.get_one(Firing, 1).slot == EIGHT

    asyncio.run(go())


# --- too late ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("late", [dt.timedelta(), HOUR, 2 * HOUR])
def test_a_reminder_within_its_time_still_rings(late: dt.timedelta) -> None:
    async def go() -> None:
        async with community() as world:
            await world.say("张姐", DAILY)
            (rung,) = await outage(world, EIGHT + late)
            assert rung.startswith("⏰ 08:00") and slots(world, "reminder")[0][0] == "done"

    asyncio.run(go())


@pytest.mark.parametrize("late", [2 * HOUR + dt.timedelta(seconds=1), 5 * HOUR, 30 * HOUR])
def test_a_late_reminder_never_says_now(late: dt.timedelta) -> None:
    """A dose taken twice or at the wrong hour can harm: it is recorded as missed, and the next one rings in its time."""

    async def go() -> None:
        async with community() as world:
            await world.say("张姐", DAILY)
            (told,) = await outage(world, EIGHT + late)
            assert "⏰" not in told and "提醒您" not in told and "不用再做" in told
            assert slots(world, "reminder")[0][:2] == ("expired", "late")
            with world.app.database.reading() as work:
                assert [one.outcome for one in work.session.scalars(select(Firing))] == ["missed"]
            following = await world.wait(DAY)
            assert [one.delivery.text[:7] for one in following if "⏰" in one.delivery.text] == ["⏰ 08:00"]

    asyncio.run(go())


def test_a_ring_that_could_not_be_sent_in_its_time_is_not_sent_at_all() -> None:
    async def go() -> None:
        async with community() as world:
            await world.say("张姐", DAILY)
            world.channel.state = LinkState.DOWN
            await world.until(EIGHT + 3 * HOUR)
            world.channel.state = LinkState.UP
            sent = await world.wait(HOUR)
            assert not [one for one in sent if "吃药" in one.delivery.text]
            assert {row["state"] for row in outgoing(world, "reminder:")} == {"expired"}

    asyncio.run(go())


def test_what_has_no_late_word_expires_in_silence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(DUE, "greet", greet)  # type: ignore[arg-type]

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
            rings = [row for row in outgoing(world, "reminder:1") if row["text"].startswith("⏰")]
            assert len(rings) == 7 and {row["state"] for row in rings} == {"sent"}
            assert [state for state, _, _ in slots(world, "reminder")].count("done") == 8
            once = [row for row in outgoing(world, "reminder:2") if row["text"].startswith("⏰")]
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
    monkeypatch.setitem(DUE, "note", lambda scene, slot: seen.append(slot["key"]) or Skip("noted"))  # type: ignore[func-returns-value,arg-type]

    async def go() -> None:
        async with community() as world:
            plan(world, *(due.slot(f"k{number}", "note", EIGHT - number % 3 * MINUTE) for number in range(9)))
            world.clock.jump(EIGHT)
            await world.app.settle()
            assert seen == ["k2", "k5", "k8", "k1", "k4", "k7", "k0", "k3", "k6"]

    asyncio.run(go())



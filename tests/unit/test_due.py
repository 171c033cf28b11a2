"""What must happen at a time and fails: it is tried again, reported, and holds up nothing else."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from apscheduler.events import EVENT_JOB_ERROR, JobExecutionEvent
from sqlalchemy import select
from structlog.testing import capture_logs

from bot.scheduling.ticker import Ticker
from bot.stories.world import World
from handlers import table
from handlers.contract import Handled, Handler, Outgoing, Skip
from handlers.due import DUE, each
from storage.queries import due, profile
from storage.tables.care import Firing
from storage.tables.messaging import Inbox
from tests.unit.slots import (
    DAILY,
    DAY,
    EIGHT,
    EVE,
    HOUR,
    MINUTE,
    community,
    fail,
    greet,
    outgoing,
    plan,
    ring,
    slots,
)


@pytest.fixture(autouse=True, scope="module")
def quiet() -> Iterator[None]:
    with capture_logs():
        yield


# --- failures ----------------------------------------------------------------------------------------------------


def test_a_slot_that_raises_is_tried_thrice_and_reported_and_others_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(DUE, "greet", each(greet))  # type: ignore[arg-type]
    monkeypatch.setitem(DUE, "fail", each(fail))  # type: ignore[arg-type]

    async def go() -> None:
        async with community() as world:
            plan(world, due.slot("a", "greet", EIGHT, person_id=1))
            plan(world, due.slot("b", "fail", EIGHT, person_id=1), due.slot("c", "greet", EIGHT, person_id=2))
            sent = await world.until(EIGHT)
            assert [one.delivery.person for one in sent if one.delivery.text == "到点了"] == [
                "person-张姐",
                "person-李哥",
            ]
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


@pytest.mark.parametrize("where", [{}, {"person_id": 1, "room_id": 1}])
def test_a_slot_that_decides_nonsense_does_not_hold_up_the_others(
    monkeypatch: pytest.MonkeyPatch, where: dict[str, int]
) -> None:
    monkeypatch.setitem(DUE, "greet", each(greet))  # type: ignore[arg-type]
    nonsense = each(lambda scene, slot: Handled("nonsense", (Outgoing("到处或两处", **where),)))  # type: ignore[arg-type]
    monkeypatch.setitem(DUE, "nonsense", nonsense)  # type: ignore[arg-type]

    async def go() -> None:
        async with community() as world:
            plan(world, due.slot("a", "nonsense", EIGHT), due.slot("b", "greet", EIGHT, person_id=1))
            await world.until(EIGHT + HOUR)
            assert slots(world, "nonsense") == [("failed", "ValueError", 3)]
            assert slots(world, "greet") == [("done", "", 0)]

    asyncio.run(go())


def test_a_kind_nobody_knows_has_failed_and_a_skip_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(DUE, "skip", each(lambda scene, slot: Skip("left")))  # type: ignore[arg-type]

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
            assert b'xinglin_failures_total{where="job sweep"} 3.0' in world.app.metrics()
            world.clock.jump(EVE + HOUR)
            jobs._dispatch_event(event)
            await world.app.settle()
            assert len(world.channel.sent) == 2
            jobs.start(paused=True)
            assert {(one.coalesce, one.max_instances, one.misfire_grace_time) for one in jobs.get_jobs()} == {
                (True, 1, 60)
            }
            jobs.shutdown(wait=False)

    asyncio.run(go())


def test_a_daily_reminder_whose_ring_failed_rings_again_the_next_day(monkeypatch: pytest.MonkeyPatch) -> None:
    async def go() -> None:
        async with community() as world:
            await world.say("张姐", DAILY)
            with monkeypatch.context() as broken:
                broken.setitem(DUE, "reminder", each(fail))  # type: ignore[arg-type]
                await world.until(EIGHT + HOUR)
            assert slots(world, "reminder")[0] == ("failed", "ZeroDivisionError", 3)
            sent = await world.until(EIGHT + DAY)
            assert [one.delivery.text for one in sent] == [ring(world)]

    asyncio.run(go())


def test_a_ring_that_was_tried_again_names_its_own_hour(monkeypatch: pytest.MonkeyPatch) -> None:
    in_earnest, tries = DUE["reminder"], []

    def at_second_try(scene: Any, slots: Any) -> Any:
        tries.append(slots)
        return in_earnest(scene, slots) if len(tries) > 1 else fail(scene, slots)

    monkeypatch.setitem(DUE, "reminder", at_second_try)  # type: ignore[arg-type]

    async def go() -> None:
        async with community() as world:
            await world.say("张姐", DAILY)
            await world.until(EIGHT + 5 * MINUTE)
            (rung,) = outgoing(world, "reminder:")
            assert rung["text"] == ring(world)
            with world.app.database.reading() as work:
                assert work.session.get_one(Firing, 1).slot == EIGHT

    asyncio.run(go())

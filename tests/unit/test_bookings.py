"""Reminders of an appointment follow it: moved, moved back, cancelled; never twice, never after it."""

from __future__ import annotations

import datetime as dt

import pytest

from bot.stories.world import World
from tests.unit.slots import EVE, community, outgoing, slots

pytestmark = pytest.mark.anyio
STAFF = "工作人员群"


async def book(world: World, words: str) -> None:
    await world.say("小林", f"#预约 {words}", STAFF)


def rang(world: World) -> list[str]:
    return [row["text"] for row in outgoing(world, "booking") if "复诊提醒" in row["text"] and row["state"] == "sent"]


def moment(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(f"{text}+08:00").astimezone(dt.UTC)


async def test_a_moved_appointment_rings_at_its_new_time_only() -> None:
    async with community() as world:
        await book(world, "张姐 3月5日 10:00 复查")
        await book(world, "1 3月9日 10:00")
        await world.until(moment("2026-03-05T12:00"))
        assert rang(world) == []
        await world.until(moment("2026-03-09T09:00"))
        assert len(rang(world)) == 2


async def test_moved_away_and_back_it_rings_as_if_it_had_stayed() -> None:
    async with community() as world:
        await book(world, "张姐 3月5日 10:00 复查")
        await book(world, "1 3月9日 10:00")
        await book(world, "1 3月5日 10:00")
        await world.until(moment("2026-03-05T10:00"))
        assert len(rang(world)) == 2
        assert [state for state, _, _ in slots(world, "booking")] == ["done", "done", "waiting"] + ["cancelled"] * 3


async def test_the_same_time_said_twice_rings_once() -> None:
    async with community() as world:
        await book(world, "张姐 3月5日 10:00 复查")
        await book(world, "1 3月5日 10:00 二诊室")
        await world.until(moment("2026-03-05T10:00"))
        assert len(rang(world)) == 2
        assert "二诊室" in rang(world)[0]


async def test_after_the_reminder_of_the_eve_a_new_day_has_its_own() -> None:
    async with community() as world:
        await book(world, "张姐 3月3日 10:00 复查")
        await world.until(moment("2026-03-02T18:30"))
        await book(world, "1 3月5日 10:00")
        await world.until(moment("2026-03-05T10:00"))
        assert len(rang(world)) == 3


async def test_a_process_that_was_away_never_reminds_after_the_time() -> None:
    async with community() as world:
        await book(world, "张姐 3月3日 10:00 复查")
        world.clock.jump(moment("2026-03-03T10:30"))
        await world.restart()
        assert rang(world) == []
        assert [(state, reason) for state, reason, _ in slots(world, "booking")][:2] == [("expired", "late")] * 2


async def test_booked_the_night_before_only_the_day_itself_rings() -> None:
    async with community() as world:
        assert world.clock.now() == EVE
        await book(world, "张姐 3月2日 8:30 复查")
        await world.until(moment("2026-03-02T08:30"))
        assert len(rang(world)) == 1
        assert slots(world, "booking")[0][:2] == ("skipped", "late")


async def test_cancelled_nothing_rings() -> None:
    async with community() as world:
        await book(world, "张姐 3月5日 10:00 复查")
        await world.say("张姐", "取消预约")
        await world.until(moment("2026-03-06T12:00"))
        assert rang(world) == []
        assert {state for state, _, _ in slots(world, "booking")} == {"cancelled"}

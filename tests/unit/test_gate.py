"""What may go when: quiet hours, caps, who said no, expiry, pace."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Iterator
from dataclasses import replace

import pytest
from structlog.testing import capture_logs

from bot.channels.base import Capabilities, Pace, Unknown
from bot.scheduling.pace import Pacer
from handlers.contract import Kind, OnDoubt, Outgoing, to_room
from tests.unit.office import (
    HOUR,
    LI,
    LIN,
    NOON,
    ONE_BY_ONE,
    ROOM,
    SECOND,
    TWICE_IS_ONCE,
    ZHANG,
    Fake,
    office,
    push,
    say,
)


@pytest.fixture(autouse=True, scope="module")
def quiet() -> Iterator[None]:
    with capture_logs():
        yield


# --- the gate ----------------------------------------------------------------------------------------------------


def shanghai(clock: str, day: int = 2) -> dt.datetime:
    hour, minute = map(int, clock.split(":"))
    return dt.datetime(2026, 3, day, hour, minute, tzinfo=dt.timezone(8 * HOUR)).astimezone(dt.UTC)


@pytest.mark.parametrize(
    ("now", "until", "quiet"),
    [
        ("21:59", None, {}), ("22:00", shanghai("07:00", 3), {}), ("23:59", shanghai("07:00", 3), {}),
        ("00:00", shanghai("07:00"), {}), ("06:59", shanghai("07:00"), {}), ("07:00", None, {}), ("12:00", None, {}),
        ("12:30", shanghai("14:00"), {"start": "12:00", "end": "14:00"}),
        ("22:30", None, {"start": "12:00", "end": "14:00"}), ("12:00", None, {"start": "12:00", "end": "12:00"}),
    ],
)  # fmt: skip
def test_in_quiet_hours_a_push_waits_for_the_morning(
    now: str, until: dt.datetime | None, quiet: dict[str, str]
) -> None:
    async def go() -> None:
        async with office(start=shanghai(now), send={"quiet": quiet}) as at:
            at.post(push(), to_room(ROOM, "群里推送", kind=Kind.PUSH))
            await at.sender.drain()
            if until is None:
                assert at.channel.texts == ["推送", "群里推送"]
                return
            assert at.channel.sent == [] and at.states() == [("waiting", "quiet")] * 2
            assert {row["after"] for row in at.rows()} == {until}
            assert await at.later(until - at.world.clock.now()) == ["推送", "群里推送"]

    asyncio.run(go())


@pytest.mark.parametrize("kind", [Kind.REPLY, Kind.REMINDER, Kind.SAFETY, Kind.STAFF])
def test_answers_reminders_safety_and_staff_pass_every_gate_of_ours(kind: Kind) -> None:
    async def go() -> None:
        async with office(start=shanghai("23:30"), send={"pushes_a_day": 0}) as at:
            at.change(ZHANG, unsubscribed=True, locked=True)
            at.post(say("好", kind=kind))
            await at.sender.drain()
            assert at.channel.texts == ["好"]

    asyncio.run(go())


def test_quiet_hours_are_those_of_the_reader() -> None:
    async def go() -> None:
        async with office(start=shanghai("12:00")) as at:
            at.change(LI, zone="America/New_York")
            at.post(push(), push(LI))
            await at.sender.drain()
            assert [one.person for one in at.channel.sent] == ["person-张姐"]
            assert at.rows()[1]["after"] == shanghai("20:00"), "07:00 in New York, in winter"

    asyncio.run(go())


@pytest.mark.parametrize(("name", "reason"), [("unsubscribed", "unsubscribed"), ("locked", "locked")])
def test_who_said_no_and_who_is_in_danger_gets_no_push(name: str, reason: str) -> None:
    async def go() -> None:
        async with office() as at:
            at.change(ZHANG, **{name: True})
            at.post(push(), push(LI), to_room(ROOM, "群里推送", kind=Kind.PUSH))
            await at.sender.drain()
            assert at.states() == [("held", reason), ("sent", ""), ("sent", "")]
            at.change(ZHANG, **{name: False})
            assert await at.later(24 * HOUR) == [], "what was held is not made up for"

    asyncio.run(go())


@pytest.mark.parametrize("capabilities", [ONE_BY_ONE, TWICE_IS_ONCE])
def test_nobody_gets_more_pushes_a_day_than_allowed(capabilities: Capabilities) -> None:
    async def go() -> None:
        async with office(Fake(capabilities), send={"pushes_a_day": 2, "merge_within": "0m"}) as at:
            at.post(*(push(text=str(number)) for number in range(3)), push(LI, "李"), say("答"))
            await at.sender.drain()
            assert at.channel.texts == ["0", "1", "李", "答"]
            assert at.states()[2] == ("waiting", "cap") and at.rows()[2]["after"] == shanghai("07:00", 3)
            assert await at.later(24 * HOUR) == ["2"]

    asyncio.run(go())


def test_a_push_counts_for_the_day_on_which_it_was_sent() -> None:
    """Three written in the night go out in the morning, and are three of that day."""

    async def go() -> None:
        async with office(start=shanghai("23:00"), send={"pushes_a_day": 2, "merge_within": "0m"}) as at:
            for number in range(3):
                at.post(push(text=str(number)))
            await at.sender.drain()
            sent: list[str] = []
            for _ in range(9):
                sent += await at.later(HOUR)
            assert sent == ["0", "1"]

    asyncio.run(go())


def test_a_push_of_unknown_outcome_counts_for_its_own_day_only() -> None:
    async def go() -> None:
        async with office(Fake(script=[Unknown(), Unknown()]), send={"pushes_a_day": 2, "merge_within": "0m"}) as at:
            at.post(*(push(text=str(number), on_doubt=OnDoubt.DROP) for number in range(3)))
            await at.sender.drain()
            assert at.channel.texts == ["0", "1"], "they may have arrived"
            assert await at.later(24 * HOUR) == ["2"]

    asyncio.run(go())


def test_a_message_that_has_expired_is_not_sent_whatever_its_kind() -> None:
    async def go() -> None:
        async with office() as at:
            for kind in Kind:
                at.post(say(kind, kind=kind, expires=NOON + HOUR))
            at.post(say("在最后一刻", expires=NOON + HOUR + SECOND, after=NOON + HOUR + SECOND))
            assert await at.later(HOUR + SECOND) == ["在最后一刻"]
            assert at.states() == [*[("expired", "late")] * len(Kind), ("sent", "")]

    asyncio.run(go())


def test_nothing_goes_before_its_time() -> None:
    async def go() -> None:
        async with office() as at:
            at.post(say("好", after=NOON + HOUR))
            assert await at.later(HOUR - SECOND) == [] and await at.later(SECOND) == ["好"]

    asyncio.run(go())


# --- pace --------------------------------------------------------------------------------------------------------


def test_one_chat_is_not_flooded_and_others_do_not_wait() -> None:
    async def go() -> None:
        async with office(Fake(Capabilities(pace=Pace(same_chat=3, jitter=2)))) as at:
            at.post(say("一"), say("二"), say("李", person=LI), say("120", kind=Kind.SAFETY))
            await at.sender.drain()
            assert at.channel.texts == ["120", "李"]
            gap = at.rows()[0]["after"] - NOON
            assert 3 * SECOND <= gap < 5 * SECOND
            assert await at.later(gap - SECOND / 1000) == []
            assert await at.later(SECOND / 1000) == ["一"] and at.states()[1] == ("waiting", "pace")

    asyncio.run(go())


def test_a_minute_holds_only_so_many_but_safety_goes() -> None:
    async def go() -> None:
        async with office(Fake(Capabilities(pace=Pace(per_minute=2)))) as at:
            at.post(*(say(str(number), person=person) for number, person in enumerate((ZHANG, LI, LIN))))
            await at.sender.drain()
            assert at.channel.texts == ["0", "1"]
            at.post(say("120", kind=Kind.SAFETY))
            assert await at.later(30 * SECOND) == ["120"]
            assert await at.later(29 * SECOND) == []
            assert await at.later(HOUR) == ["2"]

    asyncio.run(go())


def test_the_pace_is_the_same_whenever_it_is_worked_out_again() -> None:
    first, second = Pacer(Pace(same_chat=3, jitter=2)), Pacer(Pace(same_chat=3, jitter=2))
    for pacer in (first, second):
        pacer.spoke("甲", NOON)
    assert first.earliest("甲", NOON) == second.earliest("甲", NOON) > NOON
    assert first.earliest("乙", NOON) == NOON


# --- spreading ---------------------------------------------------------------------------------------------------


def crowd(by: str = "journey:newcomer:check-in") -> list[Outgoing]:
    return [push(person, f"第{person}人", by=by) for person in (ZHANG, LI, LIN)]


SPREAD = {"spread": "8m", "spread_from": 3, "merge_within": "0m"}


def test_what_many_get_at_once_is_spread_and_everybody_has_a_time_of_their_own() -> None:
    async def go() -> None:
        async with office(send=SPREAD) as at:
            times = []
            for _ in range(2):
                now = at.world.clock.now()
                at.post(*crowd(), say("答"), say("提醒", kind=Kind.REMINDER, by="reminder:1"))
                await at.sender.drain()
                assert at.channel.texts[-2:] == ["答", "提醒"], "replies and reminders are on time"
                times.append([row["after"] - now for row in at.rows() if row["state"] == "waiting"])
                await at.later(480 * SECOND)
                at.world.clock.jump(now + 24 * HOUR)
            assert times[0] == times[1] and len(set(times[0])) == 3 and max(times[0]) < 480 * SECOND
            assert {row["state"] for row in at.rows()} == {"sent"}

    asyncio.run(go())


@pytest.mark.parametrize("clock", ["21:59", "12:00"])
def test_nothing_is_spread_into_the_night_or_past_its_end(clock: str) -> None:
    async def go() -> None:
        async with office(start=shanghai(clock), send=SPREAD | {"spread": "8h"}) as at:
            now = at.world.clock.now()
            at.post(*(replace(one, expires=now + 60 * SECOND) if clock == "12:00" else one for one in crowd()))
            await at.sender.drain()
            assert len(at.channel.sent) == 3

    asyncio.run(go())


def test_a_few_are_not_spread() -> None:
    async def go() -> None:
        async with office() as at:
            at.post(*crowd())
            await at.sender.drain()
            assert len(at.channel.sent) == 3

    asyncio.run(go())

"""What is due to one person together is one message; each row of it has its own true end."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.channels.base import Delivery, NotDelivered, Receipt, Unknown
from handlers.contract import Kind, OnDoubt, Outgoing, Picture, to_person
from storage.queries import care, due
from tests.unit.office import HOUR, LI, NOON, ONE_BY_ONE, TWICE_IS_ONCE, ZHANG, Fake, Office, office, push, say

MINUTE = dt.timedelta(minutes=1)


@pytest.fixture(autouse=True, scope="module")
def quiet() -> Iterator[None]:
    with capture_logs():
        yield


def remind(number: int, text: str = "【提醒】08:00 该吃药了", **more: Any) -> Outgoing:
    return to_person(ZHANG, text, kind=Kind.REMINDER, by=f"reminder:{number}", **more)


def rang(at: Office, number: int, slot: dt.datetime) -> None:
    with at.world.app.database.transaction() as work:
        care.ring(work, [{"reminder_id": number, "person_id": ZHANG, "slot": slot}])


@pytest.mark.parametrize("capabilities", [ONE_BY_ONE, TWICE_IS_ONCE])
def test_what_is_due_together_is_one_message_with_one_receipt(capabilities: Any) -> None:
    async def go() -> None:
        async with office(Fake(capabilities)) as at:
            at.post(push(text="第三天"), push(LI, "李"), remind(1), push(text="挑战"), say("答"))
            await at.sender.drain()
            assert at.channel.texts == ["第三天\n\n【提醒】08:00 该吃药了\n\n挑战", "李", "答"]
            assert at.states() == [("sent", "")] * 5
            assert {row["receipt"] for row in at.rows() if row["merged_into"]} == {"r-x1"}
            assert [row["merged_into"] for row in at.rows()] == [1, None, 1, 1, None]

    asyncio.run(go())


@pytest.mark.parametrize(
    "other",
    [
        push(text="您怎样了？\n1. 好多了\n2. 一样"),
        push(text="图", picture=Picture("trend", {})),
        push(text="长" * 1200),
        say("答"),
        to_person(ZHANG, "马上打 120", kind=Kind.SAFETY),
    ],
)
def test_what_needs_a_message_of_its_own_stays_alone(other: Outgoing) -> None:
    async def go() -> None:
        async with office() as at:
            at.post(push(), other)
            await at.sender.drain()
            assert [row["merged_into"] for row in at.rows()] == [None, None]

    asyncio.run(go())


def test_only_reminders_of_the_same_moment_are_rung_together() -> None:
    async def go() -> None:
        async with office() as at:
            for number, slot in ((1, NOON), (2, NOON), (3, NOON - HOUR)):
                rang(at, number, slot)
            at.post(remind(1, "吃药"), remind(2, "测血压"), remind(3, "再提醒一次"))
            await at.sender.drain()
            assert at.channel.texts == ["吃药\n\n测血压", "再提醒一次"]

    asyncio.run(go())


def test_what_may_not_go_is_not_carried_along() -> None:
    async def go() -> None:
        async with office() as at:
            at.change(ZHANG, unsubscribed=True)
            at.post(push(), remind(1), push(text="晚了", expires=NOON - HOUR))
            await at.sender.drain()
            assert at.channel.texts == ["【提醒】08:00 该吃药了"]
            assert [state for state, _ in at.states()] == ["held", "sent", "expired"]

    asyncio.run(go())


def test_a_push_waits_a_moment_for_a_reminder_that_is_about_to_ring() -> None:
    async def go() -> None:
        async with office() as at:
            with at.world.app.database.transaction() as work:
                due.plan(work, [due.slot("r", "reminder", NOON + 4 * MINUTE, ref=1, person_id=ZHANG)])
            at.post(push(), push(LI, "李"))
            await at.sender.drain()
            assert at.channel.texts == ["李"] and at.states()[0] == ("waiting", "together")
            at.world.clock.jump(NOON + 4 * MINUTE)
            at.post(remind(1))
            assert await at.later(dt.timedelta()) == ["推送\n\n【提醒】08:00 该吃药了"]

    asyncio.run(go())


def test_after_a_failure_it_is_the_same_message_and_nothing_new_slips_in() -> None:
    async def go() -> None:
        async with office(Fake(TWICE_IS_ONCE, [Unknown(), NotDelivered()])) as at:
            at.post(push(text="一"), push(text="二"))
            at.channel.watch = lambda: at.post(push(text="新", key="新"))
            for _ in range(3):
                await at.later(MINUTE)
            first = [one for one in at.channel.sent if one.key == "x1"]
            assert {one.text for one in first} == {"一\n\n二"} and len(first) == 3
            assert {state for state, _ in at.states()} == {"sent"}

    asyncio.run(go())


def test_each_row_follows_its_own_rule_when_nobody_knows() -> None:
    async def go() -> None:
        async with office(Fake(script=[Unknown()])) as at:
            at.post(
                push(text="一"), remind(1, "二", on_doubt=OnDoubt.ASK_STAFF), push(text="三", on_doubt=OnDoubt.DROP)
            )
            await at.sender.drain()
            assert at.states()[:3] == [("sent", ""), ("unknown", "ask_staff"), ("unknown", "drop")]
            told = [one.text for one in at.channel.sent if "结果不明" in one.text]
            assert len(told) == 1

    asyncio.run(go())


class Dies(Fake):
    """Takes the message; the process dies before it hears so."""

    async def send(self, message: Delivery) -> Receipt:
        await super().send(message)
        raise SystemExit


def test_a_kill_in_between_sends_nothing_twice() -> None:
    """The platform knows the key; whoever comes back says the same words under it."""

    async def go() -> None:
        channel = Dies(TWICE_IS_ONCE)
        async with office(channel) as at:
            at.post(push(text="一"), remind(1, "二"))
            with contextlib.suppress(SystemExit):
                await at.sender.drain()
            assert {state for state, _ in at.states()} == {"sending"}
            at.post(push(text="新"))
            channel.__class__ = Fake
            assert await at.sender.resume() == 2
            await at.sender.drain()
            assert [(one.key, one.text) for one in channel.sent] == [
                ("x1", "一\n\n二"),
                ("x1", "一\n\n二"),
                ("x3", "新"),
            ]

    asyncio.run(go())

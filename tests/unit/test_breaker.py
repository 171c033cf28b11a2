"""What a platform's warning stops, for how long, and who hears of it."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Iterator

import pytest
from grpclib import Status
from structlog.testing import capture_logs

from bot.channels.base import Delivery, Receipt, Restricted
from bot.channels.wechaty.outbound import Outbound
from bot.scheduling.sender import Sender
from handlers.contract import Kind
from tests.unit.office import HOUR, LI, NOON, SECOND, TWICE_IS_ONCE, ZHANG, Fake, Office, office, push, say

MINUTE = 60 * SECOND


@pytest.fixture(autouse=True, scope="module")
def quiet() -> Iterator[None]:
    with capture_logs():
        yield


class Warns(Fake):
    """Turns pushes away with a warning, so many times."""

    times = 1

    async def send(self, message: Delivery) -> Receipt:
        if self.times and "推送" in message.text:
            self.times -= 1
            raise Restricted
        return await super().send(message)


async def drained(at: Office, span: dt.timedelta) -> list[str]:
    """What went within this time, looked at every five seconds."""
    before, end = len(at.channel.sent), at.world.clock.now() + span
    while at.world.clock.now() < end:
        await at.later(5 * SECOND)
    return [text for text in at.channel.texts[before:] if "平台警告" not in text]


def test_only_what_is_unasked_stops_and_the_rest_goes_slowly() -> None:
    async def go() -> None:
        async with office(Warns()) as at:
            at.post(push(), push(LI))
            await at.sender.drain()
            at.post(say("急", kind=Kind.SAFETY), *(say(str(number)) for number in range(3)))
            at.post(say("该吃药了", LI, kind=Kind.REMINDER))
            assert await drained(at, 5 * SECOND) == ["急", "该吃药了"]
            assert (await drained(at, MINUTE), await drained(at, MINUTE)) == (["0"], ["1", "2"])
            assert at.states()[:2] == [("waiting", "breaker")] * 2
            assert sorted(await drained(at, 10 * MINUTE)) == ["推送", "推送"], "it closes by itself"

    asyncio.run(go())


def test_each_further_warning_doubles_the_time_and_staff_are_told_once() -> None:
    async def go() -> None:
        knobs = {"breaker": {"first": "10m", "longest": "30m"}, "merge_within": "0m"}
        async with office(Warns(), send=knobs) as at:
            at.channel.times = 4  # type: ignore[attr-defined]
            at.post(push(expires=NOON + 24 * HOUR))
            waits = []
            for _ in range(4):
                await at.sender.drain()
                await at.sender.drain()
                row = at.rows()[0]
                waits.append((row["after"] - at.world.clock.now()) / MINUTE)
                at.world.clock.jump(row["after"])
            assert waits == [10, 20, 30, 30]
            await at.sender.drain()
            assert at.states()[0] == ("sent", "")
            assert sum("平台警告" in text for text in at.channel.texts) == 1

    asyncio.run(go())


def test_what_was_claimed_together_with_it_stops_too() -> None:
    async def go() -> None:
        async with office(Warns(TWICE_IS_ONCE)) as at:
            at.post(push(), push(LI, "新"))
            await at.sender.drain()
            assert "新" not in at.channel.texts

    asyncio.run(go())


def test_a_warning_outlasts_the_process() -> None:
    async def go() -> None:
        async with office(Warns()) as at:
            at.post(push())
            await at.sender.drain()
            at.sender = Sender(at.world.desk, {"memory": at.channel}, at.world.app.writer)
            at.post(push(ZHANG, "新"))
            await at.sender.drain()
            assert at.channel.texts.count("新") == 0

    asyncio.run(go())


def test_what_waited_too_long_for_it_says_so() -> None:
    async def go() -> None:
        async with office(Warns()) as at:
            at.post(push(expires=NOON + MINUTE))
            await at.sender.drain()
            await at.later(HOUR)
            assert at.states()[0] == ("expired", "breaker")

    asyncio.run(go())


def test_a_gateway_that_has_too_much_of_us_is_a_warning() -> None:
    outbound = Outbound(None)  # type: ignore[arg-type]
    error = asyncio.run(outbound._verdict(Status.RESOURCE_EXHAUSTED, "甲", "bot"))
    assert isinstance(error, Restricted)

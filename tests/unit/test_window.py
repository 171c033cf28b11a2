"""Where a platform lets us speak first only for a time, or only so often."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Iterator

import pytest
from structlog.testing import capture_logs

from bot.channels.base import Capabilities
from bot.channels.window import window
from handlers.contract import Kind
from handlers.services.care import reach
from handlers.settings import SendSettings
from handlers.words import Words
from tests.unit.office import HOUR, LI, NOON, SECOND, ZHANG, Fake, office, push, say

DAY = 24 * HOUR


@pytest.fixture(autouse=True, scope="module")
def quiet() -> Iterator[None]:
    with capture_logs():
        yield


def test_outside_the_window_what_is_unasked_is_held_and_the_rest_goes() -> None:
    async def go() -> None:
        async with office(Fake(Capabilities(proactive_window=2 * DAY))) as at:
            at.change(ZHANG, wrote_at=NOON - 2 * DAY - SECOND)
            at.change(LI, wrote_at=NOON - 2 * DAY)
            at.post(push(), say("该吃药了", kind=Kind.REMINDER), push(LI, "李"), say("答"), say("急", kind=Kind.SAFETY))
            await at.sender.drain()
            assert at.channel.texts == ["急", "李", "答"]
            assert at.states()[:2] == [("held", "window")] * 2
            with at.world.app.database.transaction() as work:
                reach.wrote(work, ZHANG, NOON)
            at.change(ZHANG, wrote_at=NOON)
            assert await at.later(dt.timedelta()) == ["推送\n\n该吃药了"]

    asyncio.run(go())


def test_after_so_many_without_an_answer_the_next_is_held() -> None:
    async def go() -> None:
        able = Capabilities(pushes_unanswered=2)
        async with office(Fake(able), send={"merge_within": "0m"}) as at:
            at.change(ZHANG, wrote_at=NOON - HOUR)
            at.post(*(say(str(number), kind=Kind.REMINDER) for number in range(3)), push(LI, "李"))
            await at.sender.drain()
            assert at.channel.texts == ["0", "1", "李"] and at.states()[2] == ("held", "unanswered")

    asyncio.run(go())


def test_where_we_may_only_answer_that_is_said() -> None:
    found = window(Capabilities(proactive=False), SendSettings())
    text = Words()("reach/limit", limit=found)
    assert "不能主动找您" in text and "没跟我说话" not in text


@pytest.mark.parametrize(
    ("declared", "ours", "within"),
    [(None, None, None), (DAY, None, DAY), (None, "2d", 2 * DAY), (DAY, "2d", DAY), (3 * DAY, "2d", 2 * DAY)],
)
def test_the_stricter_of_the_channel_and_ours_holds(
    declared: dt.timedelta | None, ours: str | None, within: dt.timedelta | None
) -> None:
    found = window(Capabilities(proactive_window=declared), SendSettings(window=ours))
    assert found.within == within and bool(found) == (within is not None)

"""From the outbox to a channel: what becomes of a message that arrives, fails, or vanishes."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
from collections.abc import Iterator

import pytest
from structlog.testing import capture_logs

from bot.channels.base import Capabilities, LinkState, NotDelivered, Refused, Unknown
from bot.scheduling.sender import LINK_DOWN_WAIT, LONGEST_WAIT, MOST_TRIES
from handlers.contract import Kind, OnDoubt, Picture, to_room
from storage.queries import people
from tests.unit.office import (
    HOUR,
    LI,
    NOON,
    ONE_BY_ONE,
    ROOM,
    SECOND,
    TWICE_IS_ONCE,
    Fake,
    office,
    say,
)


@pytest.fixture(autouse=True, scope="module")
def quiet() -> Iterator[None]:
    with capture_logs():
        yield


# --- states ------------------------------------------------------------------------------------------------------


def test_a_message_is_marked_before_it_leaves_and_sent_only_with_a_receipt() -> None:
    async def go() -> None:
        async with office() as at:
            seen: list[list[tuple[str, str]]] = []
            at.channel.watch = lambda: seen.append(at.states())
            at.post(say("好"))
            assert await at.sender.drain() == 1
            assert seen == [[("sending", "")]]
            (row,) = at.rows()
            assert (row["state"], row["receipt"]) == ("sent", "r-x1") and NOON <= row["sent_at"] <= NOON + SECOND
            assert await at.later(HOUR) == []

    asyncio.run(go())


def test_what_did_not_arrive_is_tried_again_ever_more_slowly_and_then_failed() -> None:
    async def go() -> None:
        async with office(Fake(script=[NotDelivered()] * 50)) as at:
            at.post(say("好"), say("120", kind=Kind.SAFETY, person=LI))
            waits = []
            for _ in range(MOST_TRIES + 2):
                await at.sender.drain()
                row = at.rows()[1]
                waits.append(row["after"] - at.world.clock.now())
                at.world.clock.jump(row["after"])
            assert waits[:3] == [LINK_DOWN_WAIT, 2 * LINK_DOWN_WAIT, 4 * LINK_DOWN_WAIT] and waits[-1] == LONGEST_WAIT
            assert at.states() == [("failed", "not delivered"), ("waiting", "not delivered")], "safety never gives up"
            assert at.channel.texts.count("好") == MOST_TRIES

    asyncio.run(go())


def test_after_a_failure_the_next_try_is_sent() -> None:
    async def go() -> None:
        async with office(Fake(script=[NotDelivered()])) as at:
            at.post(say("好"))
            assert await at.later(dt.timedelta()) == ["好"] and at.states() == [("waiting", "not delivered")]
            assert await at.later(LINK_DOWN_WAIT - SECOND) == []
            assert await at.later(SECOND) == ["好"] and at.states() == [("sent", "")]

    asyncio.run(go())


def test_what_the_platform_refuses_has_failed_and_the_next_message_goes() -> None:
    async def go() -> None:
        async with office(Fake(script=[Refused()])) as at:
            at.post(say("坏"), say("好"))
            await at.sender.drain()
            assert at.states() == [("failed", "refused"), ("sent", "")]
            assert await at.later(HOUR) == []

    asyncio.run(go())


@pytest.mark.parametrize("error", [Unknown(), RuntimeError("刻意出错"), TimeoutError()])
@pytest.mark.parametrize("idempotent", [False, True])
@pytest.mark.parametrize("on_doubt", list(OnDoubt))
def test_a_send_of_unknown_outcome_follows_its_rule(error: Exception, idempotent: bool, on_doubt: OnDoubt) -> None:
    """Where twice is once it is sent again; else as the message says: again, never, or ask staff."""

    async def go() -> None:
        async with office(Fake(Capabilities(idempotent=idempotent), [error])) as at:
            at.post(say("好", on_doubt=on_doubt))
            await at.sender.drain()
            await at.later(HOUR)
            again = idempotent or on_doubt is OnDoubt.RESEND
            assert at.states()[0] == (("sent", "") if again else ("unknown", on_doubt))
            assert at.channel.texts.count("好") == 1 + again
            told = [one for one in at.channel.sent if "结果不明" in one.text]
            assert len(told) == (not again and on_doubt is OnDoubt.ASK_STAFF)
            assert all(one.room == "room-工作人员群" and "发件 1 号" in one.text for one in told)

    asyncio.run(go())


@pytest.mark.parametrize("idempotent", [False, True])
@pytest.mark.parametrize("on_doubt", list(OnDoubt))
def test_a_message_that_was_being_sent_when_the_process_died_follows_its_rule(
    idempotent: bool, on_doubt: OnDoubt
) -> None:
    async def go() -> None:
        async with office(Fake(Capabilities(idempotent=idempotent))) as at:
            at.post(say("好", on_doubt=on_doubt), state="sending", attempts=1)
            assert await at.sender.drain() == 0, "nobody else touches it"
            assert await at.sender.resume() == 1
            await at.sender.drain()
            again = idempotent or on_doubt is OnDoubt.RESEND
            assert at.states()[0] == (("sent", "") if again else ("unknown", on_doubt))
            told = [one for one in at.channel.sent if "结果不明" in one.text]
            assert len(told) == (not again and on_doubt is OnDoubt.ASK_STAFF)
            assert await at.sender.resume() == 0

    asyncio.run(go())


def test_a_picture_that_cannot_be_drawn_has_failed_for_certain() -> None:
    async def go() -> None:
        async with office() as at:
            at.post(say("图", picture=Picture("no such drawing")), say("好"))
            await at.sender.drain()
            assert at.channel.texts == ["好"]
            assert at.states()[0][0] == "failed"

    asyncio.run(go())


def test_at_most_one_send_is_under_way_unless_twice_is_once() -> None:
    async def go(channel: Fake, together: int) -> None:
        async with office(channel) as at:
            seen: list[int] = []
            channel.watch = lambda: seen.append([state for state, _ in at.states()].count("sending"))
            at.post(*(say(str(number)) for number in range(3)))
            await asyncio.gather(at.sender.drain(), at.sender.drain())
            assert seen == [together] * 3 and channel.texts == ["0", "1", "2"]

    asyncio.run(go(Fake(ONE_BY_ONE), 1))
    asyncio.run(go(Fake(TWICE_IS_ONCE), 3))


@pytest.mark.parametrize("committed", [True, False])
def test_what_was_claimed_leaves_only_after_the_commit(committed: bool) -> None:
    """Else a kill, or a commit that fails, would leave a message sent that no table knows – and it would go again."""

    async def go() -> None:
        async with office() as at:
            at.post(say("好"))
            with contextlib.suppress(ZeroDivisionError), at.world.app.database.transaction() as work:
                at.sender.take(work)
                draining = asyncio.create_task(at.sender.drain())
                for _ in range(50):
                    await asyncio.sleep(0)
                assert at.channel.sent == []
                if not committed:
                    raise ZeroDivisionError
            await draining
            await at.sender.drain()
            assert at.channel.texts == ["好"] and at.states() == [("sent", "")]

    asyncio.run(go())


def test_what_a_channel_cannot_do_fails_before_it_is_tried() -> None:
    async def go() -> None:
        async with office(Fake(Capabilities(private_send=False))) as at:
            at.post(say("好"), to_room(ROOM, "群里好"))
            with at.world.app.database.transaction() as work:
                people.meet(work, "elsewhere", "far", "远人", NOON)
            at.post(say("远方", person=4), say("没有这人", person=99))
            await at.sender.drain()
            assert at.channel.texts == ["群里好"]
            assert at.states() == [
                ("failed", "unreachable"),
                ("sent", ""),
                ("waiting", "channel off"),
                ("failed", "unreachable"),
            ]

    asyncio.run(go())


def test_while_the_link_is_down_nothing_is_tried() -> None:
    async def go() -> None:
        async with office(Fake(state=LinkState.CONNECTING)) as at:
            at.post(say("好"), say("120", kind=Kind.SAFETY))
            await at.sender.drain()
            assert at.channel.sent == [] and [row["attempts"] for row in at.rows()] == [0, 0]
            at.channel.state = LinkState.UP
            assert await at.later(LINK_DOWN_WAIT) == ["120", "好"], "safety first"

    asyncio.run(go())

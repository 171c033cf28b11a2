"""How much is too much: by stage of life and channel for people, by bids for rooms."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Iterator

import pytest
from structlog.testing import capture_logs

from handlers.contract import Kind, Outgoing, to_room
from storage.queries import profile
from tests.unit.office import HOUR, LI, NOON, ROOM, STAFF, ZHANG, Office, office, push

DAY = 24 * HOUR
LONG_AGO = NOON - 100 * DAY
NONE, ONE = {"a_day": 0}, {"a_day": 1}


@pytest.fixture(autouse=True, scope="module")
def quiet() -> Iterator[None]:
    with capture_logs():
        yield


def post(text: str, by: str, room: int = ROOM) -> Outgoing:
    return to_room(room, text, kind=Kind.PUSH, by=by)


def settle_in(at: Office, who: str) -> None:
    """张姐 becomes somebody of this stage."""
    if who == "newcomer":
        return
    at.change(ZHANG, first_seen=LONG_AGO)
    if who == "quiet":
        at.change(ZHANG, last_seen=NOON - 31 * DAY)
    if who == "treatment":
        with at.world.app.database.transaction() as work:
            profile.set_fact(work, ZHANG, "stage", "手术后康复", NOON)


@pytest.mark.parametrize("who", ["newcomer", "treatment", "longterm", "quiet"])
def test_the_cap_is_that_of_the_stage_somebody_is_in(who: str) -> None:
    async def go() -> None:
        caps = {one: ONE if one == who else NONE for one in ("newcomer", "treatment", "longterm", "quiet")}
        async with office(send={"caps": caps}) as at:
            settle_in(at, who)
            at.post(push(text="一"), push(text="二"))
            await at.sender.drain()
            assert at.channel.texts == ["一"] and at.states()[1] == ("waiting", "cap")

    asyncio.run(go())


def test_a_week_holds_only_so_many_and_what_somebody_joined_is_not_counted() -> None:
    async def go() -> None:
        caps = {"longterm": {"a_day": 2, "a_week": 3}}
        async with office(send={"caps": caps, "stale_after": {"push": "30d"}, "merge_within": "0m"}) as at:
            settle_in(at, "longterm")
            at.change(ZHANG, last_seen=NOON + 10 * DAY)
            at.post(*(push(text=str(number)) for number in range(5)))
            got = [len(await at.later(DAY)) for _ in range(8)]
            assert got == [2, 1, 0, 0, 0, 0, 0, 2]
            at.post(push(text="挑战", by="challenge:eye-care-21"))
            assert await at.later(dt.timedelta()) == ["挑战"]

    asyncio.run(go())


def test_a_channel_may_be_stricter() -> None:
    async def go() -> None:
        async with office(send={"channels": {"memory": {"a_day": 1}}}) as at:
            at.post(push(text="一"), push(text="二"), push(LI, "李"))
            await at.sender.drain()
            assert at.channel.texts == ["一", "李"]

    asyncio.run(go())


def test_of_several_the_most_important_goes_and_the_rest_waits_until_it_is_stale() -> None:
    async def go() -> None:
        async with office(send={"pushes_a_day": 1, "stale_after": {"push": "1d"}}) as at:
            rules = ("challenge:eye-care-21", "broadcast:1", "journey:knee-30:d3", "别的")
            at.post(*(push(text=rule, by=rule) for rule in rules))
            await at.sender.drain()
            assert at.channel.texts == ["journey:knee-30:d3"]
            assert await at.later(19 * HOUR) == ["broadcast:1"]
            await at.later(DAY)
            assert at.states() == [("expired", "cap"), ("sent", ""), ("sent", ""), ("expired", "cap")]

    asyncio.run(go())


def test_modules_bid_for_the_posts_of_a_room_and_staff_rooms_are_free() -> None:
    async def go() -> None:
        async with office(send={"room_posts_a_day": 2}) as at:
            at.post(post("小结", "challenge:eye-care-21:summary"), post("小课", "lecture"), post("别的", "别的"))
            at.post(*(post(str(number), "别的", STAFF) for number in range(4)))
            await at.sender.drain()
            assert at.channel.texts == ["小课", "0", "1", "2", "3"], "the last post is kept"
            at.post(post("群发", "broadcast:1"), post("欢迎", "welcome"))
            await at.sender.drain()
            assert at.channel.texts[5:] == ["群发"] and at.states()[-1] == ("waiting", "room budget")
            assert await at.later(19 * HOUR) == ["欢迎"], "and tomorrow's last post is kept again"

    asyncio.run(go())


def test_staff_hear_of_a_post_of_theirs_that_waited_too_long() -> None:
    async def go() -> None:
        async with office(send={"room_posts_a_day": 0}) as at:
            at.post(post("周六义诊", "broadcast:1"), post("小课", "lecture"))
            await at.later(49 * HOUR)
            await at.sender.drain()
            assert at.states()[:2] == [("expired", "late"), ("expired", "late")]
            (told,) = [one.text for one in at.channel.sent]
            assert "周六义诊" in told and "糖尿病新手群" in told

    asyncio.run(go())


@pytest.mark.parametrize(("kind", "hours"), [(Kind.PUSH, 48), (Kind.REMINDER, 2), (Kind.REPLY, 24)])
def test_every_kind_to_a_reader_grows_stale(kind: Kind, hours: int) -> None:
    async def go() -> None:
        async with office() as at:
            at.post(Outgoing(text="久了", person_id=ZHANG, kind=kind))
            at.world.clock.jump(NOON + (hours + 1) * HOUR)
            await at.sender.drain()
            assert at.states() == [("expired", "late")]

    asyncio.run(go())


@pytest.mark.parametrize("kind", [Kind.SAFETY, Kind.STAFF])
def test_a_warning_never_grows_stale(kind: Kind) -> None:
    async def go() -> None:
        async with office() as at:
            at.post(Outgoing(text="警报", person_id=ZHANG, kind=kind))
            assert await at.later(90 * DAY) == ["警报"]

    asyncio.run(go())

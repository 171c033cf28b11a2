"""From the outbox to a channel: states, gate, caps, pace. Channels here do as they are told."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.channels.base import Accept, Capabilities, Delivery, LinkState, NotDelivered, Pace, Receipt, Refused, Unknown
from bot.dispatch.outgoing import outbox_row
from bot.scheduling.pace import Pacer
from bot.scheduling.sender import LINK_DOWN_WAIT, LONGEST_WAIT, MOST_TRIES, Sender
from bot.stories.world import World
from handlers.contract import Kind, OnDoubt, Outgoing, Picture, to_person, to_room
from playbooks.library import Library
from storage.queries import outbox, people

NOON = dt.datetime(2026, 3, 2, 4, 0, tzinfo=dt.UTC)
"""12:00 in Shanghai."""
HOUR, SECOND = dt.timedelta(hours=1), dt.timedelta(seconds=1)
ONE_BY_ONE, TWICE_IS_ONCE = Capabilities(), Capabilities(idempotent=True)
ZHANG, LI, LIN, ROOM, STAFF = 1, 2, 3, 1, 2


@dataclass
class Fake:
    """Does what `script` says, one entry a send; without one it takes the message."""

    capabilities: Capabilities = ONE_BY_ONE
    script: list[Exception] = field(default_factory=list)
    watch: Callable[[], None] = lambda: None
    name: str = "memory"
    state: LinkState = LinkState.UP
    sent: list[Delivery] = field(default_factory=list)

    async def start(self, accept: Accept) -> None: ...

    async def stop(self) -> None: ...

    async def send(self, message: Delivery) -> Receipt:
        self.watch()
        self.sent.append(message)
        await asyncio.sleep(0)
        if self.script:
            raise self.script.pop(0)
        return Receipt(f"r-{message.key}", NOON + SECOND)

    @property
    def texts(self) -> list[str]:
        return [one.text for one in self.sent]


class Office:
    """A world whose sender speaks through a fake channel."""

    def __init__(self, world: World, channel: Fake) -> None:
        self.world, self.channel = world, channel
        self.sender = Sender(world.desk, {"memory": channel}, world.app.writer)

    def post(self, *messages: Outgoing, state: str = "waiting", attempts: int = 0) -> None:
        now = self.world.clock.now()
        with self.world.app.database.transaction() as work:
            rows = [outbox_row(one, now, "test") | {"state": state, "attempts": attempts} for one in messages]
            outbox.add(work, rows)

    def rows(self) -> list[Any]:
        with self.world.app.database.reading() as work:
            return list(reversed(outbox.latest(work, 100)))

    def states(self) -> list[tuple[str, str]]:
        return [(row["state"], row["reason"]) for row in self.rows()]

    async def later(self, span: dt.timedelta) -> list[str]:
        """What goes out after this time."""
        self.world.clock.jump(self.world.clock.now() + span)
        before = len(self.channel.sent)
        await self.sender.drain()
        return self.channel.texts[before:]

    def change(self, person_id: int, **values: Any) -> None:
        with self.world.app.database.transaction() as work:
            people.change(work, person_id, **values)


@asynccontextmanager
async def office(channel: Fake | None = None, start: dt.datetime = NOON, **config: Any) -> AsyncIterator[Office]:
    persons = {"张姐": {}, "李哥": {}, "小林": {"role": "manager"}}
    rooms = {"糖尿病新手群": ["张姐", "李哥"], "工作人员群": ["小林"]}
    world = World(start, persons, rooms, config, Library.of(()))
    try:
        yield Office(world, channel or Fake())
    finally:
        await world.close()


@pytest.fixture(autouse=True, scope="module")
def quiet() -> Iterator[None]:
    with capture_logs():
        yield


def push(person: int = ZHANG, text: str = "推送", **more: Any) -> Outgoing:
    return to_person(person, text, kind=Kind.PUSH, **more)


def say(text: str, person: int = ZHANG, **more: Any) -> Outgoing:
    return to_person(person, text, **more)


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
            assert (row["state"], row["receipt"], row["sent_at"]) == ("sent", "r-x1", NOON + SECOND)
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


def test_what_a_channel_cannot_do_fails_before_it_is_tried() -> None:
    async def go() -> None:
        async with office(Fake(Capabilities(private_send=False))) as at:
            at.post(say("好"), to_room(ROOM, "群里好"))
            with at.world.app.database.transaction() as work:
                people.meet(work, "elsewhere", "far", "远人", NOON)
            at.post(say("远方", person=4), say("没有这人", person=99))
            await at.sender.drain()
            assert at.channel.texts == ["群里好"]
            assert at.states() == [("failed", "unreachable"), ("sent", ""), *[("failed", "unreachable")] * 2]

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
def test_in_quiet_hours_a_push_waits_for_the_morning(now: str, until: dt.datetime | None, quiet: dict[str, str]) -> None:
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
        async with office(Fake(capabilities), send={"pushes_a_day": 2}) as at:
            at.post(*(push(text=str(number)) for number in range(3)), push(LI, "李"), say("答"))
            await at.sender.drain()
            assert at.channel.texts == ["0", "1", "李", "答"]
            assert at.states()[2] == ("waiting", "cap") and at.rows()[2]["after"] == shanghai("07:00", 3)
            assert await at.later(24 * HOUR) == ["2"]

    asyncio.run(go())


def test_a_push_counts_for_the_day_on_which_it_was_sent() -> None:
    """Three written in the night go out in the morning, and are three of that day."""

    async def go() -> None:
        async with office(start=shanghai("23:00"), send={"pushes_a_day": 2}) as at:
            for number in range(3):
                at.post(push(text=str(number)))
            await at.sender.drain()
            sent: list[str] = []
            for _ in range(9):
                sent += await at.later(HOUR)
            assert sent == ["0", "1"]

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

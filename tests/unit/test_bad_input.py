"""Strange messages: nothing raises, nothing is lost, the next message works."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from functools import lru_cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from structlog.testing import capture_logs

from bot.channels.base import Contact, EventKind, RawEvent
from bot.stories.world import World, room_id
from playbooks.library import Library
from playbooks.schema.load import load
from storage.queries import outbox
from storage.tables.messaging import Inbox

START = dt.datetime(2026, 3, 2, 1, 0, tzinfo=dt.UTC)
ROOM = "糖尿病新手群"
STAFF = "工作人员群"
MINUTE = dt.timedelta(minutes=1)

STRANGE = {
    "10 kB": "血糖高怎么办" * 570,
    "10 kB without a break": "a" * 10_240,
    "emoji": "😀👨‍👩‍👧‍👦🏳️‍🌈" * 300,
    "only emoji": "👍🏻",
    "zero width": "血\u200b糖\u200c高\u200d能\ufeff吃西瓜吗",
    "only zero width": "\u200b\u200c\u200d\u2060\ufeff",
    "right to left": "\u202eשלום مرحبا\u202c 血糖",
    "NUL": "血糖\x00高\x00",
    "only NUL": "\x00",
    "lone surrogate": "血糖\ud800高\udfff",
    "only surrogates": "\udc00\ud800",
    "spaces": "  \t\u3000\u00a0 ",
    "newlines": "\r\n" * 500,
    "empty": "",
    "4,000 hashes": "#" * 4_000,
    "hashes and spaces": "# " * 2_000,
    "brackets": "((((" * 1_000,
    "digits": "9" * 4_000,
    "many readings": "血压 130/85 " * 400,
    "many times": "每天早上8点提醒我" * 300,
    "Chinese numbers": "亿" * 60,
    "a number word": "第一二三个",
    "odd number words": "十十十",
    "mentions": "@杏林 " * 900,
    "template": "{{ 7 * 7 }}{% for x in y %}",
    "SQL": "'; DROP TABLE inbox; --",
    "percent": "%s %d {0} {name}",
    "combining": "a" + "\u0301" * 3_000,
    "not characters": "\uffff\ufffe\U0010ffff",
    "private use": "\ue000\uf8ff",
    "controls": "".join(map(chr, range(32))) + "\x7f\x85",
    "a slash": "/",
    "a hash": "#",
    "full-width": "＃帮助　＠杏林",
}


@pytest.fixture(autouse=True, scope="module")
def quiet() -> Iterator[None]:
    """Failures are logged with a traceback; drawing it takes longer than the tests."""
    with capture_logs():
        yield


@lru_cache
def shipped() -> Library:
    return load()


@asynccontextmanager
async def community() -> AsyncIterator[World]:
    """张姐 has agreed, 李哥 has not; 小林 is of staff."""
    world = World(
        START,
        {"张姐": {}, "李哥": {}, "小林": {"role": ["owner", "manager"]}},
        {ROOM: ["张姐", "李哥", "小林"], STAFF: ["小林"]},
        library=shipped(),
    )
    await world.start()
    await world.give_consent(["张姐"])
    try:
        yield world
    finally:
        await world.close()


def states(world: World) -> list[str]:
    with world.app.database.reading() as work:
        return list(work.connection.execute(select(Inbox.__table__.c.state)).scalars())  # type: ignore[attr-defined]


async def hold(world: World, count: int) -> None:
    """All of `count` messages are done, all answers went out, and 帮助 is answered as ever."""
    world.clock.jump(world.clock.now() + 2 * MINUTE)
    assert states(world) == ["done"] * count
    with world.app.database.reading() as work:
        assert set(outbox.counts(work)) <= {"sent"}
    helped = await world.say("张姐", "帮助")
    assert any("我是自动助手" in one.delivery.text for one in helped)


@pytest.mark.parametrize("words", STRANGE.values(), ids=STRANGE.keys())
def test_a_strange_message_is_done_and_the_next_one_works(words: str) -> None:
    async def go() -> None:
        async with community() as world:
            for who in ("张姐", "李哥", "小林"):
                await world.say(who, words)
                await world.say(who, words, ROOM)
                await world.say(who, f"@杏林 {words}", ROOM)
            await world.say("小林", f"#回复 {words}", STAFF)
            await hold(world, 10)

    asyncio.run(go())


def test_strange_answers_to_an_open_question_leave_it_open() -> None:
    """李哥 has been asked for consent; whatever he says instead, 同意 still carries out what he wrote first."""
    asks_anew = ("many readings", "many times", "NUL", "lone surrogate")

    async def go() -> None:
        async with community() as world:
            await world.say("李哥", "血压 130/85")
            for words in (words for name, words in STRANGE.items() if name not in asks_anew):
                await world.say("李哥", words)
                world.clock.jump(world.clock.now() + MINUTE)
            sent = await world.say("李哥", "同意")
            assert any("已记录：血压 130/85" in one.delivery.text for one in sent)
            assert set(states(world)) == {"done"}

    asyncio.run(go())


def test_a_choice_offered_in_between_does_not_lose_what_waits_for_consent() -> None:
    async def go() -> None:
        async with community() as world:
            await world.say("李哥", "血压 130/85")
            (offered,) = await world.say("李哥", "高血压能吃")
            assert "您是想问" in offered.delivery.text
            sent = await world.say("李哥", "同意")
            assert any("已记录：血压 130/85" in one.delivery.text for one in sent)

    asyncio.run(go())


def raw(number: int, sender: Contact, topic: str = "", room: str | None = None, **more: object) -> RawEvent:
    values: dict[str, object] = {"text": "帮助", "kind": EventKind.TEXT} | more
    return RawEvent("memory", f"raw{number}", START, sender=sender, room=room, room_topic=topic, **values)  # type: ignore[arg-type]


ODD_NAMES = {
    "half an emoji": "张\ud83d",
    "NUL": "\x00",
    "right to left": "\u202e张姐",
    "empty": "",
    "5,000 signs": "张" * 5_000,
    "emoji": "😀",
}


@pytest.mark.parametrize("name", ODD_NAMES.values(), ids=ODD_NAMES.keys())
def test_a_strange_name_or_topic_is_no_reason_to_lose_a_message(name: str) -> None:
    """Phones cut nicknames in the middle of an emoji."""

    async def go() -> None:
        async with community() as world:
            await world.app.accept(raw(1, Contact("odd-1", name)))
            await world.app.accept(raw(2, Contact("odd-2", name), name, room_id("怪群"), mentions_bot=True))
            joined = raw(
                3,
                Contact("odd-3", "常人"),
                name,
                room_id("怪群"),
                kind=EventKind.JOIN,
                people=(Contact("odd-4", name),),
            )
            await world.app.accept(joined)
            await world.app.settle()
            assert len(world.channel.sent) >= 3
            await hold(world, 3)

    asyncio.run(go())


def test_one_unreadable_id_does_not_take_other_messages_with_it() -> None:
    """Messages that arrive together share one commit; a broken one must not undo its neighbours."""

    async def go() -> None:
        async with community() as world:
            good, bad = raw(1, Contact("person-张姐", "张姐")), raw(2, Contact("odd", "怪"))
            bad = RawEvent(bad.channel, "bad\ud800", bad.at, bad.kind, bad.sender, text="帮助")
            outcomes = await asyncio.gather(world.app.accept(good), world.app.accept(bad), return_exceptions=True)
            await world.app.settle()
            assert outcomes[0] is None
            assert [one.delivery.person for one in world.channel.sent][:1] == ["person-张姐"]

    asyncio.run(go())


PLACES = st.sampled_from([None, ROOM, STAFF])
CHARACTERS = st.characters(categories=None) | st.sampled_from(
    "#＃@杏林血压糖打卡提醒我每天早上点0123456789/.。？？\u200b\u202e\x00\ud800"
)
WRITTEN = st.lists(
    st.tuples(st.sampled_from(["张姐", "李哥", "小林"]), st.text(CHARACTERS, max_size=60), PLACES),
    min_size=1,
    max_size=6,
)


@settings(max_examples=60, derandomize=True, deadline=None, database=None)
@given(written=WRITTEN)
def test_any_text_by_anybody_anywhere_is_done(written: list[tuple[str, str, str | None]]) -> None:
    async def go() -> None:
        async with community() as world:
            for who, words, room in written:
                if room != STAFF or who == "小林":
                    await world.say(who, words, room)
            assert set(states(world)) <= {"done"}

    asyncio.run(go())

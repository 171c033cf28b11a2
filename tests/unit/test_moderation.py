"""Notes about patients' rooms: who is told, what is kept, who may decide, and what the room never hears."""

from __future__ import annotations

import ast
import asyncio
import datetime as dt
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sqlmodel import select
from structlog.testing import capture_logs

from bot.channels.base import Contact, EventKind, RawEvent
from bot.stories.world import World, person_id, room_id
from handlers.services.community.moderation import TITLES, Moderator
from storage import data_map
from storage.queries import audit, people, personal, questions
from storage.tables.community import Moderation
from storage.tables.messaging import Event
from tests.unit.test_roles import shipped

START = dt.datetime(2026, 3, 2, 1, 0, tzinfo=dt.UTC)
ROOM, OTHER_ROOM, STAFF = "糖尿病新手群", "护眼群", "工作人员群"
ROOT = Path(__file__).parents[2]
SAID = {
    "advert": "降糖茶现货，需要的加微信 tanghao888",
    "rumour": "祖传秘方，糖尿病三个月断根",
    "insult": "你脑子进水了吧，滚出去",
    "personal": "王阿姨的手机号 15900001234",
}


@pytest.fixture(autouse=True, scope="module")
def quiet() -> Iterator[None]:
    with capture_logs():
        yield


@asynccontextmanager
async def community(staff_room: bool = True) -> AsyncIterator[World]:
    persons = {
        "张姐": {},
        "李哥": {},
        "小林": {"role": "manager"},
        "老周": {"role": "owner"},
        "陈医生": {"role": "clinician"},
    }
    rooms = {ROOM: list(persons), OTHER_ROOM: ["张姐"]}
    if staff_room:
        rooms[STAFF] = ["小林", "老周", "陈医生"]
    world = World(START, persons, rooms, library=shipped())
    await world.start()
    try:
        yield world
    finally:
        await world.close()


async def say(world: World, who: str, text: str, room: str | None, later: int = 30) -> list[tuple[str, str]]:
    """(where, what) was sent; `later`: seconds after the last word."""
    world.clock.jump(world.clock.now() + dt.timedelta(seconds=later))
    sent = await world.say(who, text, room)
    return [(one.delivery.room or one.delivery.person or "", one.delivery.text) for one in sent]


def notes(world: World) -> list[Moderation]:
    with world.app.database.reading() as work:
        return list(work.session.exec(select(Moderation)).all())


@pytest.mark.parametrize("use", TITLES)
def test_a_room_hears_nothing_until_somebody_decides(use: str) -> None:
    async def go() -> None:
        async with community() as world:
            sent = await say(world, "张姐", SAID[use], ROOM)
            told = [text for where, text in sent if where == room_id(STAFF)]
            assert len(told) == 1 and TITLES[use] in told[0] and "张姐" in told[0] and ROOM in told[0]
            assert [one.use for one in notes(world)] == [use]
            in_room = [text for where, text in sent if where == room_id(ROOM)]
            assert all("像有手机号" in text for text in in_room)  # the privacy line, which asks to take a number back

    asyncio.run(go())


@pytest.mark.parametrize("use", TITLES)
@pytest.mark.parametrize("key", ["1", "2", "3"])
def test_what_the_room_hears_repeats_nothing(use: str, key: str) -> None:
    async def go() -> None:
        async with community() as world:
            await say(world, "张姐", SAID[use], ROOM)
            sent = await say(world, "小林", key, STAFF)
            in_room = [text for where, text in sent if where == room_id(ROOM)]
            assert len(in_room) == (0 if key == "3" else 1)
            pieces = {SAID[use][at : at + 4] for at in range(len(SAID[use]) - 3)}
            assert not any(piece in text for piece in pieces for text in in_room)

    asyncio.run(go())


def test_no_card_holds_a_rumour() -> None:
    moderator = Moderator(shipped().lexicons.values())
    cards = {one.id: one.card for one in shipped().lexicons.values() if one.card}
    assert len(cards) >= 4
    assert {name: seen for name, card in cards.items() if (seen := moderator.seen(card))} == {}


@pytest.mark.parametrize(("who", "place"), [("张姐", ROOM), ("张姐", None), ("陈医生", STAFF), ("小林", ROOM)])
def test_only_a_manager_decides_and_not_in_a_patients_room(who: str, place: str | None) -> None:
    async def go() -> None:
        async with community() as world:
            await say(world, "李哥", SAID["advert"], ROOM)
            sent = await say(world, who, "1", place)
            assert all("推销" not in text for _, text in sent)
            assert [one.state for one in notes(world)] == ["open"]

    asyncio.run(go())


def test_a_key_is_in_the_audit_and_in_the_events() -> None:
    async def go() -> None:
        async with community() as world:
            await say(world, "张姐", SAID["advert"], ROOM)
            await say(world, "老周", "2 撤回", None)
            with world.app.database.reading() as work:
                row = audit.newest(work, 1)[0]
                assert (row.command, row.arguments, row.result) == ("处置", "1 撤回", "done")
                assert audit.broken_at(work) is None
                events = [
                    one for one in work.session.exec(select(Event)).all() if one.name.startswith(("message_n", "moder"))
                ]
            assert [(one.name, one.data.get("decision")) for one in events] == [
                ("message_noticed", None),
                ("moderation_decided", "recalled"),
            ]
            assert "tanghao888" not in str([one.data for one in events])

    asyncio.run(go())


def test_more_of_the_same_within_ten_minutes_is_counted() -> None:
    async def go() -> None:
        async with community() as world:
            await say(world, "张姐", SAID["advert"], ROOM)
            assert await say(world, "张姐", "最后三天优惠，加微信 tanghao888", ROOM) == []
            assert await say(world, "张姐", SAID["insult"], ROOM)  # of another kind
            assert await say(world, "张姐", SAID["advert"], OTHER_ROOM)  # in another room
            assert await say(world, "张姐", SAID["advert"], ROOM, later=601)
            assert [(one.use, one.count) for one in notes(world)] == [
                ("advert", 2),
                ("insult", 1),
                ("advert", 1),
                ("advert", 1),
            ]

    asyncio.run(go())


@pytest.mark.parametrize(("key", "state"), [("1 撤回", "open"), ("4", "open"), ("12", "open"), ("忽略。", "ignored")])
def test_a_key_must_be_clear(key: str, state: str) -> None:
    async def go() -> None:
        async with community() as world:
            await say(world, "张姐", SAID["rumour"], ROOM)
            await say(world, "小林", key, STAFF)
            assert [one.state for one in notes(world)] == [state]

    asyncio.run(go())


def test_another_open_question_comes_first() -> None:
    async def go() -> None:
        async with community() as world:
            await say(world, "张姐", SAID["rumour"], ROOM)
            with world.app.database.transaction() as work:
                manager = people.by_platform(work, "memory", person_id("小林"))
                assert manager is not None
                questions.ask(work, manager.id, None, "other", {}, START + dt.timedelta(hours=1))
            await say(world, "小林", "3", None)
            assert [one.state for one in notes(world)] == ["open"]
            await say(world, "小林", "3", STAFF)  # nothing else was asked there
            assert [one.state for one in notes(world)] == ["ignored"]

    asyncio.run(go())


def test_a_quotation_says_which_note_also_later() -> None:
    async def go() -> None:
        async with community() as world:
            told = await say(world, "张姐", SAID["rumour"], ROOM)
            await say(world, "李哥", SAID["insult"], ROOM)
            world.clock.jump(world.clock.now() + dt.timedelta(hours=2))
            quote = next(text for where, text in told if where == room_id(STAFF))
            sender, at = Contact(person_id("小林"), "小林"), world.clock.now()
            raw = RawEvent("memory", "quoted", at, EventKind.TEXT, sender, room=room_id(STAFF), text="3", quote=quote)
            await world.app.accept(raw)
            await world.app.settle()
            assert [one.state for one in notes(world)] == ["ignored", "open"]

    asyncio.run(go())


def test_staff_and_the_staff_room_are_not_judged() -> None:
    async def go() -> None:
        async with community() as world:
            await say(world, "陈医生", "网上说胰岛素会上瘾，千万别打", ROOM)
            await say(world, "张姐", SAID["advert"], None)
            await say(world, "陈医生", SAID["insult"], STAFF)
            await say(world, "张姐", "我胸口疼得厉害喘不上气，这个神医能包治", ROOM)  # a red flag
            assert notes(world) == []

    asyncio.run(go())


def test_managers_are_told_in_private_without_a_staff_room() -> None:
    async def go() -> None:
        async with community(staff_room=False) as world:
            sent = await say(world, "张姐", SAID["insult"], ROOM)
            assert {where for where, _ in sent} == {person_id(one) for one in ("小林", "老周", "陈医生")}
            assert any(where == room_id(ROOM) for where, _ in await say(world, "小林", "1", None))

    asyncio.run(go())


def test_what_is_kept_is_sealed_without_numbers_goes_in_time_and_with_the_person() -> None:
    async def go() -> None:
        async with community() as world:
            await say(world, "张姐", SAID["personal"], ROOM)
            await say(world, "李哥", SAID["advert"], ROOM)
            assert "15900001234" not in (notes(world)[0].said or "")
            with world.app.database.transaction() as work:
                raw = work.connection.exec_driver_sql("select said from moderation").all()
                assert not any(b"tanghao888" in bytes(said) for (said,) in raw)
                data_map.forget_due(work, START + dt.timedelta(days=31))
            assert [one.said for one in notes(world)] == [None, None]
            await say(world, "小林", "#台账", STAFF)
            with world.app.database.transaction() as work:
                writer = people.by_platform(work, "memory", person_id("张姐"))
                assert writer is not None and "moderation" in personal.export(work, writer)
                personal.erase(work, writer, START)
            assert [one.use for one in notes(world)] == ["advert"]

    asyncio.run(go())


FETCHERS = {"httpx", "aiohttp", "requests", "urllib3", "urllib.request", "http.client"}


def test_no_link_of_a_user_is_ever_fetched() -> None:
    """The program has nothing to fetch with: no HTTP client is imported in it."""
    imported = {
        name
        for part in ("bot", "handlers", "playbooks", "storage")
        for path in (ROOT / part).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        for name in _names(node)
    }
    assert "urllib.parse" in imported
    assert imported & FETCHERS == set()


def _names(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [one.name for one in node.names]
    if isinstance(node, ast.ImportFrom) and node.module:
        return [node.module, node.module.split(".")[0], *(f"{node.module}.{one.name}" for one in node.names)]
    return []

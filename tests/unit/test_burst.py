"""Short lines: what waits is sealed, belongs to one person, is answered once, and is over when it has been answered."""

from __future__ import annotations

import asyncio
import datetime as dt
from pathlib import Path

import pytest
from sqlalchemy import text as sql

from bot.stories.story import moment
from bot.stories.world import World
from handlers import choice
from handlers.burst import WITHOUT_MEANING, Held
from playbooks.schema.load import load

LIBRARY = load()
SECONDS = dt.timedelta(seconds=1)


def test_what_waits_is_not_readable_in_the_file_and_goes_when_answered(tmp_path: Path) -> None:
    async def run() -> None:
        world = World(moment("2026-03-02 08:00"), {"张姐": {}}, library=LIBRARY, folder=tmp_path)
        await world.start()
        assert not await world.say("张姐", "我爸糖尿病")
        raw = b"".join(file.read_bytes() for file in tmp_path.glob("world.db*"))
        assert "我爸糖尿病".encode() not in raw
        assert b"\\u7cd6\\u5c3f\\u75c5" not in raw
        sent = await world.say("张姐", "能吃西瓜吗")
        assert len(sent) == 1 and "西瓜" in sent[0].delivery.text
        with world.app.database.reading() as work:
            assert work.connection.execute(sql("select count(*) from question")).scalar() == 0
            states = work.connection.execute(sql("select state from due where kind = 'burst'")).scalars().all()
        assert states == ["cancelled"]
        assert not await world.wait(60 * SECONDS)
        await world.close()

    asyncio.run(run())


def test_every_line_starts_the_clock_anew_and_one_reply_comes() -> None:
    async def run() -> None:
        world = World(moment("2026-03-02 08:00"), {"张姐": {}}, library=LIBRARY)
        await world.start()
        for line in ("我妈", "换膝以后", "高血压"):
            assert not await world.say("张姐", line)
            assert not await world.wait(5 * SECONDS)
        assert len(await world.wait(2 * SECONDS)) == 1
        assert not await world.wait(60 * SECONDS)
        await world.close()

    asyncio.run(run())


@pytest.mark.parametrize(
    "line", ["高血压能运动吗", "今天天气真好", "帮助", "谢谢", "膝盖疼", "糖尿病西瓜", "2型糖尿病怎么得的", "啊啊啊"]
)
def test_what_is_complete_is_answered_at_once(line: str) -> None:
    async def run() -> int:
        world = World(moment("2026-03-02 08:00"), {"张姐": {}, "小林": {"role": "manager"}}, library=LIBRARY)
        await world.start()
        sent = await world.say("张姐", line)
        await world.close()
        return len(sent)

    assert asyncio.run(run()) >= 1


def test_staff_and_rooms_do_not_wait() -> None:
    async def run() -> None:
        rooms = {"群": ["张姐", "小林"]}
        world = World(moment("2026-03-02 08:00"), {"张姐": {}, "小林": {"role": "manager"}}, rooms, library=LIBRARY)
        await world.start()
        assert await world.say("小林", "糖尿病")
        assert await world.say("张姐", "@杏林 糖尿病", "群")
        await world.close()

    asyncio.run(run())


@pytest.mark.parametrize(
    ("line", "dropped"), [("我妈", True), ("我爸爸", True), ("我儿子", False), ("我奶奶", False), ("我妈怀孕了", False)]
)
def test_only_lines_without_meaning_are_dropped(line: str, dropped: bool) -> None:
    assert bool(WITHOUT_MEANING.match(line)) is dropped
    assert Held((line,)).before("能吃西瓜吗") == ("能吃西瓜吗" if dropped else f"{line}，能吃西瓜吗")


TITLES = ["高血压能吃低钠盐吗", "高血压能运动吗", "高血压一天能吃多少盐"]


@pytest.mark.parametrize(
    ("said", "place"),
    [
        ("低钠盐", 0),
        ("运动那个", 1),
        ("高血压能运动吗", 1),
        ("高血压", None),
        ("能运动吗", None),
        ("西瓜", None),
        ("盐", None),
    ],
)
def test_a_title_is_chosen_by_its_words(said: str, place: int | None) -> None:
    assert choice.by_words(said, TITLES) == place


@pytest.mark.parametrize(
    "said",
    [
        "1",
        "一",
        "第一个",
        "选1",
        "1、",
        "第1个",
        "我选1",
        "1吧",
        "1号",
        "我问的是第一个",
        "就1",
        "那就第一个吧",
        "1 谢谢",
    ],
)
def test_a_number_in_every_form(said: str) -> None:
    found = choice.NUMBER.fullmatch(said.strip(choice.EDGES))
    assert found and found["number"] in "1一"


@pytest.mark.parametrize("said", ["6.5", "130/85", "我有1个问题", "一天几次", "1型", "十一", "100"])
def test_what_is_no_choice(said: str) -> None:
    assert choice.NUMBER.fullmatch(said.strip(choice.EDGES)) is None

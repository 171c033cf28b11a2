"""Short lines: what waits is sealed, belongs to one person, is answered once, and is over when it has been answered."""

from __future__ import annotations

import asyncio
import datetime as dt
import random
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text as sql

from bot.stories.story import moment
from bot.stories.world import World
from handlers import burst, choice, faq_reply
from handlers.burst import WITHOUT_MEANING, Held
from handlers.services.knowledge import cases
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
    "line",
    [
        "高血压能运动吗",
        "今天天气真好",
        "帮助",
        "谢谢",
        "膝盖疼",
        "糖尿病西瓜",
        "2型糖尿病怎么得的",
        "啊啊啊",
        "吃二甲双胍还是打胰岛素",
        "饭前吃还是饭后吃",
        "OK镜戴几小时",
        "胰岛素副作用",
    ],
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


SAID = [
    "我妈怀孕了", "孕妇", "糖尿病", "高血压", "我爸换膝以后", "化疗第三次", "阿司匹林手术", "血糖高", "孩子近视", "我奶奶白内障",
    "吃二甲双胍还是打胰岛素", "饭前吃还是饭后吃", "OK镜戴几小时", "白内障手术多少钱", "胰岛素副作用", "能吃西瓜吗", "多久复查",
    "高血压能运动吗", "去西藏要打什么疫苗", "今天天气真好", "谢谢", "我妈", "我想问一下", "谢谢医生，还有一个问题", "嗯嗯", "帮助", "2",
]  # fmt: skip
SILENT = {"谢谢", "我妈", "我想问一下", "谢谢医生，还有一个问题", "嗯嗯", "帮助", "2", "今天天气真好"}
"""Nothing in them asks for anything."""


@pytest.mark.parametrize("seed", range(4))
def test_nothing_that_was_held_is_lost(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything said ends in an answer, a choice or a case, also across restarts."""
    taken: list[str] = []
    say, opened, went_on = faq_reply.say, cases.open_case, cases.go_on

    def answered(ctx: Any, msg: Any, text: str, *faqs: Any, **more: Any) -> Any:
        taken.append(msg.said)
        return say(ctx, msg, text, *faqs, **more)

    def case(ctx: Any, msg: Any, question: str, *rest: Any, **more: Any) -> Any:
        taken.append(question)
        return opened(ctx, msg, question, *rest, **more)

    def further(ctx: Any, msg: Any, *rest: Any) -> Any:
        taken.append(msg.said)
        return went_on(ctx, msg, *rest)

    monkeypatch.setattr(faq_reply, "say", answered)
    monkeypatch.setattr(cases, "open_case", case)
    monkeypatch.setattr(cases, "go_on", further)
    dice = random.Random(seed)
    said = [dice.choice(SAID) for _ in range(40)]

    async def run() -> None:
        world = World(moment("2026-03-02 08:00"), {"张姐": {}, "小林": {"role": "manager"}}, library=LIBRARY)
        await world.start()
        for line in said:
            await world.say("张姐", line)
            await world.wait(dice.choice([1, 3, 7, 15, 700]) * SECONDS)
            if dice.random() < 0.2:
                await world.restart()
        await world.wait(3600 * SECONDS)
        await world.close()

    asyncio.run(run())
    told = "\n".join(taken)
    lost = [one for one in said if one not in SILENT and told.count(one) < said.count(one)]
    assert not lost, (said, taken)


def test_what_waited_is_asked_back_once_and_then_goes_to_a_person() -> None:
    async def run() -> None:
        world = World(moment("2026-03-02 10:00"), {"张姐": {}, "小林": {"role": "manager"}}, library=LIBRARY)
        await world.start()
        assert not await world.say("张姐", "化疗第三次")
        (sent,) = await world.wait(10 * SECONDS)
        assert "您接着说" in sent.delivery.text
        await world.restart()
        sent = next(one for one in await world.wait(660 * SECONDS) if "转给值班同事" in one.delivery.text)
        await world.say("张姐", "孕妇")
        await world.wait(10 * SECONDS)
        sent = (await world.say("张姐", "血糖高能吃西瓜吗"))[0]
        assert "来源" not in sent.delivery.text  # who it is about is not forgotten after 您接着说
        await world.close()

    asyncio.run(run())


@pytest.mark.parametrize(
    "line",
    [
        "谢谢医生，还有一个问题", "还有一个问题", "再问一个问题", "好的谢谢，还想问一下", "医生我想问个事", "你好医生，我想咨询一下",
        "我想问一下", "请问", "好的，谢谢，我还有个问题想请教", "还有个事想请教您",
    ],
)  # fmt: skip
def test_an_opening_waits_for_its_question(line: str) -> None:
    assert burst.opening(line)


@pytest.mark.parametrize(
    "line", ["谢谢", "我没有问题了", "问题解决了", "血糖高能吃西瓜吗", "我想问糖尿病", "有问题", "谢谢医生，高血压"]
)
def test_what_opens_nothing(line: str) -> None:
    assert not burst.opening(line)


@pytest.mark.parametrize(
    ("said", "place"),
    [
        ("后面那个", 1),
        ("前面那个", 0),
        ("第一个", None),
        ("中间那个", None),
        ("后者", 1),
        ("下面那条", 1),
        ("后面还要吃药", None),
    ],
)
def test_which_of_two(said: str, place: int | None) -> None:
    assert choice._placed(said, 2) == place


@pytest.mark.parametrize(
    "said",
    [
        "都不是", "都不对", "没有我要的", "没有我想问的", "都没有", "不是这些", "以上都不是", "一个都不对", "没有一个是", "都不符合",
        "不是我要问的", "里面没有我想问的", "都不是我想问的",
    ],
)  # fmt: skip
def test_none_of_them_in_every_form(said: str) -> None:
    assert choice.NONE_OF_THEM.fullmatch(said)


@pytest.mark.parametrize("said", ["没有用", "不是糖尿病", "没有力气", "都不能吃吗", "不对劲", "没有血压计"])
def test_what_says_something_else(said: str) -> None:
    assert not choice.NONE_OF_THEM.fullmatch(said)

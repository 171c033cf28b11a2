"""Cases and promises in the corners: quotations, nobody told twice, erasure, rows from before."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Awaitable, Callable
from functools import lru_cache
from pathlib import Path

import sqlalchemy as sa
from alembic import command

from bot.channels.base import EventKind
from bot.channels.memory import Sent
from bot.channels.wechaty.inbound import unquoted
from bot.stories.world import World, name_of
from playbooks.library import Library
from playbooks.schema.load import load
from storage.migrate import config, upgrade
from storage.queries import cases, people, personal, staff
from storage.types import keyring, seal
from storage.work import Database

NINE = dt.datetime(2026, 3, 2, 1, 0, tzinfo=dt.UTC)
"""Monday, 9:00 in Shanghai."""
STAFF = "工作人员群"
PEOPLE = {"张姐": {}, "小林": {"role": "manager"}, "陈医生": {"role": "clinician"}, "孙医生": {"role": "clinician"}}
QUESTION = "坐飞机去西藏要注意什么"


@lru_cache
def shipped() -> Library:
    return load()


def played(act: Callable[[World], Awaitable[None]], rooms: bool = True) -> None:
    async def go() -> None:
        shared = {"糖尿病新手群": list(PEOPLE), STAFF: ["小林", "陈医生", "孙医生"]} if rooms else {}
        world = World(NINE, PEOPLE, shared, library=shipped())
        await world.start()
        try:
            await act(world)
        finally:
            await world.close()

    asyncio.run(go())


def readers(sent: list[Sent]) -> list[str]:
    return [name_of(one.delivery.room or one.delivery.person or "-") for one in sent]


async def quote(world: World, who: str, quoted: str, text: str, room: str | None = None) -> list[Sent]:
    return await world.happen(EventKind.TEXT, who, room, text=text, quote=quoted)


def test_a_clinician_quotes_the_notice_and_writes_the_answer() -> None:
    async def go(world: World) -> None:
        notice = next(one for one in await world.say("张姐", QUESTION) if one.delivery.room)
        sent = await quote(world, "陈医生", notice.delivery.text, "头两天少活动，先来门诊")
        assert readers(sent) == ["张姐", "陈医生"]
        assert "头两天少活动，先来门诊" in sent[0].delivery.text
        assert "陈医生（临床医生）" in sent[0].delivery.text

    played(go)


def test_in_the_staff_room_a_quoted_answer_is_sent_on_a_word_and_talk_never() -> None:
    async def go(world: World) -> None:
        notice = next(one for one in await world.say("张姐", QUESTION) if one.delivery.room).delivery.text
        for talk in ("这个要不要转内分泌？", "转给孙医生吧", "血压高的不能去", "您看看行吗"):
            assert await quote(world, "陈医生", notice, talk, STAFF) == []
        assert await world.say("陈医生", "发送", STAFF) == []
        sent = await quote(world, "陈医生", notice, "您先来门诊，头两天少活动", STAFF)
        assert readers(sent) == [STAFF] and "发送" in sent[0].delivery.text
        assert await world.say("孙医生", "发送", STAFF) == []
        assert readers(await world.say("陈医生", "发送", STAFF)) == ["张姐", STAFF]
        assert await world.say("陈医生", "发送", STAFF) == []

    played(go)


def test_a_quoted_word_of_courtesy_takes_the_case() -> None:
    async def go(world: World) -> None:
        notice = next(one for one in await world.say("张姐", QUESTION) if one.delivery.room)
        for word in ("收到", "我来"):
            sent = await quote(world, "陈医生", notice.delivery.text, word)
            assert readers(sent) == ["陈医生"]
        assert await world.wait(dt.timedelta(minutes=14)) == []

    played(go)


def test_a_patient_who_quotes_a_notice_answers_nothing() -> None:
    async def go(world: World) -> None:
        notice = next(one for one in await world.say("张姐", QUESTION) if one.delivery.room)
        await quote(world, "张姐", notice.delivery.text, "可以去，不用问医生")
        with world.app.database.reading() as work:
            case = staff.case(work, 1)
            assert case is not None and (case.state, case.answer) == ("open", None)

    played(go)


def test_a_patient_quotes_the_answer_and_goes_on() -> None:
    async def go(world: World) -> None:
        await world.say("张姐", QUESTION)
        answer = (await world.say("陈医生", "#回复 1 头两天少活动，先来门诊"))[0].delivery.text
        sent = await quote(world, "张姐", answer, "血糖高能吃西瓜吗")
        assert "补充到 1 号" in sent[0].delivery.text

    played(go)


def test_nobody_is_told_twice_of_one_step() -> None:
    async def go(world: World) -> None:
        for rooms in range(2):
            sent = await world.say("张姐", f"{QUESTION}{rooms}")
            sent += await world.wait(dt.timedelta(hours=3))
            told = [(one.delivery.person, one.delivery.text) for one in sent if one.delivery.person]
            assert len(told) == len(set(told))

    played(go)
    played(go, rooms=False)


def test_cases_go_round_among_clinicians_where_the_shift_names_nobody() -> None:
    async def go(world: World) -> None:
        first = {
            name_of(one.delivery.person or "-")
            for topic in ("榴莲能配啤酒吗", "打呼噜能不能做无痛胃镜", "灰指甲要不要紧需要治吗", QUESTION)
            for one in await world.say("张姐", f"转人工 {topic}")
        }
        assert {"陈医生", "孙医生"} <= first

    played(go)


def test_erasing_somebody_takes_their_threads_and_what_was_promised_to_them() -> None:
    async def go(world: World) -> None:
        await world.say("张姐", QUESTION)
        await world.say("陈医生", "#回复 1 我问下主任再回您")
        with world.app.database.transaction() as work:
            person = people.by_platform(work, "memory", "person-张姐")
            assert person is not None
            gone = personal.erase(work, person, NINE)
            assert gone["caseentry"] == 2 and gone["promise"] == 1 and gone["case"] == 1
            assert cases.open_promises(work) == []
        assert await world.wait(dt.timedelta(days=1)) == []

    played(go)


def test_what_wechat_writes_as_one_text_is_a_quotation_and_words() -> None:
    dashes = "- " * 14 + "-"
    assert unquoted(f"「杏林：【问题 3 号】张姐，私聊：\n「能吃吗」\n回复：#回复 3」\n{dashes}\n可以吃") == (
        "杏林：【问题 3 号】张姐，私聊：\n「能吃吗」\n回复：#回复 3",
        "可以吃",
    )
    assert unquoted("「药」饭前吃") == ("", "「药」饭前吃")


def test_cases_from_before_the_clocks_keep_waiting(tmp_path: Path) -> None:
    keyring.use(b"one key of thirty-two bytes here")
    database = Database(f"sqlite:///{tmp_path / 'old.db'}")
    command.upgrade(config(database), "0002")
    old = sa.text(
        'INSERT INTO "case" (person_id, question, private, opened_at, state) VALUES (1, :question, 0, 5, :state)'
    )
    with database.engine.begin() as connection:
        for state in ("open", "answered"):
            connection.execute(old, {"question": seal("能去吗".encode()), "state": state})
    upgrade(database)
    with database.reading() as work:
        (case,) = staff.open_cases(work)
        assert (case.question, case.told, case.closed_as, case.waiting_since) == ("能去吗", [], "", case.opened_at)
    database.close()


def test_whoever_writes_again_after_the_time_is_up_is_told_no_time() -> None:
    async def go(world: World) -> None:
        await world.say("张姐", "转人工 手指发麻")
        await world.wait(dt.timedelta(minutes=40))
        sent = await world.say("张姐", "另外脚趾也麻")
        assert "已再催" in sent[0].delivery.text and "分钟内" not in sent[0].delivery.text

    played(go)


def test_thanks_for_our_own_answer_does_not_close_a_case() -> None:
    async def go(world: World) -> None:
        await world.say("张姐", QUESTION)
        await world.say("陈医生", "#回复 1 头两天少活动")
        await world.say("张姐", "血糖高能吃西瓜吗")
        await world.say("张姐", "谢谢")
        with world.app.database.reading() as work:
            case = staff.case(work, 1)
            assert case is not None and case.state == "answered"

    played(go)


def test_what_was_no_promise_was_the_answer_or_sets_the_clock_again() -> None:
    async def go(world: World) -> None:
        await world.say("张姐", QUESTION)
        await world.say("陈医生", "#回复 1 明天给您答复")
        await world.say("陈医生", "#兑现 1 误记")
        with world.app.database.reading() as work:
            case = staff.case(work, 1)
            assert case is not None and (case.state, case.answer) == ("answered", "明天给您答复")
        await world.say("张姐", "@杏林 榴莲能配啤酒吗", "糖尿病新手群")
        assert readers(await world.say("小林", "稍后回复您", "糖尿病新手群")) == ["小林"]
        assert await world.wait(dt.timedelta(minutes=20)) == []
        await world.say("小林", "#兑现 2 误记")
        assert len(await world.wait(dt.timedelta(minutes=15))) > 1

    played(go)

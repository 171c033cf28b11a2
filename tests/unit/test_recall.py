"""Corrections of answers already given: to whom, when, once, and what staff see of it."""

from __future__ import annotations

import asyncio
import datetime as dt
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from bot.channels.base import LinkState
from bot.config import ROOT
from bot.stories.world import World, person_id
from handlers.services.knowledge import recalls
from playbooks.schema.load import CONTENT
from playbooks.signing import sign
from storage.queries import answered, outbox, people, personal, profile
from storage.queries import recalls as rows
from storage.tables.review import Verdict
from storage.work import Work

START = dt.datetime(2026, 3, 2, 2, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
QUESTION = "我血糖高，西瓜能吃点不"
SAFE = "请先不要按它做"


@asynccontextmanager
async def community(start: dt.datetime = START) -> AsyncIterator[World]:
    persons = {"张姐": {}, "李哥": {}, "赵叔": {}, "陈医生": {"role": "clinician"}, "王主任": {"role": "expert"}}
    own = {"playbooks": {"folders": [str(ROOT / "tests/stories/small")]}}
    world = World(start, persons, {"糖尿病新手群": ["张姐", "李哥"]}, own)
    await world.start()
    try:
        yield world
    finally:
        await world.close()


async def private(world: World, who: str, text: str) -> dict[str, str]:
    """Who got what."""
    sent = await world.say(who, text)
    return {(one.delivery.person or one.delivery.room or "").split("-", 1)[1]: one.delivery.text for one in sent}


def inside(world: World, act: Any) -> Any:
    with world.app.database.transaction() as work:
        return act(work)


def person(work: Work, name: str) -> Any:
    return people.by_platform(work, "memory", person_id(name))


def run(story: Any) -> None:
    async def go() -> None:
        async with community() as world:
            await story(world)

    asyncio.run(go())


def test_only_those_who_got_the_old_version_and_nothing_newer_are_told() -> None:
    async def story(world: World) -> None:
        for name in ("张姐", "李哥"):
            await world.say(name, QUESTION)
        await world.edit({"faq/melon": {"version": 2, "answer": {"text": "可以吃一小块。"}}})
        await world.say("李哥", QUESTION)
        await world.say("赵叔", QUESTION)
        got = await private(world, "陈医生", "#更正 melon")
        assert set(got) == {"陈医生", "张姐"} and "一小块" in got["张姐"]
        assert "1 人" in got["陈医生"]

    run(story)


def test_a_new_version_is_offered_with_the_words_and_without_names() -> None:
    async def story(world: World) -> None:
        await world.say("张姐", QUESTION)
        sent = await world.edit({"faq/melon": {"version": 2, "answer": {"text": "可以吃一小块。"}}})
        (offer,) = {one.delivery.text for one in sent if "更正" in one.delivery.text}
        assert "1 人在 30 天内收到" in offer and "一小块" in offer and "#更正 melon" in offer and "张姐" not in offer
        assert not [one for one in await world.wait(dt.timedelta(hours=3)) if "更正" in one.delivery.text], "once"
        await world.restart()
        assert not [one for one in await world.wait(dt.timedelta(hours=3)) if "更正" in one.delivery.text], "once"

    run(story)


def test_words_corrected_while_the_bot_was_down_are_offered_too() -> None:
    async def story(world: World) -> None:
        def old(work: Work) -> None:
            answered.give(work, person(work, "张姐").id, None, "melon", 0, QUESTION, START)

        inside(world, old)
        sent = await world.wait(dt.timedelta(hours=2))
        assert any("1 人在 30 天内收到" in one.delivery.text for one in sent)

    run(story)


def test_answers_older_than_thirty_days_are_not_corrected() -> None:
    async def story(world: World) -> None:
        await world.say("张姐", QUESTION)
        await world.wait(31 * DAY)
        got = await private(world, "陈医生", "#撤回 melon 指南改了")
        assert "30 天内收到" not in got["陈医生"]

    run(story)


def test_somebody_who_asked_three_times_gets_one_correction() -> None:
    async def story(world: World) -> None:
        for _ in range(3):
            await world.say("张姐", QUESTION)
        await world.say("陈医生", "#撤回 melon 指南改了")
        sent = await world.say("陈医生", "发送")
        assert sum(SAFE in one.delivery.text for one in sent) == 1
        corrected = inside(world, lambda work: rows.received_below(work, "melon", 2, START))
        assert [row["corrected_at"] for row in corrected] == [world.clock.now()]
        assert not [one for one in await world.restart() if SAFE in one.delivery.text]
        assert not [one for one in await world.wait(DAY) if SAFE in one.delivery.text]

    run(story)


def test_who_left_unsubscribed_or_is_locked_is_told_all_the_same_and_who_was_erased_is_not() -> None:
    async def story(world: World) -> None:
        for name in ("张姐", "李哥", "赵叔"):
            await world.say(name, QUESTION)
        await world.leave("张姐", "糖尿病新手群")

        def change(work: Work) -> None:
            people.change(work, person(work, "张姐").id, unsubscribed=True, locked=True)
            personal.erase(work, person(work, "赵叔"), START)

        inside(world, change)
        await world.say("陈医生", "#撤回 melon 指南改了")
        got = await private(world, "陈医生", "发送")
        assert set(got) == {"陈医生", "张姐", "李哥"}

    run(story)


@pytest.mark.parametrize("consented", [True, False])
def test_their_own_words_are_quoted_only_while_they_consent(consented: bool) -> None:
    async def story(world: World) -> None:
        await world.give_consent(["张姐"])
        await world.say("张姐", QUESTION)
        if not consented:
            await world.say("张姐", "撤回同意")
        await world.say("陈医生", "#撤回 melon 指南改了")
        got = await private(world, "陈医生", "发送")
        assert (QUESTION in got["张姐"]) is consented and ("血糖高能不能吃西瓜" in got["张姐"]) is not consented

    run(story)


def test_by_night_it_waits_for_the_morning_unless_staff_say_at_once() -> None:
    night = dt.datetime(2026, 3, 2, 15, tzinfo=dt.UTC)

    async def go() -> None:
        for words, at_once in (("#更正 melon", False), ("#更正 melon 马上", True)):
            async with community(night) as world:
                await world.say("张姐", QUESTION)
                await world.say("陈医生", "#撤回 melon 指南改了")
                got = await private(world, "陈医生", words)
                assert ("张姐" in got) is at_once
                later = await world.wait(dt.timedelta(hours=9))
                assert any(SAFE in one.delivery.text for one in later) is not at_once

    asyncio.run(go())


def test_a_correction_that_is_itself_withdrawn_in_the_night_never_leaves() -> None:
    night = dt.datetime(2026, 3, 2, 15, tzinfo=dt.UTC)

    async def go() -> None:
        async with community(night) as world:
            await world.say("张姐", QUESTION)
            await world.edit({"faq/melon": {"version": 2, "answer": {"text": "可以吃一小块。"}}})
            await world.say("陈医生", "#更正 melon")
            offered = await private(world, "王主任", "#撤回 melon 又写错了")
            assert "1 人在 30 天内收到" in offered["王主任"]
            await world.say("王主任", "发送")
            morning = [one.delivery.text for one in await world.wait(dt.timedelta(hours=9))]
            assert [SAFE in text for text in morning if "更正" in text] == [True]

    asyncio.run(go())


@pytest.mark.parametrize("room", [None, "糖尿病新手群"])
def test_a_reply_that_waited_for_the_link_while_its_entry_was_withdrawn_says_so(room: str | None) -> None:
    async def story(world: World) -> None:
        world.channel.state = LinkState.DOWN
        await world.say("张姐", QUESTION if room is None else f"@杏林 {QUESTION}", room)
        offered = await private(world, "陈医生", "#撤回 melon 写错了")
        assert offered == {}
        world.channel.state = LinkState.UP
        got = {one.delivery.person or one.delivery.room: one.delivery.text for one in await world.wait(DAY / 24)}
        mine = got[person_id("张姐") if room is None else f"room-{room}"]
        assert "刚刚改动过" in mine and QUESTION in mine and "少吃一点" not in mine
        assert room or "30 天内收到" not in got[person_id("陈医生")]
        assert inside(world, lambda work: rows.received_below(work, "melon", 9, START)) == []

    run(story)


@pytest.mark.parametrize("then", [{"version": 2, "review": {"stage": "draft"}, "answer": {"text": "改了。"}}, None])
@pytest.mark.parametrize("first", ["withdrawn", "corrected"])
def test_an_offer_stands_when_the_file_is_edited_or_deleted_before_anybody_decides(
    first: str, then: dict[str, Any] | None
) -> None:
    async def story(world: World) -> None:
        await world.say("张姐", QUESTION)
        if first == "withdrawn":
            await world.say("陈医生", "#撤回 melon 指南改了")
        else:
            await world.edit({"faq/melon": {"version": 2, "answer": {"text": "可以吃一小块。"}}})
        await world.edit({"faq/melon": then | {"version": 3} if then else None})
        await world.restart()
        listed = (await private(world, "陈医生", "#更正"))["陈医生"]
        assert "1 人在 30 天内收到" in listed and SAFE in listed and "回复 发送" not in listed
        assert "1 人收到旧答案" in (await private(world, "陈医生", "#交班"))["陈医生"]
        assert SAFE in (await private(world, "陈医生", "#更正 melon"))["张姐"]
        assert "没有等着发" in (await private(world, "陈医生", "#更正"))["陈医生"]

    run(story)


def test_an_offer_forgotten_over_another_question_is_in_the_list() -> None:
    async def story(world: World) -> None:
        await world.say("张姐", QUESTION)
        await world.say("陈医生", "#撤回 melon 指南改了")
        await world.say("陈医生", "明天早上8点提醒我开会")
        await world.wait(DAY)
        assert set(await private(world, "陈医生", "发送")) <= {"陈医生"}
        assert "1 人在 30 天内收到" in (await private(world, "陈医生", "#更正"))["陈医生"]
        assert SAFE in (await private(world, "陈医生", "#更正 melon"))["张姐"]

    run(story)


@pytest.mark.parametrize("words", ["西瓜每次不要超过半斤", "请大家马上停用", "马上 停"])
def test_own_words_are_not_sent_but_answered(words: str) -> None:
    async def story(world: World) -> None:
        await world.say("张姐", QUESTION)
        await world.say("陈医生", "#撤回 melon 指南改了")
        got = await private(world, "陈医生", f"#更正 melon {words}")
        assert set(got) == {"陈医生"} and "只发审核过的文字" in got["陈医生"] and SAFE in got["陈医生"]
        assert set(await private(world, "陈医生", "#更正 melon 马上")) == {"陈医生", "张姐"}

    run(story)


def test_no_then_yes_and_a_stale_yes() -> None:
    async def story(world: World) -> None:
        await world.say("张姐", QUESTION)
        await world.say("陈医生", "#撤回 melon 指南改了")
        assert "没有发" in (await private(world, "陈医生", "不用"))["陈医生"]
        assert set(await private(world, "陈医生", "发送")) == {"陈医生"}
        assert set(await private(world, "陈医生", "#更正 melon")) == {"陈医生", "张姐"}, "minds may be changed"
        assert "没有等着发的更正" in (await private(world, "陈医生", "#更正 melon"))["陈医生"]

    run(story)


def test_staff_see_who_was_not_reached_and_only_in_private() -> None:
    async def story(world: World) -> None:
        for name in ("张姐", "李哥"):
            await world.say(name, QUESTION)
        await world.say("陈医生", "#撤回 melon 指南改了")
        await world.say("陈医生", "发送")

        def lose(work: Work) -> None:
            lost = next(row for row in outbox.latest(work, 20) if row["person_id"] == person(work, "张姐").id)
            outbox.settle(work, [lost["id"]], state="failed", reason="refused")

        inside(world, lose)
        sent = await world.say("陈医生", "@杏林 #更正进度 melon", "糖尿病新手群")
        assert {one.delivery.person for one in sent} == {person_id("陈医生")}
        assert "送到 1 人" in sent[0].delivery.text and "没送到 1 人：张姐" in sent[0].delivery.text

    run(story)


def test_the_key_of_a_correction_is_never_given_twice() -> None:
    async def story(world: World) -> None:
        await world.say("张姐", QUESTION)
        await world.say("陈医生", "#撤回 melon 指南改了")
        await world.say("陈医生", "发送")

        def again(work: Work) -> int:
            recall = rows.latest(work)[0]
            sent = rows.progress(work, recalls.prefix(recall))
            row = {name: value for name, value in outbox.latest(work, 1)[0].items() if name != "id"}
            outbox.add(work, [row | {"key": f"{recalls.prefix(recall)}p{sent[0]['person_id']}", "state": "waiting"}])
            return len(rows.progress(work, recalls.prefix(recall)))

        assert inside(world, again) == 1

    run(story)


def test_consent_is_not_needed_to_be_corrected() -> None:
    async def story(world: World) -> None:
        await world.say("张姐", QUESTION)
        await world.say("陈医生", "#撤回 melon 指南改了")
        got = await private(world, "陈医生", "发送")
        assert SAFE in got["张姐"]
        assert not inside(world, lambda work: profile.facts(work, person(work, "张姐").id))

    run(story)


def test_a_command_that_is_undone_leaves_what_was_served() -> None:
    """The index follows the transaction: what is rolled back has not been decided."""

    async def story(world: World) -> None:
        def fail(work: Work) -> None:
            entry = world.desk.index.reviewed.standings["faq", "melon"]
            row = Verdict(
                kind="faq", entry="melon", version=1, hash=entry.hash, verdict="withdrawn", person_id=1, name="陈医生",
                on=START.date(), at=START,
            )  # fmt: skip
            work.add(row)
            assert "melon" not in world.desk.serve(work).library.faqs
            raise RuntimeError

        with pytest.raises(RuntimeError):
            inside(world, fail)
        world.desk.rolled_back()
        assert "melon" in world.desk.index.library.faqs

    run(story)


def test_who_signed_in_the_file_is_no_second_expert_in_chat_under_another_name(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(ROOT / "tests/stories/small", tmp_path / "small"))
    for file in CONTENT.glob("lexicon/blocked-*.yaml"):
        shutil.copy(file, folder / "lexicon")
    melon = folder / "faq/melon.yaml"
    words = melon.read_text().replace("stage: sample", "stage: draft")
    melon.write_text(words.replace("可以少吃一点", "想问就加我微信，可以少吃一点"))
    sign(melon, "陈医生", "medical", START.date())
    staff = [{"channel": "memory", "id": person_id("国强"), "name": "陈医生", "roles": ["clinician", "expert"]},
             {"channel": "memory", "id": person_id("王主任"), "roles": ["expert"]}]  # fmt: skip

    async def go() -> None:
        persons = {"国强": {}, "王主任": {}}
        world = World(START, persons, None, {"playbooks": {"folders": [str(folder)]}, "staff": staff})
        await world.start()
        try:
            assert world.desk.index.reviewed.standings["faq", "melon"].state.value == "expert"
            await world.say("国强", "#查看 melon")
            assert "另一位专家" in (await private(world, "国强", "#通过 melon"))["国强"]
            await world.say("王主任", "#查看 melon")
            await world.say("王主任", "#通过 melon")
            assert world.desk.index.reviewed.standings["faq", "melon"].state.value == "published"
        finally:
            await world.close()

    asyncio.run(go())


def test_a_signature_outlives_the_erasure_of_its_signer() -> None:
    async def story(world: World) -> None:
        await world.say("陈医生", "#查看 melon")
        await world.say("陈医生", "#通过 melon 一年")
        inside(world, lambda work: personal.erase(work, person(work, "陈医生"), START))
        await world.restart()
        sent = await world.say("张姐", QUESTION)
        assert "陈医生（医学）" in sent[0].delivery.text

    run(story)

"""Gaps: what is kept of unanswered questions, how long, what becomes of them, and who is told in the end."""

from __future__ import annotations

import asyncio
import datetime as dt
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text

from bot import config as configuration
from bot.checking import check
from bot.clock import ManualClock
from bot.scheduling.housekeeping import clean
from bot.stories.world import World
from handlers.services.knowledge import drafts, gaps, ratings
from handlers.services.knowledge.drafts import quoted
from handlers.services.pictures import draw
from handlers.settings import RatingSettings
from playbooks.schema.load import CONTENT, load
from playbooks.schema.source import parse
from playbooks.signing import sign
from storage.queries import answered, people, personal
from storage.queries import gaps as gap_rows
from storage.tables.gaps import Gap

NINE = dt.datetime(2026, 3, 4, 1, 0, tzinfo=dt.UTC)
"""Wednesday 09:00 in Shanghai."""
LEXICONS = (
    "flag-self-harm",
    "flag-heart-attack",
    "synonym-medical",
    "form-question",
    "contrast-disease",
    "contrast-food",
)
BASE = [CONTENT / "lexicon" / f"{name}.yaml" for name in LEXICONS]
"""Little enough to be read in no time."""
ROOM, STAFF = "糖尿病新手群", "工作人员群"
SAUNA = "糖尿病人能去桑拿吗"
PUBLISHED = """kind: faq
id: {id}
version: {version}
title: 糖尿病人能不能去桑拿
owner: 陈医生
review: {{stage: {stage}}}
question: 糖尿病人能去桑拿吗
ask: [血糖高可以蒸桑拿吗, 血糖高能不能蒸桑拿, 糖友蒸桑拿行吗, 糖尿病蒸桑拿有没有危险{ask}]
answer: {{text: 短时间可以，别超过十分钟。}}
risk: info
sources: [{{title: 成人糖尿病食养指南（2023年版）, year: 2023}}]
examples:
  hit: [糖尿病人能不能去桑拿, 血糖高可以蒸桑拿不, 糖友能蒸桑拿吗]
  miss: [糖尿病人能去游泳吗, 高血压能去桑拿吗]
"""


@asynccontextmanager
async def community(folder: Path) -> AsyncIterator[World]:
    """Four patients, one of whom never agreed, and a folder of playbooks that can grow."""
    (folder / "own").mkdir()
    persons: dict[str, dict[str, Any]] = {name: {} for name in ("张姐", "李哥", "王妈妈", "赵叔")}
    persons |= {"小林": {"role": "manager"}, "陈医生": {"role": "clinician"}}
    folders = {"playbooks": {"folders": [*map(str, BASE), str(folder / "own")], "drafts": str(folder / "drafts")}}
    rooms = {ROOM: [*persons][:4], STAFF: ["小林", "陈医生"]}
    world = World(NINE, persons, rooms, folders, load(BASE), folder)
    await world.start()
    await world.give_consent(["张姐", "李哥", "王妈妈"])
    try:
        yield world
    finally:
        await world.close()


def kept(world: World) -> list[Any]:
    with world.app.database.reading() as work:
        return list(work.connection.execute(select(Gap.__table__).order_by(Gap.__table__.c.id)).mappings())  # type: ignore[attr-defined]


def drafts_of(world: World) -> list[Any]:
    with world.app.database.reading() as work:
        return gap_rows.drafts(work)


def publish(folder: Path, stage: str = "published", faq_id: str = "dm-sauna", version: int = 1, ask: str = "") -> None:
    path = folder / "own" / f"{faq_id}.yaml"
    written = "draft" if stage == "published" else stage
    more = f", {ask}" if ask else ""
    path.write_text(PUBLISHED.format(id=faq_id, stage=written, version=version, ask=more), encoding="utf-8")
    if stage == "published":
        sign(path, "陈医生", "medical", dt.date(2026, 3, 5))


def told(sent: list[Any]) -> list[str]:
    return [str(one.delivery.person) for one in sent if "现在有了医生审核过的答案" in one.delivery.text]


# --- what is kept ------------------------------------------------------------------------------------------------


def test_a_question_is_kept_sealed_and_goes_with_its_person(tmp_path: Path) -> None:
    async def go() -> None:
        async with community(tmp_path) as world:
            await world.say("张姐", SAUNA)
            await world.say("李哥", "坐飞机去西藏要注意什么")
            assert next((row["reason"], row["case_id"], row["question"]) for row in kept(world)) == (
                "abstained",
                1,
                SAUNA,
            )
            with world.app.database.reading() as work:
                raw = work.connection.execute(text("SELECT question FROM gap")).scalars().all()
            assert all("桑拿".encode() not in bytes(one) for one in raw)
            with world.app.database.transaction() as work:
                person = people.by_platform(work, "memory", "person-张姐")
                assert person is not None and SAUNA in str(personal.export(work, person)["gap"])
                assert personal.erase(work, person, NINE)["gap"] == 1
            assert [row["question"] for row in kept(world)] == ["坐飞机去西藏要注意什么"]

    asyncio.run(go())


@pytest.mark.parametrize(
    ("who", "said"),
    [
        ("张姐", "转人工 我想预约复查"),
        ("张姐", "血糖高，不想活了，蒸桑拿能死吗"),
        ("陈医生", "糖尿病人能去桑拿吗"),
        ("张姐", "吃了两次药"),
    ],
)
def test_what_is_no_gap_is_not_kept(tmp_path: Path, who: str, said: str) -> None:
    async def go() -> None:
        async with community(tmp_path) as world:
            await world.say(who, said)
            assert kept(world) == []

    asyncio.run(go())


def test_who_has_an_open_alert_adds_nothing(tmp_path: Path) -> None:
    async def go() -> None:
        async with community(tmp_path) as world:
            await world.say("张姐", "我胸口疼得厉害")
            await world.say("张姐", "@杏林 " + SAUNA, ROOM)
            assert kept(world) == []

    asyncio.run(go())


def test_words_go_after_thirty_days_unless_a_draft_needs_them(tmp_path: Path) -> None:
    async def go() -> None:
        async with community(tmp_path) as world:
            await world.say("张姐", SAUNA)
            await world.say("王妈妈", "坐飞机去西藏要注意什么")
            await world.say("陈医生", "#回复 1 短时间可以。")
            await world.say("陈医生", "#收录 1 dm-sauna")
            world.clock.jump(world.clock.now() + gaps.KEEP - dt.timedelta(minutes=1))
            clean(world.desk)
            assert len(kept(world)) == 2
            world.clock.jump(world.clock.now() + dt.timedelta(minutes=2))
            clean(world.desk)
            assert [row["question"] for row in kept(world)] == [SAUNA], "the draft is not published yet"
            publish(tmp_path)
            await world.say("小林", "#重载")
            clean(world.desk)
            (row,) = kept(world)
            assert row["question"] is None and row["told_at"] and row["draft_id"] == 1

    asyncio.run(go())


# --- the report --------------------------------------------------------------------------------------------------


def test_red_flags_of_todays_words_are_not_quoted_even_when_kept_before(tmp_path: Path) -> None:
    async def go() -> None:
        async with community(tmp_path) as world:
            with world.app.database.transaction() as work:
                for person_id, said in ((1, "活着没意思，蒸桑拿能死吗"), (2, SAUNA)):
                    work.add(Gap(person_id=person_id, reason="abstained", question=said, at=NINE))
            sent = await world.say("小林", "#缺口")
            assert "桑拿" in sent[0].delivery.text and "没意思" not in sent[0].delivery.text
            assert "1 人问了 1 次" in sent[0].delivery.text

    asyncio.run(go())


def test_the_weekly_report_comes_once_and_only_when_there_is_something(tmp_path: Path) -> None:
    async def go() -> None:
        async with community(tmp_path) as world:
            await world.say("张姐", SAUNA)
            await world.say("李哥", "血糖高可以蒸桑拿吗")
            sent = await world.wait(dt.timedelta(days=20))
            reports = [one for one in sent if "【缺口】" in one.delivery.text]
            assert [one.delivery.room for one in reports] == ["room-工作人员群"]
            assert "2 人问了 2 次" in reports[0].delivery.text and reports[0].delivery.picture is not None
            when = reports[0].at if hasattr(reports[0], "at") else None
            assert when is None or (when + dt.timedelta(hours=8)).strftime("%a %H:%M") == "Mon 08:30"

    asyncio.run(go())


def test_the_picture_is_drawn_for_one_row_and_for_many() -> None:
    rows = [["桑拿 · 血糖高", 12, 15, 4], ["很长" * 30, 1, 1, 0], ["报销", 1, 1, None], ["挂号", 1, 2, 2]]
    for some in (rows[:1], rows):
        png = draw("gaps", {"title": "还没有答案的问题", "span": "上周", "rows": some, "more": 3})
        assert png.startswith(b"\x89PNG")


# --- drafts ------------------------------------------------------------------------------------------------------


def test_a_draft_is_refused_by_check_with_a_line_for_everything_missing(tmp_path: Path) -> None:
    async def go() -> None:
        async with community(tmp_path) as world:
            await world.say("张姐", "我叫王小明，电话 138-1234-5678，糖尿病人能去桑拿吗")
            await world.say("李哥", "血糖高可以蒸桑拿吗，我是李哥")
            await world.say("陈医生", "#回复 1 王小明，短时间可以：\n1. 别太烫: 十分钟。\n# 有事打13812345678")
            sent = await world.say("陈医生", "#收录 1")
            assert "姓名、电话" in sent[0].delivery.text

    asyncio.run(go())
    file = tmp_path / "drafts" / "faq" / "case-1.yaml"
    written = file.read_text(encoding="utf-8")
    assert not [word for word in ("王小明", "李哥", "5678", "138") if word in written]
    draft = parse(written, "draft").data
    assert draft["question"] == "糖尿病人能去桑拿吗" and draft["review"] == {"stage": "draft"}
    assert draft["owner"] == "陈医生" and draft["ask"][0] == "血糖高可以蒸桑拿吗"
    assert draft["answer"]["text"].startswith("短时间可以：\n1. 别太烫: 十分钟。\n# 有事打【待补")
    problems = [str(one) for one in check([*BASE, file], configuration.load()).problems]
    for part in (
        "ask.1",
        "answer.text",
        "see_doctor_when.0",
        "sources.0.title",
        "sources.0.year",
        "examples.hit.0",
        "examples.miss.1",
    ):
        assert any(f": {part}: " in one for one in problems), part
    assert all("还没写好" in one or "要写整数" in one for one in problems)


PLANTED = [
    "我爸叫王建国，住朝阳区建国路88号院3号楼502室，糖尿病人能去桑拿吗",
    "患者王建国血糖高可以蒸桑拿吗，电话13812345678",
    "王阿姨家老头子李大山血糖高能不能蒸桑拿",
    "糖友蒸桑拿行吗？住院号 0012345，身份证11010119900307123X",
    "我是王建国的女儿，糖尿病蒸桑拿有没有危险，微信号zhang_8812",
]
SECRETS = ("王建国", "李大山", "建国路", "502", "138", "12345", "0307", "zhang")


def test_what_names_somebody_is_in_no_list_of_gaps_and_in_no_draft(tmp_path: Path) -> None:
    async def go() -> list[str]:
        async with community(tmp_path) as world:
            for number, said in enumerate(PLANTED):
                await world.say(["张姐", "李哥", "王妈妈", "赵叔"][number % 4], f"{said}")
                await world.wait(dt.timedelta(minutes=3))
            await world.say("陈医生", "#回复 1 王建国家属您好，短时间可以，有事打13812345678")
            seen = [one.delivery.text for one in await world.say("小林", "#缺口")]
            seen += [one.delivery.text for one in await world.say("陈医生", "#收录 1 dm-sauna")]
            return [*seen, (tmp_path / "drafts" / "faq" / "dm-sauna.yaml").read_text(encoding="utf-8")]

    for written in asyncio.run(go()):
        assert "桑拿" in written or "dm-sauna" in written
        without_folder = written.replace(str(tmp_path), "")  # whose own numbers may be anything
        assert [one for one in SECRETS if one in without_folder] == []


@pytest.mark.parametrize("said", ["it's: #1", "- 加号 & * ! % @ `", "''", "a\nb", "{x: y}", "yes", "123", "“引号”"])
def test_quoted_words_read_back(said: str) -> None:
    assert parse(f"a: {quoted(said)}", "x").data == {"a": " ".join(said.split())}


def test_a_draft_is_neither_served_nor_in_the_way_and_is_never_overwritten(tmp_path: Path) -> None:
    async def go() -> None:
        async with community(tmp_path) as world:
            await world.say("张姐", SAUNA)
            await world.say("李哥", "坐飞机去西藏要注意什么")
            await world.say("陈医生", "#回复 1 短时间可以。")
            await world.say("陈医生", "#回复 2 多喝水。")
            await world.say("陈医生", "#收录 1 dm-sauna")
            assert "没有覆盖" in (await world.say("陈医生", "#收录 2 dm-sauna"))[0].delivery.text
            assert "已换上" in (await world.say("小林", "#重载"))[-1].delivery.text
            assert "dm-sauna" not in world.desk.library.faqs
            with world.app.database.reading() as work:
                (row,) = gap_rows.drafts(work)
                assert (row.faq_id, row.case_id, row.published_at) == ("dm-sauna", 1, None)
                assert [one["draft_id"] for one in kept(world)] == [1, None]

    asyncio.run(go())


def test_a_draft_that_was_rolled_back_is_written_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def go() -> None:
        async with community(tmp_path) as world:
            await world.say("张姐", SAUNA)
            await world.say("陈医生", "#回复 1 短时间可以。")
            with monkeypatch.context() as broken:
                broken.setattr(drafts.rows, "into_draft", lambda *row: 1 / 0)
                await world.say("陈医生", "#收录 1 dm-sauna")
            assert drafts_of(world) == []
            assert "dm-sauna.yaml" in (await world.say("陈医生", "#收录 1 dm-sauna"))[0].delivery.text
            assert len(drafts_of(world)) == 1
            assert [one.name for one in (tmp_path / "drafts" / "faq").iterdir()] == ["dm-sauna.yaml"]

    asyncio.run(go())


def test_a_draft_whose_file_went_elsewhere_still_holds_its_id(tmp_path: Path) -> None:
    async def go() -> None:
        async with community(tmp_path) as world:
            await world.say("张姐", SAUNA)
            await world.say("李哥", "坐飞机去西藏要注意什么")
            await world.say("陈医生", "#回复 1 短时间可以。")
            await world.say("陈医生", "#回复 2 多喝水。")
            await world.say("陈医生", "#收录 1 dm-sauna")
            (tmp_path / "drafts" / "faq" / "dm-sauna.yaml").unlink()
            assert "没有覆盖" in (await world.say("陈医生", "#收录 2 dm-sauna"))[0].delivery.text

    asyncio.run(go())


# --- telling those who had asked ---------------------------------------------------------------------------------


async def asked_and_collected(world: World) -> None:
    await world.say("张姐", SAUNA)
    await world.say("李哥", "血糖高可以蒸桑拿吗")
    await world.say("赵叔", "血糖高能不能蒸桑拿")
    await world.say("王妈妈", "坐飞机去西藏要注意什么")
    await world.say("陈医生", "#回复 1 短时间可以。")
    await world.say("陈医生", "#收录 1 dm-sauna")


def test_everybody_who_asked_agreed_and_is_still_there_is_told_once(tmp_path: Path) -> None:
    async def go() -> None:
        async with community(tmp_path) as world:
            await asked_and_collected(world)
            await world.say("王妈妈", "糖友蒸桑拿行吗")  # after the draft was written
            publish(tmp_path, "draft")
            assert told(await world.say("小林", "#重载")) == []
            publish(tmp_path)
            sent = await world.say("小林", "#重载")
            assert told(sent) == ["person-张姐", "person-李哥", "person-王妈妈"], "赵叔 never agreed"
            mine = next(one.delivery.text for one in sent if one.delivery.person == "person-李哥")
            assert "血糖高可以蒸桑拿吗" in mine and "短时间可以，别超过十分钟。" in mine and "陈医生" in mine
            assert told(await world.say("小林", "#重载")) == []
            assert told(await world.restart()) == []
            assert told(await world.wait(dt.timedelta(days=2))) == []
            rated = await world.say("张姐", "有用")
            assert rated, "what was told is an answer given"

    asyncio.run(go())


def test_who_left_or_unsubscribed_is_not_told_and_agreeing_later_is_not_too_late(tmp_path: Path) -> None:
    async def go() -> None:
        async with community(tmp_path) as world:
            await asked_and_collected(world)
            await world.leave("张姐", ROOM)
            await world.say("李哥", "退订")
            publish(tmp_path)
            assert told(await world.say("小林", "#重载")) == []
            await world.give_consent(["赵叔"])
            assert told(await world.say("小林", "#重载")) == ["person-赵叔"]

    asyncio.run(go())


def test_at_night_the_news_wait_for_the_morning(tmp_path: Path) -> None:
    async def go() -> None:
        async with community(tmp_path) as world:
            await asked_and_collected(world)
            await world.until(NINE + dt.timedelta(hours=14))
            publish(tmp_path)
            assert told(await world.say("小林", "#重载")) == []
            assert told(await world.wait(dt.timedelta(hours=7, minutes=59))) == []
            assert sorted(told(await world.wait(dt.timedelta(minutes=2)))) == ["person-张姐", "person-李哥"]

    asyncio.run(go())


@pytest.mark.parametrize("runs", [False, True])
def test_news_that_are_withdrawn_in_the_night_never_leave_and_the_next_version_is_told(
    tmp_path: Path, runs: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also by a real clock, which gives another time at each look."""
    if runs:
        ticks = itertools.count()
        running = lambda self: self._now + next(ticks) * dt.timedelta(microseconds=1)  # noqa: E731
        monkeypatch.setattr(ManualClock, "now", running)

    async def go() -> None:
        async with community(tmp_path) as world:
            await asked_and_collected(world)
            await world.until(NINE + dt.timedelta(hours=14))
            publish(tmp_path)
            await world.say("小林", "#重载")
            sent = await world.say("陈医生", "#撤回 dm-sauna 写错了")
            assert "30 天内收到" not in sent[0].delivery.text
            assert told(await world.wait(dt.timedelta(hours=9))) == []
            publish(tmp_path, version=2)
            assert sorted(told(await world.say("小林", "#重载"))) == ["person-张姐", "person-李哥"]

    asyncio.run(go())


def test_a_question_that_only_the_next_version_answers_is_told_too(tmp_path: Path) -> None:
    async def go() -> None:
        async with community(tmp_path) as world:
            await asked_and_collected(world)
            publish(tmp_path)
            assert told(await world.say("小林", "#重载")) == ["person-张姐", "person-李哥"]
            await world.say("张姐", "汗蒸房进去坐坐可以吗")
            publish(tmp_path, version=2, ask="汗蒸房进去坐坐可以吗")
            sent = await world.say("小林", "#重载")
            assert told(sent) == ["person-张姐"]
            assert told(await world.restart()) == []

    asyncio.run(go())


def test_an_answer_published_while_the_process_was_down_is_told_at_the_start(tmp_path: Path) -> None:
    async def go() -> None:
        async with community(tmp_path) as world:
            await asked_and_collected(world)
            publish(tmp_path)
            world._library = None  # the next start reads the folders
            assert told(await world.restart()) == ["person-张姐", "person-李哥"]

    asyncio.run(go())


def test_another_id_that_replaces_the_draft_counts_and_samples_do_not(tmp_path: Path) -> None:
    async def go() -> None:
        async with community(tmp_path) as world:
            await asked_and_collected(world)
            publish(tmp_path, "sample")
            assert told(await world.say("小林", "#重载")) == []
            (tmp_path / "own" / "dm-sauna.yaml").unlink()
            publish(tmp_path, "draft", "dm-steam")
            file = tmp_path / "own" / "dm-steam.yaml"
            file.write_text(file.read_text(encoding="utf-8") + "replaces: [dm-sauna]\n", encoding="utf-8")
            sign(file, "陈医生", "medical", dt.date(2026, 3, 5))
            assert told(await world.say("小林", "#重载")) == ["person-张姐", "person-李哥"]

    asyncio.run(go())


def test_a_bug_in_telling_holds_up_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def go() -> None:
        async with community(tmp_path) as world:
            await world.say("张姐", "同意")
            monkeypatch.setattr(drafts.rows, "drafts", lambda work: 1 / 0)
            world.desk.swapped = True
            await world.say("张姐", "明天早上8点提醒我吃药")
            sent = await world.until(NINE + dt.timedelta(hours=23))
            assert any("吃药" in one.delivery.text for one in sent)

    asyncio.run(go())


# --- ratings -----------------------------------------------------------------------------------------------------


def test_poorly_rated_needs_enough_ratings_more_than_a_third_bad_of_the_newest_version(tmp_path: Path) -> None:
    said = {
        "fine": [True, True, False],
        "poor": [True, False, True, False],
        "few": [False, False],
        "mended": [False, False, False],
    }

    async def go() -> None:
        async with community(tmp_path) as world:
            with world.app.database.transaction() as work:
                given = [(faq, 1, useful) for faq, all_ in said.items() for useful in all_] + [("mended", 2, True)]
                for number, (faq, version, useful) in enumerate(given):
                    answered.give(work, 1, None, faq, version, "问", NINE + dt.timedelta(seconds=number))
                    row = answered.last(work, 1, None, NINE)
                    assert row is not None
                    answered.rate(work, row["id"], useful, NINE)
                found = {one.faq_id: (one.version, one.useful, one.useless) for one in ratings.rated(work, NINE)}
                assert found == {"fine": (1, 2, 1), "poor": (1, 2, 2), "few": (1, 0, 2), "mended": (2, 1, 0)}
                assert [one.faq_id for one in ratings.poorly_rated(work, NINE)] == ["poor"]
                strict = RatingSettings(enough=2, poor_above=0.3)
                assert [one.faq_id for one in ratings.poorly_rated(work, NINE, strict)] == ["few", "poor", "fine"]
                assert ratings.rated(work, NINE + dt.timedelta(days=1)) == []

    asyncio.run(go())

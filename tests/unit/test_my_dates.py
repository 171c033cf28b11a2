"""Dates told in chat: what is meant, and what only looks like it. Today is Monday, 2026-03-02."""

from __future__ import annotations

import asyncio
import datetime as dt

import pytest

from bot.stories.world import World
from handlers.services.care.dates import named_day
from storage.queries import people, profile
from tests.unit.slots import shipped

TODAY = dt.date(2026, 3, 2)
START = dt.datetime(2026, 3, 2, 1, 0, tzinfo=dt.UTC)

DAYS = {
    "下周三": "2026-03-11",
    "周三": "2026-03-04",
    "3月10号": "2026-03-10",
    "三月十号": "2026-03-10",
    "10号": "2026-03-10",
    "下个月5号": "2026-04-05",
    "后天": "2026-03-04",
    "大后天": "2026-03-05",
    "昨天": "2026-03-01",
    "前天": "2026-02-28",
    "大前天": "2026-02-27",
    "上周五": "2026-02-27",
    "上个月20号": "2026-02-20",
    "2026-03-15": "2026-03-15",
    "三天后": "2026-03-05",
    "上个月31号": None,
    "改天": None,
}

TOLD = {
    "我下周三换膝": ("surgery", "2026-03-11"),
    "下周三换膝": ("surgery", "2026-03-11"),
    "我妈3月10号做白内障手术": ("surgery", "2026-03-10"),
    "手术定在3月10号": ("surgery", "2026-03-10"),
    "手术日期是3月10日": ("surgery", "2026-03-10"),
    "手术时间：3月10日上午": ("surgery", "2026-03-10"),
    "手术改到下周五": ("surgery", "2026-03-13"),
    "我的手术推迟到3月20号了": ("surgery", "2026-03-20"),
    "手术提前到周四": ("surgery", "2026-03-05"),
    "我3月1号做的换膝": ("surgery", "2026-03-01"),
    "上周五做了白内障手术": ("surgery", "2026-02-27"),
    "我昨天刚做完近视手术": ("surgery", "2026-03-01"),
    "已经约好3月12号做全飞秒": ("surgery", "2026-03-12"),
    "我后天第二次化疗": ("treatment", "2026-03-04"),
    "下周一化疗": ("treatment", "2026-03-09"),
    "化疗安排在3月9号": ("treatment", "2026-03-09"),
    "我下周三出院": ("discharge", "2026-03-11"),
    "我生日是5月3号": ("birthday", "2026-05-03"),
    "我5月3号生日": ("birthday", "2026-05-03"),
    "我2月20号确诊的": ("diagnosed", "2026-02-20"),
}

OTHERS = (
    "隔壁床明天手术",
    "手术能改到下周三吗",
    "手术改到下周三行不行？",
    "听说他3月10号手术",
    "王医生下周三手术，不出门诊",
    "手术前一天能吃东西吗",
    "3月10号复查",
    "每天早上8点提醒我吃药",
    "下周三有手术科普讲座",
    "要是下周三手术就好了",
    "手术后第三天可以洗澡",
    "明天手术怎么准备",
    "今天打卡 血压 130/85",
    "化疗第三天恶心",
    "群里3月10号有手术直播",
)


@pytest.mark.parametrize(("text", "day"), DAYS.items())
def test_a_day_is_read(text: str, day: str | None) -> None:
    found = named_day(text, TODAY)
    assert (found.day.isoformat() if found else None) == day


def told(texts: list[str]) -> list[dict[str, str]]:
    """What is known of a new person after each text."""

    async def go() -> list[dict[str, str]]:
        names = [f"人{number}" for number in range(len(texts))]
        world = World(START, {name: {} for name in names}, {}, library=shipped())
        await world.start()
        await world.give_consent(names)
        found = []
        for name, text in zip(names, texts, strict=True):
            await world.say(name, text)
            if any("哪一种手术" in one.delivery.text for one in world.channel.sent[-1:]):
                await world.say(name, "换膝")
            with world.app.database.reading() as work:
                person = people.by_platform(work, "memory", f"person-{name}")
                found.append(profile.facts(work, person.id) if person else {})
        await world.close()
        return found

    return asyncio.run(go())


def test_dates_are_kept_as_they_were_meant() -> None:
    known = told(list(TOLD))
    wrong = {text: facts for (text, want), facts in zip(TOLD.items(), known, strict=True) if facts != dict([want])}
    assert wrong == {}


def test_what_is_no_date_of_theirs_is_not_kept() -> None:
    known = told(list(OTHERS))
    assert {text: facts for text, facts in zip(OTHERS, known, strict=True) if facts} == {}

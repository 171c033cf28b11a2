"""How long a medicine lasts, from what people write, and the day on which it is said."""

from __future__ import annotations

import asyncio
import datetime as dt

import pytest
from structlog.testing import capture_logs

from handlers.services.care.days import local
from handlers.services.care.stock import Told, told, warning_at
from storage.queries import people
from storage.tables.stock import Stock
from tests.unit.slots import DAY, EVE, community


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("阿司匹林还剩20片，每天吃1片", Told("阿司匹林", pieces=20, unit="片", a_day=1)),
        ("二甲双胍剩30片 一天两次，一次1片", Told("二甲双胍", pieces=30, unit="片", a_day=2)),
        ("降压药还有2盒，每盒7片，一天1片", Told("降压药", pieces=14, unit="片", a_day=1)),
        ("还剩三片阿司匹林，每天一片", Told("阿司匹林", pieces=3, unit="片", a_day=1)),
        ("药还剩30片", Told("药", pieces=30, unit="片")),
        ("胰岛素还剩2支，每天20单位", Told("胰岛素", pieces=2, unit="支")),
        ("眼药水还剩1瓶，每天3滴", Told("眼药水", pieces=1, unit="瓶")),
        ("降压药还剩12片，一天两次", Told("降压药", pieces=12, unit="片")),
        ("药还有一周的量", Told("药", days=7)),
        ("眼药水还能用5天", Told("眼药水", days=5)),
        ("家里的药还能吃半个月", Told("药", days=15)),
        ("还有五天的药", Told("药", days=5)),
    ],
)
def test_what_is_left_is_understood(text: str, meant: Told) -> None:
    assert told(text) == meant


@pytest.mark.parametrize(
    "text",
    [
        "我还有3天假",
        "我有3天没吃药了",
        "吃药有一周了",
        "停药还有3天反应",
        "胰岛素有三天没打",
        "还有3天没打针",
        "过敏药有3天了",
        "我还有20片面包",
        "药还剩多少片？",
        "我还有20面包",
        "药还有3天过期能吃吗",
        "降压药还剩20片够不够",
        "还有五天做手术",
        "每天早上8点提醒我吃药",
        "阿司匹林还剩20片，我能停药吗",
    ],
)
def test_what_says_no_such_thing_is_left_alone(text: str) -> None:
    assert told(text) is None


def test_the_word_comes_once_on_a_working_morning_and_never_too_late() -> None:
    async def go() -> None:
        with capture_logs():
            async with community() as world:
                today = local(EVE, "Asia/Shanghai").date()
                with world.app.database.reading() as work:
                    person, scene = people.person(work, 1), world.desk.scene(work)
                    assert person is not None
                    for days in range(40):
                        row = Stock(person_id=1, what="药", lasts=today + days * DAY, at=EVE)
                        check(warning_at(scene, person, row), row.lasts, today)

    asyncio.run(go())


def check(moment: dt.datetime | None, lasts: dt.date, today: dt.date) -> None:
    if lasts == today:
        assert moment is None
        return
    assert moment is not None
    wall = local(moment, "Asia/Shanghai")
    assert today < wall.date() <= lasts and wall.hour == 10
    if (lasts - today).days >= 8:
        assert wall.weekday() < 5 and 5 <= (lasts - wall.date()).days <= 7

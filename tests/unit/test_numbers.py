"""Numbers in commands: however they are written, and however large, they mean one thing or nothing."""

from __future__ import annotations

import asyncio
import datetime as dt
from typing import Any

import pytest

from bot.config import ROOT
from bot.stories.world import World
from handlers.admin.commands import BY_NAME
from handlers.admin.grammar import numbered
from handlers.services.staff.roles import TITLES
from playbooks.library import Library
from playbooks.schema.load import load
from storage.queries import audit, outbox, staff

START = dt.datetime(2026, 3, 2, 1, 0, tzinfo=dt.UTC)
ODD = ["10" * 15, "9" * 10, "9" * 5000, "-1", "-" + "9" * 40, "0", "００", "１２", "٣", "²", "十二", "一亿亿", "零", "1e9", "1.5", "½",
       "第三个", "3号", "十" * 40, "2147483648"]  # fmt: skip
SLOW = {"重载", "统计", "缺口"}
"""They read no number, and a file or a picture each time."""
PATIENT = ["停止提醒 {}", "等{}分钟", "{}", "选{}", "{}号问题怎么样了", "每天早上{}点提醒我吃药", "{}天后提醒我复查", "补充一下 {}",
           "{}月{}日提醒我", "打卡 血压 {}/{}"]  # fmt: skip


@pytest.mark.parametrize(
    ("written", "number", "rest"),
    [
        ("12 好的", 12, "好的"),
        ("12号，好的", 12, "好的"),
        ("１２：好的", 12, "好的"),
        ("第12号问题 好的", 12, "好的"),
        ("十二 好的", 12, "好的"),
        ("12可以吃", 12, "可以吃"),
        ("12", 12, ""),
        ("12 1次2片", 12, "1次2片"),
        ("-1 好的", 0, "好的"),
        ("9999999999 好的", 0, "好的"),
        ("9" * 5000, 0, ""),
    ],
)
def test_the_number_at_the_front(written: str, number: int, rest: str) -> None:
    found = numbered(written)
    assert found is not None and (found.number, found.rest) == (number, rest)
    assert len(found.written) <= 18


@pytest.mark.parametrize("written", ["", "一天三次", "好的 12", "1.5 片", "²"])
def test_no_number_at_the_front(written: str) -> None:
    assert numbered(written) is None


async def community(library: Library | None = None) -> World:
    persons: dict[str, dict[str, Any]] = {"张姐": {}, "小林": {"roles": list(TITLES)}}
    world = World(START, persons, {"工作人员群": ["小林"]}, {"limits": {"messages_a_minute": 9999}}, library)
    await world.start()
    await world.give_consent(["张姐"])
    return world


def test_no_command_fails_over_a_number() -> None:
    async def go() -> None:
        world = await community(load([ROOT / "tests/stories/small"]))
        await world.say("张姐", "坐飞机去西藏要注意什么")
        verbs = {one.name for one in BY_NAME.values()} - SLOW
        for verb in verbs:
            for odd in ODD:
                for more in ("", " 好的"):
                    await world.say("小林", f"#{verb} {odd}{more}")
        with world.app.database.reading() as work:
            kept = audit.newest(work, 10_000)
            assert [(one.command, one.arguments[:20]) for one in kept if one.result == "failed"] == []
            assert len(kept) == len(verbs) * len(ODD) * 2
            assert set(outbox.counts(work)) <= {"sent"}
        await world.close()

    asyncio.run(go())


def test_no_patient_fails_over_a_number() -> None:
    async def go() -> None:
        world = await community(load([ROOT / "tests/stories/small"]))
        await world.say("张姐", "每天早上8点提醒我吃药")
        for form in PATIENT:
            for odd in ODD:
                sent = await world.say("张姐", form.format(odd, odd))
                assert not [one for one in sent if "出错" in one.delivery.text], (form, odd[:20])
        assert world.desk.metrics.failures.labels("handler")._value.get() == 0
        await world.close()

    asyncio.run(go())


def test_a_number_too_large_takes_no_other_alert_or_case() -> None:
    """1000000001 is neither 100000000 and 1, nor case 100000000 with the answer 1."""

    async def go() -> None:
        world = await community(Library.of(()))
        await world.say("张姐", "转人工 想预约")
        for number in ("1000000001", "-1", "10 分钟后 1"):
            sent = await world.say("小林", f"#回复 {number} 好的")
            assert [one.delivery.person for one in sent] == ["person-小林"]
        world.clock.jump(START + dt.timedelta(minutes=1))
        with world.app.database.transaction() as work:
            from storage.tables.staff import Alert

            for _ in range(2):
                work.add(Alert(person_id=1, flag="x", level="B", said="x", at=START))
        for rest in ("1000000001", "3 1分钟后到"):
            await world.say("小林", f"#收到 {rest}")
        with world.app.database.reading() as work:
            assert [one.state for one in staff.open_alerts(work)] == ["open", "open"]
        await world.close()

    asyncio.run(go())

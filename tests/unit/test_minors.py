"""Who says to be under fourteen, and who does not."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest

from bot.stories.story import moment
from bot.stories.world import World
from handlers.services.community.minors import says_minor
from handlers.settings import Settings
from playbooks.schema.load import load
from storage.data_map import data_map
from storage.queries import personal

SCENE: Any = SimpleNamespace(now=moment("2026-03-02 10:00"), settings=Settings())


@pytest.mark.parametrize(
    "said",
    [
        "我12岁",
        "我今年12岁，近视了",
        "我今年十三岁了",
        "医生你好，我才十岁",
        "我叫小明，我11岁",
        "我叫王小明，今年9岁",
        "我是小学生",
        "我上三年级，看不清黑板",
        "我2015年出生",
        "我刚满十二周岁",
        "我12岁半",
    ],
)
def test_children_say_so(said: str) -> None:
    assert says_minor(SCENE, said)


@pytest.mark.parametrize(
    "said",
    [
        "我儿子今年12岁",
        "我孩子12岁近视",
        "我12岁的儿子近视",
        "我8岁那年得了糖尿病",
        "我10岁就近视了",
        "我今年68岁",
        "我60岁",
        "我十二点打的针",
        "我14岁",
        "我女儿上三年级",
        "我家老二小学一年级",
        "我得糖尿病12年了",
        "我12岁时做过手术",
        "我们小学同学",
        "我2岁的孙子",
        "我是小学老师",
        "我在小学上班",
    ],
)
def test_others_do_not(said: str) -> None:
    assert not says_minor(SCENE, said)


def test_what_was_kept_by_consent_goes() -> None:
    async def run() -> None:
        world = World(moment("2026-03-02 10:00"), {"小明": {}, "小林": {"role": "manager"}}, library=load())
        await world.start()
        for said in ("同意", "打卡 户外 1小时", "每天早上8点提醒我滴眼药水", "我今年12岁"):
            await world.say("小明", said)
        with world.app.database.reading() as work:
            for table in personal.tables():
                if data_map()[table.name].basis == "consent":
                    assert not work.connection.execute(table.select()).all(), table.name
        assert not [one for one in await world.until(moment("2026-03-04 10:00")) if "滴眼药水" in one.delivery.text]
        await world.close()

    asyncio.run(run())

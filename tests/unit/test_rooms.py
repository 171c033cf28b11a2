"""Whatever patients write, wherever they write it: no value, phone or ID number of theirs is ever said in a patients' room.

More conversations: XINGLIN_ROOMS=1000 pytest tests/unit/test_rooms.py
"""

from __future__ import annotations

import asyncio
import datetime as dt
import os
import random

import pytest

from bot.stories.story import moment
from bot.stories.world import World, room_id
from handlers.contract import Outgoing, Picture, Private, to_person, to_room
from playbooks.schema.load import load

LIBRARY = load()
ROOM, STAFF = "糖尿病新手群", "工作人员群"
PEOPLE = ["张姐", "李哥", "王阿姨"]
CONVERSATIONS = int(os.environ.get("XINGLIN_ROOMS", "4"))
MESSAGES = 60
AROUND = (
    "{}",
    "{}，正常吗",
    "@杏林 {}",
    "@杏林 {} 怎么办",
    "打卡 {}",
    "@杏林 打卡 {}",
    "我妈{}",
    "今天量的{}，要紧吗",
    "转人工 {}",
)
ODD = ("@杏林 我的打卡", "@杏林 我的数据", "@杏林 我的提醒", "@杏林 导出我的数据", "同意", "1", "@杏林 血糖高能吃西瓜吗", "都不是", "有用")  # fmt: skip
STAFF_SAY = ("#案例", "#画像 张姐", "#回复 1 周三来门诊", "#交班", "#缺口", "#成员 糖尿病新手群", "#警报", "#统计")


def value(dice: random.Random) -> tuple[str, str]:
    """(the words, the secret in them): numbers that no answer of ours has."""
    kind = dice.randrange(7)
    if kind == 0:
        secret = f"{dice.choice([141, 143, 147, 153, 157, 187, 193])}/{dice.choice([83, 87, 91, 93, 97])}"
        return f"血压 {secret}", secret
    if kind == 1:
        secret = f"{dice.choice([5, 6, 8, 9, 12, 13, 17])}.{dice.choice([3, 7, 9])}7"
        return f"空腹血糖{secret}", secret
    if kind == 2:
        secret = f"38.{dice.choice([67, 73, 87])}"
        return f"体温{secret}", secret
    if kind == 3:
        secret = f"13{dice.randrange(10**8, 10**9)}"
        return f"我的电话{secret}", secret
    if kind == 4:
        secret = (
            f"11010519{dice.randrange(10, 99)}0{dice.randrange(1, 9)}1{dice.randrange(1, 9)}{dice.randrange(100, 999)}X"
        )
        return f"身份证{secret}", secret
    if kind == 5:
        secret = f"{dice.choice([0.37, 0.73, 1.37])}g"
        return f"二甲双胍 {secret} 一天两次", secret
    secret = f"{dice.choice([613, 717, 913])}步"
    return f"今天走了{secret}", secret


async def conversation(seed: int) -> list[tuple[str, str]]:
    """(secret, what a patients' room was told) for everything that should not have been said."""
    dice = random.Random(seed)
    people = {name: {} for name in PEOPLE} | {"小林": {"role": "manager"}, "陈医生": {"role": "clinician"}}
    rooms = {ROOM: [*PEOPLE, "小林", "陈医生"], STAFF: ["小林", "陈医生"]}
    world = World(moment("2026-03-02 08:00"), people, rooms, library=LIBRARY)
    await world.start()
    await world.give_consent([one for one in PEOPLE if dice.random() < 0.7])
    secrets: set[str] = set()
    for _ in range(MESSAGES):
        place = ROOM if dice.random() < 0.6 else None
        if dice.random() < 0.15:
            await world.say(dice.choice(["小林", "陈医生"]), dice.choice(STAFF_SAY), STAFF)
        elif dice.random() < 0.2:
            await world.say(dice.choice(PEOPLE), dice.choice(ODD), place)
        else:
            words, secret = value(dice)
            secrets.add(secret)
            await world.say(dice.choice(PEOPLE), dice.choice(AROUND).format(words), place)
        await world.wait(dt.timedelta(seconds=dice.choice([5, 40, 4000])))
    await world.wait(dt.timedelta(days=1))
    said = [one.delivery.text for one in world.channel.sent if one.delivery.room not in (None, room_id(STAFF))]
    await world.close()
    assert said
    return [(secret, text) for text in said for secret in secrets if secret in text]


@pytest.mark.parametrize("seed", range(CONVERSATIONS))
def test_a_patients_room_hears_no_value_of_anybody(seed: int) -> None:
    assert asyncio.run(conversation(seed)) == []


def test_what_is_private_cannot_be_addressed_to_a_room() -> None:
    assert to_person(1, Private("血压 143/97")).person_id == 1
    with pytest.raises(TypeError):
        to_room(1, Private("血压 143/97"))
    with pytest.raises(ValueError, match="not to both"):
        to_person(1, "血压 143/97", room_id=2)
    with pytest.raises(TypeError):
        Outgoing(text="看图", room_id=1, picture=Picture("trend"))

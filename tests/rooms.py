"""`python -m tests.rooms [conversations]`: random talk in rooms and in private; no value, dose, phone or ID number of anybody may be
said in a patients' room by us.

A conversation is a few messages of one person, in one room and in private, with staff at work meanwhile. The same in
every run.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import random
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from typing import Any

from ahocorasick_rs import AhoCorasick
from rich.console import Console
from rich.progress import Progress

from bot.logs import configure
from bot.stories.story import moment
from bot.stories.world import World, room_id
from playbooks.library import Library
from playbooks.schema.load import load

STAFF = "工作人员群"
ROOMS = ("糖尿病新手群", "高血压交流群", "膝关节康复群", "化疗互助群")
PATIENTS = tuple(f"病友{number:03}" for number in range(120))
OFFICE: dict[str, dict[str, str]] = {"小林": {"role": "manager"}, "陈医生": {"role": "clinician"}}
BATCH, COMMUNITY = 250, 1_000
"""After so many conversations what was said is looked through and an hour passes; after so many another community begins."""
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
STAFF_SAY = ("#案例", "#画像 病友001", "#回复 1 周三来门诊", "#交班", "#缺口", "#成员 糖尿病新手群", "#警报", "#统计")


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


class Talk:
    """One community in which conversations take place."""

    def __init__(self, world: World, seed: int) -> None:
        self._world, self._dice = world, random.Random(seed)
        self._secrets: set[str] = set()
        self.messages = 0
        self.said = 0

    async def conversation(self) -> None:
        dice = self._dice
        who, room = dice.choice(PATIENTS), dice.choice(ROOMS)
        for _ in range(dice.randrange(2, 6)):
            place = room if dice.random() < 0.65 else None
            if dice.random() < 0.2:
                text = dice.choice(ODD)
            else:
                words, secret = value(dice)
                self._secrets.add(secret)
                text = dice.choice(AROUND).format(words)
            await self._world.say(who, text, place)
            self.messages += 1
        if dice.random() < 0.05:
            await self._world.say(dice.choice([*OFFICE]), dice.choice(STAFF_SAY), STAFF)

    def leaks(self) -> list[tuple[str, str]]:
        """(secret, what a patients' room was told) for everything since the last look that should not have been said."""
        own = (None, room_id(STAFF))
        said = [one.delivery.text for one in self._world.channel.sent if one.delivery.room not in own]
        self._world.channel.sent.clear()
        self.said += len(said)
        finder = AhoCorasick(sorted(self._secrets))
        found = [(secret, text) for text in said for secret in finder.find_matches_as_strings(text)]
        self._secrets.clear()
        return found


async def talk(conversations: int, library: Library, seed: int) -> dict[str, Any]:
    """One community: {messages, said, leaks}."""
    persons: dict[str, dict[str, Any]] = {name: {} for name in PATIENTS} | {one: dict(OFFICE[one]) for one in OFFICE}
    rooms = {room: [*PATIENTS, *OFFICE] for room in ROOMS} | {STAFF: [*OFFICE]}
    limits = {"limits": {"messages_a_minute": 100_000, "room_questions_a_minute": 100_000}}
    world = World(moment("2026-03-02 09:00"), persons, rooms, limits, library)
    await world.start()
    await world.give_consent(list(PATIENTS[: len(PATIENTS) * 2 // 3]))
    community, leaks = Talk(world, seed), list[tuple[str, str]]()
    for number in range(1, conversations + 1):
        await community.conversation()
        if number % BATCH == 0 or number == conversations:
            await world.wait(dt.timedelta(hours=1))
            leaks += community.leaks()
    await world.close()
    return {"messages": community.messages, "said": community.said, "leaks": leaks}


def one_community(seed: int, conversations: int) -> dict[str, Any]:
    """In a process of its own."""
    configure("critical")
    return asyncio.run(talk(conversations, load(), seed))


def main() -> None:
    conversations = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    blocks = [min(COMMUNITY, conversations - first) for first in range(0, conversations, COMMUNITY)]
    started, messages, said = time.perf_counter(), 0, 0
    leaks: list[tuple[str, str]] = []
    with Progress(console=Console(stderr=True), transient=True) as bar, ProcessPoolExecutor() as pool:
        task = bar.add_task("对话", total=conversations)
        for block, found in zip(blocks, pool.map(one_community, range(len(blocks)), blocks), strict=True):
            messages, said, leaks = messages + found["messages"], said + found["said"], leaks + found["leaks"]
            bar.update(task, advance=block)
    for secret, text in leaks[:20]:
        print(f"leak: {secret!r} in {text!r}")
    print(
        f"{conversations} conversations, {messages} messages, {said} said in patients' rooms, "
        f"{time.perf_counter() - started:.0f} s, leaks: {len(leaks)} (at most {3 / conversations:.4%} at 95 %)"
    )
    sys.exit(1 if leaks else 0)


if __name__ == "__main__":
    main()

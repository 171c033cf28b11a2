"""Who may command: every staff command × every role × every place. Rights hang on platform ids, never on names."""

from __future__ import annotations

import asyncio
import dataclasses
import datetime as dt
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from functools import lru_cache
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.channels.base import Contact, EventKind, RawEvent
from bot.channels.memory import Sent
from bot.stories.world import World, person_id, room_id
from handlers.admin.commands import BY_NAME, COMMANDS
from handlers.services.staff.roles import TITLES, roles_of
from playbooks.library import Library
from playbooks.schema.load import load
from storage.queries import audit, people
from storage.tables.staff import Audit

START = dt.datetime(2026, 3, 2, 1, 0, tzinfo=dt.UTC)
PATIENTS, STAFF = "糖尿病新手群", "工作人员群"
PLACES = (None, STAFF, PATIENTS)
NAMES = {role: f"{title}小林" for role, title in TITLES.items()}
ALL = frozenset(TITLES)

REVIEWERS = frozenset({"owner", "clinician", "expert"})

ALLOWED: dict[str, tuple[frozenset[str], str]] = {
    "帮助": (ALL, ""),
    "成员": (ALL, "糖尿病新手群"),
    "标签": (ALL - {"supervisor", "expert"}, "张姐 +关注"),
    "监护": (frozenset({"owner", "manager", "clinician"}), "张姐 同意"),
    "恢复": (ALL - {"supervisor"}, "张姐"),
    "画像": (ALL - {"supervisor"}, "张姐"),
    "分群": (ALL - {"supervisor"}, ""),
    "规则": (ALL, ""),
    "备注": (ALL - {"supervisor"}, "张姐"),
    "群分类": (ALL, ""),
    "群体检": (ALL, ""),
    "顾问": (ALL - {"supervisor"}, ""),
    "关怀": (ALL - {"supervisor"}, ""),
    "移交": (frozenset({"owner", "manager"}), "张姐 张姐"),
    "流失": (ALL - {"supervisor"}, ""),
    "积分": (ALL - {"supervisor"}, "张姐"),
    "兑换": (ALL - {"supervisor"}, ""),
    "核销": (ALL - {"supervisor"}, "AAAAAA"),
    "退兑": (frozenset({"owner", "manager"}), "AAAAAA"),
    "核对": (ALL - {"supervisor"}, ""),
    "群管理": (frozenset({"owner", "manager", "supervisor"}), ""),
    "处置": (frozenset({"owner", "manager"}), "99 提醒"),
    "群发": (frozenset({"owner", "manager"}), "糖尿病新手群 明晚七点讲座"),
    "活动": (frozenset({"owner", "manager"}), "标签:血糖关注 周六义诊"),
    "挑战": (ALL, ""),
    "计划": (ALL - {"supervisor"}, "张姐"),
    "日期": (ALL - {"supervisor"}, "张姐 手术 3月10日"),
    "家人": (ALL - {"supervisor"}, "张姐"),
    "手术进度": (ALL - {"supervisor"}, "张姐 手术开始"),
    "预约": (ALL - {"supervisor"}, ""),
    "到诊": (ALL - {"supervisor"}, "99"),
    "未到": (ALL - {"supervisor"}, "99"),
    "一页纸": (ALL - {"supervisor"}, "张姐"),
    "统计": (ALL, "本周"),
    "指标": (ALL, ""),
    "试验": (ALL, ""),
    "案例": (ALL - {"supervisor"}, ""),
    "回复": (ALL - {"supervisor"}, "99 好的"),
    "接手": (ALL - {"supervisor"}, "99"),
    "结案": (ALL - {"supervisor"}, "99"),
    "缺口": (ALL - {"supervisor"}, "上周"),
    "收录": (ALL - {"adviser", "supervisor"}, "99"),
    "评价": (ALL - {"supervisor"}, ""),
    "警报": (ALL, ""),
    "收到": (ALL, "99"),
    "解除": (ALL - {"adviser"}, "99"),
    "交班": (ALL, ""),
    "兑现": (ALL - {"supervisor"}, "99"),
    "电话名单": (ALL - {"supervisor"}, ""),
    "已联系": (ALL - {"supervisor"}, "张姐"),
    "应急名单": (frozenset({"owner", "manager"}), ""),
    "恢复发送": (frozenset({"owner", "manager"}), ""),
    "待审": (REVIEWERS, ""),
    "查看": (REVIEWERS, "没有这一条"),
    "通过": (REVIEWERS, "没有这一条"),
    "驳回": (REVIEWERS, "没有这一条"),
    "撤回": (REVIEWERS, "没有这一条"),
    "更正": (REVIEWERS, "没有这一条"),
    "更正进度": (REVIEWERS, ""),
    "重载": (ALL - {"adviser", "supervisor"}, ""),
    "授权": (frozenset({"owner"}), "张姐 健康顾问"),
    "取消授权": (frozenset({"owner"}), "张姐 健康顾问"),
    "工作群": (frozenset({"owner"}), ""),
    "取消工作群": (frozenset({"owner"}), ""),
    "日志": (frozenset({"owner", "manager"}), ""),
}
"""Command → (roles that may use it, what is written after it)."""
ALIASES = {
    "报告": "统计",
    "日报": "统计",
    "周报": "统计",
    "问题": "案例",
    "待回复": "案例",
    "收进问答": "收录",
    "台账": "群管理",
}
ONLY_PRIVATE = {"画像", "更正进度", "应急名单", "计划", "一页纸", "备注", "流失", "积分"}


@pytest.fixture(autouse=True, scope="module")
def quiet() -> Iterator[None]:
    with capture_logs():
        yield


@lru_cache
def shipped() -> Library:
    return load()


@asynccontextmanager
async def community() -> AsyncIterator[World]:
    """Two patients and one of staff for each role; the staff room holds staff only."""
    persons: dict[str, dict[str, Any]] = {"张姐": {}, "李哥": {}} | {
        name: {"role": role} for role, name in NAMES.items()
    }
    rooms = {PATIENTS: list(persons), STAFF: list(NAMES.values())}
    world = World(START, persons, rooms, library=shipped())
    await world.start()
    try:
        yield world
    finally:
        await world.close()


def audited(world: World) -> list[Audit]:
    """Oldest first."""
    with world.app.database.reading() as work:
        return list(reversed(audit.newest(work, 1_000)))


def to(sent: list[Sent]) -> list[str]:
    return [one.delivery.room or one.delivery.person or "" for one in sent]


async def say(world: World, who: str, text: str, room: str | None) -> list[Sent]:
    """As `World.say`, half a minute after the last word, so that nobody is too fast."""
    world.clock.jump(world.clock.now() + dt.timedelta(seconds=30))
    return await world.say(who, text, room)


def test_the_matrix_knows_every_command_and_every_role() -> None:
    assert [one.name for one in COMMANDS] == list(ALLOWED)
    assert set(BY_NAME) == set(ALLOWED) | set(ALIASES)
    assert all(BY_NAME[also] is BY_NAME[name] for also, name in ALIASES.items())


@pytest.mark.parametrize("role", sorted(ALL))
def test_staff_may_do_what_their_role_allows_and_no_more(role: str) -> None:
    async def go() -> None:
        async with community() as world:
            cases = [(name, words, place) for name, (_, words) in ALLOWED.items() for place in PLACES]
            if role == "owner":
                cases.remove(("取消工作群", "", STAFF))
            for name, words, place in cases:
                sent = await say(world, NAMES[role], f"#{name} {words}", place)
                allowed = role in ALLOWED[name][0]
                answers = 2 if allowed and name == "重载" else 1  # what came of it follows
                assert ["不在您的权限里" in one.delivery.text for one in sent] == [not allowed] * answers, (name, place)
                in_room = place == STAFF and not (allowed and name in ONLY_PRIVATE)
                assert set(to(sent)) == {room_id(STAFF) if in_room else person_id(NAMES[role])}, (name, place)
                assert (audited(world)[-1].command, audited(world)[-1].result) == (
                    name,
                    "done" if allowed else "refused",
                )
            assert len(audited(world)) == len(cases)

    asyncio.run(go())


@pytest.mark.parametrize("who", ["张姐", "李哥"])
def test_a_patient_gets_a_polite_nothing_in_private_and_silence_in_a_room(who: str) -> None:
    async def go() -> None:
        async with community() as world:
            hint = (await say(world, who, "啊啊啊", None))[0].delivery.text
            for name, (_, words) in ALLOWED.items():
                for sign in ("#", "＃", "/", "  # "):
                    sent = await say(world, who, f"{sign}{name} {words}", None)
                    assert [one.delivery.text for one in sent] == [hint], (name, sign)
                for place in (PATIENTS, STAFF):
                    for call in ("", "@杏林 "):
                        assert await say(world, who, f"{call}#{name} {words}", place) == []
            for also in ALIASES:
                assert [one.delivery.text for one in await say(world, who, f"#{also}", None)] == [hint]
            rows = audited(world)
            assert len(rows) == len(ALLOWED) * 8 + len(ALIASES) and {row.result for row in rows} == {"refused"}
            assert "命令" not in hint and "权限" not in hint and "管理" not in hint

    asyncio.run(go())


@pytest.mark.parametrize("text", ["#统记", "#不存在的命令", "@杏林 #统计", "#画像 没有这个人", "# ", "#"])
def test_nothing_that_staff_command_is_answered_into_a_patients_room(text: str) -> None:
    async def go() -> None:
        async with community() as world:
            for role in ALL:
                assert room_id(PATIENTS) not in to(await say(world, NAMES[role], text, PATIENTS))

    asyncio.run(go())


def test_a_room_with_patients_in_it_cannot_become_the_staff_room() -> None:
    """Cases and red flags, with patients' words in them, go to staff rooms."""

    async def go() -> None:
        async with community() as world:
            sent = await say(world, NAMES["owner"], "#工作群", PATIENTS)
            assert to(sent) == [person_id(NAMES["owner"])]
            with world.app.database.reading() as work:
                assert [room.topic for room in people.rooms(work, staff=True)] == [STAFF]
            told = await say(world, "李哥", "我胸口疼得厉害，喘不上气", None)
            assert room_id(PATIENTS) not in to(told)

    asyncio.run(go())


def test_a_staff_room_is_one_no_more_when_its_owner_says_so() -> None:
    async def go() -> None:
        async with community() as world:
            await say(world, NAMES["owner"], "#取消工作群", STAFF)
            with world.app.database.reading() as work:
                assert people.rooms(work, staff=True) == []

    asyncio.run(go())


FORGED = {
    "the same name": NAMES["owner"],
    "a title": "管理员",
    "the platform id as a name": person_id(NAMES["owner"]),
    "zero width": NAMES["owner"].replace("小", "小\u200b"),
    "right to left": "\u202e" + NAMES["owner"],
    "homoglyph": NAMES["owner"].replace("小", "⼩"),
    "spaces": f" {NAMES['owner']} ",
    "full width": "ｏｗｎｅｒ",
}


async def forge(world: World, sender: Contact, text: str, room: str | None, number: int) -> list[Sent]:
    before = len(world.channel.sent)
    place = room_id(room) if room else None
    raw = RawEvent(
        "memory", f"forged{number}", START, EventKind.TEXT, sender, room=place, room_topic=room or "", text=text
    )
    await world.app.accept(raw)
    await world.app.settle()
    return world.channel.sent[before:]


@pytest.mark.parametrize("name", FORGED.values(), ids=FORGED.keys())
def test_a_name_gives_no_rights(name: str) -> None:
    async def go() -> None:
        async with community() as world:
            sender = Contact("forger", name)
            (answer,) = await forge(world, sender, "#成员", None, 1)
            assert "这句我没看明白" in answer.delivery.text
            assert await forge(world, sender, "#统计", STAFF, 2) == []
            assert await forge(world, sender, "#授权 forger 管理员", None, 3)
            assert [row.result for row in audited(world)] == ["refused"] * 3
            assert (await forge(world, sender, "#成员", None, 4))[0].delivery.text == answer.delivery.text

    asyncio.run(go())


@pytest.mark.parametrize("forged", ["\u200b{}", "{} ", "{}\u202e", "P{}", "person-⼩林"])
def test_an_id_that_only_looks_the_same_gives_no_rights(forged: str) -> None:
    async def go() -> None:
        async with community() as world:
            sender = Contact(forged.format(person_id(NAMES["owner"])), NAMES["owner"])
            (answer,) = await forge(world, sender, "#成员", None, 1)
            assert "这句我没看明白" in answer.delivery.text

    asyncio.run(go())


def test_the_same_id_on_another_channel_is_somebody_else() -> None:
    async def go() -> None:
        async with community() as world:
            with world.app.database.reading() as work:
                here = people.meet(work, "memory", person_id(NAMES["owner"]), "x", START)
                there = people.meet(work, "web", person_id(NAMES["owner"]), "x", START)
                assert roles_of(work, world.config, here) == {"owner"}
                assert roles_of(work, world.config, there) == frozenset()

    asyncio.run(go())


def test_a_granted_role_belongs_to_the_person_and_not_to_the_name() -> None:
    async def go() -> None:
        async with community() as world:
            await say(world, NAMES["owner"], "#授权 张姐 负责人", None)
            assert "没看明白" in (await say(world, "张姐", "#案例", None))[0].delivery.text
            await say(world, NAMES["owner"], "#授权 张姐 健康顾问", None)
            assert "没看明白" not in (await say(world, "张姐", "#案例", None))[0].delivery.text
            await say(world, NAMES["owner"], "#取消授权 张姐 健康顾问", None)
            assert "没看明白" in (await say(world, "张姐", "#案例", None))[0].delivery.text
            await say(world, NAMES["owner"], "#授权 张姐 健康顾问", None)
            (answer,) = await forge(world, Contact("forger", "张姐"), "#案例", None, 1)
            assert "没看明白" in answer.delivery.text
            (which,) = await say(world, NAMES["owner"], "#授权 张姐 管理员", None)
            with world.app.database.reading() as work:
                twins = [one for one in people.everybody(work) if one.name == "张姐"]
                assert [people.roles(work, one.id or 0) for one in twins] == [{"adviser"}, frozenset()]
            assert all(str(one.id) in which.delivery.text for one in twins)

    asyncio.run(go())


def test_only_managers_confirm_a_broadcast_and_only_their_own() -> None:
    async def go() -> None:
        async with community() as world:
            (preview,) = await say(world, NAMES["manager"], "#群发 糖尿病新手群 明晚七点讲座", STAFF)
            assert "明晚七点讲座" in preview.delivery.text
            for role in ALL - {"manager"}:
                assert room_id(PATIENTS) not in to(await say(world, NAMES[role], "确认", None))
            assert room_id(PATIENTS) not in to(await say(world, "张姐", "确认", None))
            sent = await say(world, NAMES["manager"], "确认", None)
            in_room = [one.delivery.text for one in sent if one.delivery.room == room_id(PATIENTS)]
            assert in_room == ["明晚七点讲座"]

    asyncio.run(go())


def test_a_command_that_fails_is_in_the_audit_too(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any) -> Any:
        raise RuntimeError("刻意出错")

    monkeypatch.setitem(BY_NAME, "统计", dataclasses.replace(BY_NAME["统计"], run=fail))

    async def go() -> None:
        async with community() as world:
            sent = await say(world, NAMES["manager"], "#统计", PATIENTS)
            assert room_id(PATIENTS) not in to(sent) and room_id(STAFF) in to(sent)
            assert [(row.command, row.result) for row in audited(world)] == [("统计", "failed")]

    asyncio.run(go())

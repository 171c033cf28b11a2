"""Whoever looks like staff is not: a small run of `tests/forged.py`, many more at the function that decides, and names as they are shown."""

from __future__ import annotations

import asyncio
import unicodedata
from collections.abc import Iterator

import pytest

from bot.channels.base import Contact, EventKind, RawEvent
from bot.logs import configure
from bot.normalise import body
from bot.stories.world import person_id
from handlers.services.staff.roles import roles_of
from storage.names import LONGEST, shown
from storage.queries import people
from tests.forged import ENDS, NAMES, NINE, Forger, community, forged
from tests.unit.test_roles import shipped


@pytest.fixture(autouse=True)
def logs_as_before() -> Iterator[None]:
    yield
    configure("info")


def test_no_forged_command_gets_through() -> None:
    assert asyncio.run(forged(300, seed=7)).failures == []


def test_twenty_thousand_almost_staff_hold_no_role() -> None:
    forger, world = Forger(3), community(shipped())
    try:
        with world.app.database.transaction() as work:
            for _ in range(20_000):
                me = forger.contact()
                event = body(RawEvent("memory", "m", NINE, EventKind.TEXT, me))
                person = people.meet(work, "memory", *event["sender"], NINE)
                assert roles_of(work, world.config, person) == frozenset(), me
            for name, role in NAMES.items():
                assert role in roles_of(
                    work, world.config, people.meet(work, "memory", person_id(name), "换了名字", NINE)
                )
    finally:
        asyncio.run(world.close())


def test_half_a_character_in_an_id_does_not_become_another_id() -> None:
    raws = [RawEvent("memory", "m", NINE, EventKind.TEXT, Contact(one, "张姐")) for one in ("a?b", "a\ud800b")]
    assert body(raws[0])["sender"][0] == "a?b" != body(raws[1])["sender"][0]


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("张姐", "张姐"),
        ("管理员\n【警报】张姐 胸痛", "管理员 警报张姐 胸痛"),
        ("\u202e林小", "林小"),
        ("@所有人", "所有人"),
        ("张\u200b姐\ufeff\u3164", "张姐"),
        ("王 \u3000 \u2028 姐\t", "王 姐"),
        ("\u200b\u3164", ""),
        ("老李」说：「停药", "老李说：停药"),
        ("👨\u200d👩\u200d👧家", "👨\u200d👩\u200d👧家"),
        ("❤️\u200d🔥", "❤️\u200d🔥"),
        ("张\u200d姐", "张姐"),
        ("e\u0301", "é"),
        ("z" + "\u0301" * 40, "ź\u0301\u0301"),
        ("น้ำ", "น้ำ"),
        ("长" * 200, "长" * (LONGEST - 1) + "…"),
    ],
)
def test_a_name_is_shown_as_one_short_line(name: str, line: str) -> None:
    assert shown(name) == line == shown(line)


def test_no_forged_name_hides_or_breaks_anything() -> None:
    forger = Forger(5)
    for _ in range(5_000):
        line = shown(forger.contact().name.encode("utf-8", "replace").decode())
        assert len(line) <= LONGEST and not set(line) & {*ENDS, "@", "【", "】"} - {" ", ".", "。", "️"}
        assert {unicodedata.category(char)[0] for char in line.replace("\u200d", "")} <= set("LMNPSZ")


def test_names_and_topics_are_cleaned_where_they_enter() -> None:
    world = community(shipped())
    try:
        with world.app.database.transaction() as work:
            met = people.meet(work, "memory", "x", "管理员\n【警报】", NINE)
            again = people.meet(work, "memory", "x", "\u202e杏林\u200b", NINE)
            nameless = people.meet(work, "memory", "\u200b", "", NINE)
            room = people.enter(work, "memory", "r", "值班群\n【通知】")
            assert [met.name, again.name, nameless.name, room.topic] == ["管理员 警报", "杏林", "?", "值班群 通知"]
            assert nameless.platform_id == "\u200b"
    finally:
        asyncio.run(world.close())

"""The last gate before the channel: forbidden words do not leave, staff see which and why, and nobody waits for nothing."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from handlers.contract import Kind, to_room
from handlers.index import concepts
from handlers.services.safety.forbidden import Forbidden
from playbooks.library import Library
from playbooks.schema.load import load
from tests.unit.office import LIN, ROOM, STAFF, ZHANG, office, push, say

WHOLE = load()
LIBRARY = Library.of(WHOLE.lexicons.values())
FORBIDDEN = Forbidden(WHOLE, concepts(WHOLE))
CURE = "放心，这个病三个月根治"
NEUTRAL = "请同事核对"


@pytest.fixture(autouse=True, scope="module")
def quiet() -> Iterator[None]:
    with capture_logs():
        yield


def row(text: str, by: str = "ask_faq", person: int | None = 1) -> dict[str, object]:
    return {"text": text, "by": by, "person_id": person}


def found(text: str, by: str = "ask_faq", person: int | None = 1, reader: str = "") -> list[str]:
    return [one.found for one in FORBIDDEN.leaving(row(text, by, person), reader)]


def test_a_reply_with_forbidden_words_becomes_a_neutral_line_and_staff_are_told() -> None:
    async def go() -> None:
        async with office(library=LIBRARY) as at:
            at.post(say(CURE))
            await at.sender.drain()
            await at.sender.drain()
            reader, staff = at.channel.sent
            assert NEUTRAL in reader.text and "根治" not in reader.text and reader.person
            assert staff.room and "根治" in staff.text and "张姐" in staff.text
            assert at.states()[0] == ("sent", "")

    asyncio.run(go())


@pytest.mark.parametrize("message", [push(text=CURE), to_room(ROOM, CURE), to_room(ROOM, CURE, kind=Kind.PUSH)])
def test_what_nobody_waits_for_is_held(message: object) -> None:
    async def go() -> None:
        async with office(library=LIBRARY) as at:
            at.post(message)
            await at.sender.drain()
            await at.sender.drain()
            assert at.states()[0] == ("held", "words")
            assert [one.room for one in at.channel.sent] == [at.channel.sent[0].room] and "未发出" in at.channel.texts[
                0
            ]

    asyncio.run(go())


def test_a_broadcast_that_slipped_through_is_told_once_however_many_read_it() -> None:
    async def go() -> None:
        async with office(library=LIBRARY) as at:
            at.post(*(push(person, CURE, by="broadcast:7") for person in (1, 2)))
            await at.sender.drain()
            await at.sender.drain()
            assert at.states()[:2] == [("held", "words")] * 2
            assert sum("未发出" in text for text in at.channel.texts) == 1

    asyncio.run(go())


def test_safety_and_staff_pass() -> None:
    async def go() -> None:
        async with office(library=LIBRARY) as at:
            at.post(
                say(CURE, ZHANG, kind=Kind.SAFETY),
                to_room(STAFF, CURE, kind=Kind.STAFF),
                to_room(STAFF, CURE),
                say(CURE, LIN, by="admin"),
            )
            await at.sender.drain()
            for _ in range(3):
                await at.later(at.sender._desk.clock.now() - at.sender._desk.clock.now())
            assert at.states() == [("sent", "")] * 4

    asyncio.run(go())


def test_what_is_forbidden_where() -> None:
    assert found("这种药没有副作用", "case") == ["没有副作用"]
    assert found("每天吃 2 片", "case") == [], "whether its writer may name a dose was asked when it was written"
    assert found("该喝根治茶了", "reminder:3") == [], "the reader's own words"
    assert found("该喝根治茶了", "reminder:3", None) == ["根治"], "not in a room"
    assert found("关于您问的“能根治吗”：不能", "case") == [], "a quotation"
    assert found("祖传秘方张您好", "welcome", reader="祖传秘方张") == []
    assert found("本院全国第一", "broadcast:1") == ["全国第一"]
    assert found("量血压前坐五分钟", "broadcast:1") == []
    assert found("有事打 010-12345678", "broadcast:1") == []
    assert found("高血压讲座，有事打 010-12345678", "broadcast:1") == ["010-12345678"]


def test_a_clinician_may_name_a_dose_and_nobody_may_promise_a_cure() -> None:
    dose, cure = "每天吃 2 片", "坚持就能断根"
    assert [one.needs for one in FORBIDDEN.to_patient(dose, frozenset({"manager"}))] == ["medical"]
    assert FORBIDDEN.to_patient(dose, frozenset({"clinician"})) == []
    assert FORBIDDEN.to_patient(cure, frozenset({"clinician", "expert"}))


def test_nothing_that_we_say_ourselves_is_ever_held() -> None:
    """Templates, answers, plans, challenges: each passes as it stands."""
    for path in Path("templates").rglob("*.txt.j2"):
        assert found(re.sub(r"{[%#].*?[%#]}", "", path.read_text("utf-8"), flags=re.S)) == [], path
    for faq in WHOLE.faqs.values():
        assert found("\n".join((faq.question, faq.answer.text, *faq.see_doctor_when))) == [], faq.id
    for journey in WHOLE.journeys.values():
        assert [found(step.send) for step in journey.steps if found(step.send)] == [], journey.id

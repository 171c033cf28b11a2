"""Who is called, in which order; what staff have told somebody is not sent again."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bot.channels.base import Refused
from bot.config import place
from handlers.by_hand import contacted
from handlers.contract import Kind, to_person
from handlers.services.staff import calls
from playbooks.schema.load import load
from storage.queries import due, outbox
from storage.tables.care import Enrolment, Reminder
from tests.unit.office import HOUR, LI, LIN, NOON, ZHANG, Fake, Office, office, push, say

LIBRARY = load([place(Path("playbooks/content"))])


@pytest.fixture(autouse=True, scope="module")
def quiet() -> Iterator[None]:
    with capture_logs():
        yield


def remind(at: Office, what: str, person: int = ZHANG) -> int:
    with at.world.app.database.transaction() as work:
        row = Reminder(person_id=person, what=what, rule="FREQ=DAILY", said="每天", first=NOON - HOUR, created_at=NOON)
        return work.add(row).id or 0


def called(at: Office) -> list[calls.Call]:
    with at.world.app.database.reading() as work:
        return calls.calls(at.world.desk.scene(work))


def test_the_most_urgent_stand_first_and_nothing_personal_is_said() -> None:
    async def go() -> None:
        async with office(Fake(script=[Refused()] * 4), library=LIBRARY, send={"merge_within": "0m"}) as at:
            weigh, pills = remind(at, "称体重", LI), remind(at, "吃二甲双胍", LIN)
            at.post(
                say("体重", LI, kind=Kind.REMINDER, by=f"reminder:{weigh}"),
                push(ZHANG, "第三天", by="journey:knee-30:d3"),
                push(ZHANG, "第二天", by="journey:newcomer:check-in"),
                say("二甲双胍", LIN, kind=Kind.REMINDER, by=f"reminder:{pills}"),
            )
            await at.sender.drain()
            found = called(at)
            assert [(one.name, one.missed) for one in found] == [
                ("小林", {"medicine": 1}),
                ("张姐", {"care_step": 1, "step": 1}),
                ("李哥", {"reminder": 1}),
            ]
            with at.world.app.database.reading() as work:
                text = calls.text(at.world.desk.scene(work), found)
            assert "双胍" not in text and "膝" not in text and "没发出去" in text

    asyncio.run(go())


@pytest.mark.parametrize("reason", ["unsubscribed", "quiet days", "locked", "loss", "words", "ended"])
def test_who_wanted_nothing_is_not_called(reason: str) -> None:
    async def go() -> None:
        async with office(library=LIBRARY) as at:
            at.post(push(by="journey:knee-30:d3"), state="held")
            with at.world.app.database.transaction() as work:
                outbox.settle(work, [1], reason=reason)
            assert called(at) == []
            with at.world.app.database.transaction() as work:
                outbox.settle(work, [1], reason="window")
            assert len(called(at)) == 1

    asyncio.run(go())


def test_a_step_that_came_too_late_because_we_were_down_is_called_for() -> None:
    async def go() -> None:
        async with office(library=LIBRARY) as at:
            with at.world.app.database.transaction() as work:
                row = work.add(Enrolment(person_id=ZHANG, kind="journey", playbook="knee-30", version=1, anchor=NOON))
                due.plan(work, [due.slot("s", "journey_step", NOON - HOUR, ref=row.id, person_id=ZHANG)])
                (slot,) = due.of_person(work, ZHANG, ("journey_step",), NOON)
                due.settle(work, [slot["id"]], "expired", "late", NOON)
            assert [one.missed for one in called(at)] == [{"care_step": 1}]
            with at.world.app.database.transaction() as work:
                assert contacted(at.world.desk.scene(work), ZHANG, LIN) == 1
            assert called(at) == []

    asyncio.run(go())


def test_what_staff_have_said_is_not_sent_again_and_tomorrow_is_planned() -> None:
    async def go() -> None:
        async with office(library=LIBRARY) as at:
            number = remind(at, "吃药")
            key = f"reminder:{number}:0"
            with at.world.app.database.transaction() as work:
                due.plan(work, [due.slot(key, "reminder", NOON - HOUR, ref=number, person_id=ZHANG)])
                due.plan(work, [due.slot("later", "journey_step", NOON + HOUR, ref=1, person_id=ZHANG)])
            at.post(say("吃药", kind=Kind.REMINDER, by="reminder:1"), push(by="challenge:eye-care-21"), say("答"))
            at.post(to_person(LI, "李", kind=Kind.REMINDER, by="reminder:2"))
            with at.world.app.database.transaction() as work:
                assert contacted(at.world.desk.scene(work), ZHANG, LIN) == 3
            with at.world.app.database.reading() as work:
                (slot,) = due.of_person(work, ZHANG, ("reminder",), NOON + 24 * HOUR)
                assert due.of_person(work, ZHANG, ("journey_step",), NOON + HOUR)
            assert slot["planned"] > NOON and slot["key"] != key
            await at.sender.drain()
            assert at.channel.texts == ["答", "李"]

    asyncio.run(go())

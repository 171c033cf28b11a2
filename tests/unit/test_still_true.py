"""What was right when it was written is looked at again before it goes."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bot.config import place
from handlers.contract import Kind, Outgoing
from playbooks.library import Library
from playbooks.schema.load import load
from storage.queries import care
from storage.tables.care import Enrolment, Reminder
from tests.unit.office import HOUR, NOON, ZHANG, Office, office, push, say

LIBRARY: Library = load([place(Path("playbooks/content"))])
DAY = "journey:newcomer:check-in"
NUDGE = "journey:newcomer:profile-nudge"


@pytest.fixture(autouse=True, scope="module")
def quiet() -> Iterator[None]:
    with capture_logs():
        yield


def on_journey(at: Office) -> Enrolment:
    at.change(ZHANG, consented=True)
    with at.world.app.database.transaction() as work:
        row = Enrolment(person_id=ZHANG, kind="journey", playbook="newcomer", version=1, anchor=NOON)
        row.progress = {"profile": "open"}
        return work.add(row)


def step(number: int | None, by: str = DAY) -> Outgoing:
    return push(by=by, key=f"journey:{number}:{by.split(':')[-1]}", after=NOON + HOUR)


async def becomes(at: Office) -> tuple[str, str]:
    await at.later(HOUR)
    return at.states()[0]


@pytest.mark.parametrize("change", ["", "left", "consent", "finished"])
def test_a_step_waits_for_somebody_who_is_still_on_the_journey(change: str) -> None:
    async def go() -> None:
        async with office(library=LIBRARY) as at:
            row = on_journey(at)
            at.post(step(row.id))
            if change == "consent":
                at.change(ZHANG, consented=False)
            elif change:
                with at.world.app.database.transaction() as work:
                    found = care.enrolment(work, row.id or 0)
                    assert found is not None
                    found.state = change
                    work.add(found)
            expected = {"left": ("held", "left"), "consent": ("held", "consent")}.get(change, ("sent", ""))
            assert await becomes(at) == expected

    asyncio.run(go())


@pytest.mark.parametrize("done", [False, True])
def test_a_condition_that_ended_meanwhile_holds_the_step_back(done: bool) -> None:
    async def go() -> None:
        async with office(library=LIBRARY) as at:
            row = on_journey(at)
            at.post(step(row.id, NUDGE))
            if done:
                with at.world.app.database.transaction() as work:
                    found = care.enrolment(work, row.id or 0)
                    assert found is not None
                    found.progress = {"profile": "done"}
                    work.add(found)
            assert await becomes(at) == (("held", "condition") if done else ("sent", ""))

    asyncio.run(go())


@pytest.mark.parametrize("change", ["", "stopped", "answered"])
def test_a_ring_that_was_answered_or_stopped_meanwhile_does_not_ring(change: str) -> None:
    async def go() -> None:
        async with office(library=LIBRARY) as at:
            with at.world.app.database.transaction() as work:
                row = work.add(
                    Reminder(person_id=ZHANG, what="吃药", rule="FREQ=DAILY", said="每天", first=NOON, created_at=NOON)
                )
                care.ring(work, [{"reminder_id": row.id, "person_id": ZHANG, "slot": NOON}])
            at.post(say("该吃药了", kind=Kind.REMINDER, by=f"reminder:{row.id}", after=NOON + HOUR))
            with at.world.app.database.transaction() as work:
                if change == "stopped":
                    found = care.reminder(work, row.id or 0)
                    assert found is not None
                    found.state = "stopped"
                    work.add(found)
                if change == "answered":
                    firing = care.firing(work, row.id or 0, NOON)
                    assert firing is not None
                    firing.outcome, firing.settled_at = "done", NOON + dt.timedelta(minutes=1)
                    work.add(firing)
            assert await becomes(at) == (("held", change) if change else ("sent", ""))

    asyncio.run(go())

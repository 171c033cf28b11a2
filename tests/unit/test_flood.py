"""In a flood the emergency is heard first, and nobody's lines change their order."""

from __future__ import annotations

import asyncio
import datetime as dt
from typing import Any

import pytest

from bot.channels.base import Contact, EventKind, RawEvent
from bot.dispatch.dispatcher import BATCH, Dispatcher
from bot.stories.story import moment
from bot.stories.world import World
from playbooks.schema.load import load

LIBRARY = load()
START = moment("2026-03-02 10:00")
FLOOD = 300


def line(number: int, who: str, text: str) -> RawEvent:
    at = START + dt.timedelta(milliseconds=number)
    return RawEvent("memory", f"m{number}", at, EventKind.TEXT, Contact(who, who), text=text)


def handled(said: list[tuple[str, str]], monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """(sender, text) in the order in which they were stored, when all come at once."""
    stored: list[tuple[str, str]] = []
    keep = Dispatcher.store

    def store(self: Dispatcher, raws: Any) -> list[int]:
        stored.extend((one.sender.id, one.text) for one in raws)
        return keep(self, raws)

    monkeypatch.setattr(Dispatcher, "store", store)

    async def run() -> None:
        world = World(START, {"张姐": {}, "小林": {"role": "manager"}}, library=LIBRARY)
        await world.start()
        stored.clear()
        lines = [line(number, *one) for number, one in enumerate(said)]
        await asyncio.gather(*(world.app.accept(one) for one in lines))
        await world.app.dispatcher.idle()
        await world.close()

    asyncio.run(run())
    return stored


@pytest.mark.parametrize("cry", ["我胸口疼得厉害，喘不上气", "血压 210/130", "我不想活了"])
def test_an_emergency_waits_for_no_flood(cry: str, monkeypatch: pytest.MonkeyPatch) -> None:
    flood = [(f"水军{number % 100}", f"今天天气不错 {number}") for number in range(FLOOD)]
    said = [*flood[:150], ("病人", "在吗"), *flood[150:], ("病人", cry)]
    order = handled(said, monkeypatch)
    assert sorted(order) == sorted(said), "nothing is lost or doubled"
    assert order.index(("病人", cry)) < 2 * BATCH
    assert order.index(("病人", "在吗")) < order.index(("病人", cry))
    assert [one for one in order if one[0] != "病人"] == flood


def test_who_cries_all_the_time_does_not_hold_up_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    said = [(f"水军{number}", "今天天气不错") for number in range(200)]
    said += [("吵闹", f"我胸口疼 {number}") for number in range(200)] + [("病人", "我胸口疼得厉害")]
    order = handled(said, monkeypatch)
    assert sorted(order) == sorted(said)
    assert order.index(("病人", "我胸口疼得厉害")) < 2 * BATCH
    assert [text for who, text in order if who == "吵闹"] == [f"我胸口疼 {number}" for number in range(200)]

"""No message can hang us: regular expressions are linear, or what they look at is bounded."""

from __future__ import annotations

import asyncio
import datetime as dt
import re
import subprocess
import sys

import pytest

from bot.stories.world import World
from tests.patterns import attacks, patterns
from tests.unit.test_roles import shipped

PATIENCE = 120
"""Seconds for all of them; they take about twenty. One that explodes takes years."""
NINE = dt.datetime(2026, 3, 4, 1, tzinfo=dt.UTC)


def test_no_expression_of_ours_explodes() -> None:
    try:
        subprocess.run([sys.executable, "-m", "tests.patterns"], check=True, timeout=PATIENCE, capture_output=True)
    except subprocess.TimeoutExpired as late:
        at = (late.stdout or b"").decode("utf-8", "replace").splitlines()
        pytest.fail(f"stuck at {at[-1] if at else 'the start'}")


def test_the_search_for_expressions_finds_those_in_tables_too() -> None:
    found = patterns()
    assert len(found) > 250
    assert sum(where.endswith("promise_words.PROMISES") for where in found.values()) == 4


@pytest.mark.parametrize(
    ("bad", "attack"), [("^(?:嗯+|哦)+(?=那)", "嗯嗯嗯"), (r"x\s*y", "x   "), ("(?:怕|将来)(?:将来)*$", "将来将来")]
)
def test_the_inputs_hurt_what_can_be_hurt(bad: str, attack: str) -> None:
    assert any(text.startswith(attack) and len(text) > 900 for text in attacks(re.compile(bad), 1_000))


def test_long_and_odd_messages_are_answered_soon() -> None:
    """Through everything that looks at a message, in private and in a room; the worst took years before."""
    pieces = ("嗯", "急", "了", "早就", "掉了", "血糖测了", "血糖测了 ", "您好", "打扰了", "想问的是", "会不会", "怕将来", "没有头晕", "9", "一", "1.", " ", "、", "今天", "A@0", "13", "在镇", "妈妈", "？", "\n")  # fmt: skip

    async def go() -> None:
        persons = {"张姐": {}, "小林": {"role": "manager"}}
        world = World(NINE, persons, {"糖尿病新手群": ["张姐"], "工作人员群": ["小林"]}, library=shipped())
        await world.start()
        for piece in pieces:
            for length in (60, 10_000):
                for text in (piece * (length // len(piece)), f"胸口{piece * (length // len(piece))}疼"):
                    world.clock.jump(world.clock.now() + dt.timedelta(minutes=2))
                    await world.say("张姐", text, None)
        await world.close()

    asyncio.run(asyncio.wait_for(go(), PATIENCE))

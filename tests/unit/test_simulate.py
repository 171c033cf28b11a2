"""A simulated community: the same seed gives the same counts, and every planned slot is accounted for."""

from __future__ import annotations

import pytest

from bot.rehearse import rehearse
from bot.simulate import simulate
from tests.unit.slots import shipped


def test_every_slot_is_accounted_for_and_the_seed_decides() -> None:
    first, second = simulate(4, 6, seed=3), simulate(4, 6, seed=3)
    assert first["unaccounted"] == 0
    assert first["reminders"]["failed"] == 0
    assert {key: first[key] for key in ("messages_in", "messages_out", "check_ins", "planned", "ended")} == {
        key: second[key] for key in ("messages_in", "messages_out", "check_ins", "planned", "ended")
    }
    assert first["check_ins"] > 0
    assert first["outbox"].get("failed", 0) == 0


def test_many_on_one_plan_are_accounted_for_in_several_processes() -> None:
    found = rehearse("dry-eye", 30, 40, 5, shipped(), 2, lambda done, total: None)
    assert found["unaccounted"] == 0
    assert found["joined"] == 40
    assert found["outbox"].get("failed", 0) == 0
    assert sum(week["planned"] for week in found["calendar"]) == sum(found["planned"].values())
    assert {"unsubscribed", "admitted"} <= set().union(*(week["why"] for week in found["calendar"]))


def test_an_unknown_plan_is_told() -> None:
    with pytest.raises(LookupError, match="没有叫 nothing 的计划"):
        rehearse("nothing", 1, 1, 1, shipped(), 1, lambda done, total: None)

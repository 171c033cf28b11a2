"""A simulated community: the same seed gives the same counts, and every planned slot is accounted for."""

from __future__ import annotations

from bot.simulate import simulate


def test_every_slot_is_accounted_for_and_the_seed_decides() -> None:
    first, second = simulate(4, 6, seed=3), simulate(4, 6, seed=3)
    assert first["unaccounted"] == 0
    assert first["reminders"]["failed"] == 0
    assert {key: first[key] for key in ("messages_in", "messages_out", "check_ins", "planned", "ended")} == {
        key: second[key] for key in ("messages_in", "messages_out", "check_ins", "planned", "ended")
    }
    assert first["check_ins"] > 0
    assert first["outbox"].get("failed", 0) == 0

"""The score of who may leave: the stated one adds up, the learned one is checked, and neither is made of thin air."""

from __future__ import annotations

import datetime as dt
import random

import pytest

from bot import learning
from bot.learning import LEARNT, Row, TooLittle, fit
from handlers.services.community import churn
from handlers.services.community.facts import SIGNS, counted

DAY = dt.date(2026, 6, 1)


def ago(days: int) -> dt.date:
    return DAY - dt.timedelta(days=days)


def test_the_stated_score_is_the_sum_of_its_signals_and_says_why() -> None:
    assert churn.risk({}).score == 0
    found = churn.risk({"days_since_sign": 20, "days_since_check_in": 20, "negative_words_14d": 0})
    assert found.score == 50 and [name for name, _ in found.why] == ["silent", "check_in"]
    assert found.why[0][1] == "20 天没有动静"
    everything = {one.fact: one.at_least for one in churn.SIGNALS}
    assert churn.risk(everything).score == 100 and len(churn.risk(everything).why) == 7
    just_below = {one.fact: one.at_least - 1 for one in churn.SIGNALS}
    assert churn.risk(just_below).score == 0


def test_facts_are_counted_by_days_and_not_by_what_came_later() -> None:
    recent = [("check_in_recorded", ago(1), 2), ("check_in_recorded", ago(6), 1), ("check_in_recorded", ago(7), 5)]
    recent += [("faq_answered", ago(10), 1), ("faq_answered", ago(40), 4), ("stop", ago(2), 1)]
    found = counted(DAY, recent, {"check_in_recorded": (ago(1), 8)})
    assert (found["check_ins_7d"], found["check_in_days_7d"], found["days_since_check_in"]) == (3, 2, 1)
    assert found["questions_drop"] == 75 and found["questions_30d"] == 1
    assert "days_since_sign" in found and "questions_drop" not in counted(DAY, [], {})


def history(people: int, chance: random.Random) -> list[Row]:
    """Whoever stops checking in leaves four times out of five; nothing else matters."""
    found: list[Row] = []
    for _ in range(people):
        stops = chance.random() < 0.3
        left = chance.random() < (0.8 if stops else 0.1)
        signals = [float(stops if name == "check_in" else chance.random() < 0.2) for name in LEARNT]
        found.append((ago(chance.randint(30, 300)), signals, left))
    return sorted(found, key=lambda one: one[0])


def test_what_is_learned_finds_the_signal_that_matters_and_is_calibrated() -> None:
    found = fit(history(1500, random.Random(3)))
    weights, checked = found["model"]["weights"], found["evaluation"]
    assert weights["check_in"] > 2 and all(abs(weights[name]) < 1 for name in LEARNT if name != "check_in")
    assert checked["auc"] > 0.75 and checked["brier"] < checked["brier_base"]
    assert all(abs(said - happened) < 0.15 for said, happened, _ in checked["calibration"])
    risky = churn.risk({"days_since_check_in": 30}, found["model"])
    assert risky.learned and risky.score > 60 and churn.risk({}, found["model"]).score < 30


def test_with_too_little_history_nothing_is_learned() -> None:
    with pytest.raises(TooLittle, match="历史还不够"):
        fit(history(100, random.Random(4)))
    with pytest.raises(TooLittle):
        fit([(ago(60), [0.0] * len(LEARNT), False)] * 400)


def test_a_look_back_sees_nothing_of_what_came_after_it() -> None:
    days = [("message_written", ago(number), 1) for number in (200, 190, 160, 151)]
    look = ago(150)
    row = learning._row(look, [*days, ("message_written", ago(100), 1)])
    assert row is not None and row[2] is True, "the next sign came after thirty days"
    assert learning._row(look, [*days, ("message_written", ago(130), 1)])[2] is False  # type: ignore[index]
    assert learning._row(ago(195), days) is None, "new"
    assert learning._row(ago(100), days) is None, "gone before"
    assert "message_written" in SIGNS

"""Arms are stable and weighted; looking every day does not find what is not there; harm stops early."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from handlers.services.community import sequential
from handlers.services.community.experiments import Seen, arm_of, judge
from handlers.services.community.sequential import Arm
from playbooks.schema.experiment import Experiment
from tests.unit.kinds import EXPERIMENT, made


def experiment() -> Experiment:
    found = made(EXPERIMENT)
    assert isinstance(found, Experiment)
    return found


def test_everybody_stays_with_their_arm_and_arms_have_their_weights() -> None:
    one = experiment()
    first = [arm_of(one, person) for person in range(10_000)]
    assert first == [arm_of(one, person) for person in range(10_000)]
    counted = Counter(arm.name for arm in first)
    assert all(abs(counted[arm.name] / 10_000 - arm.weight / 100) < 0.02 for arm in one.arms)


def looked_at(chance: random.Random, shares: tuple[float, float], people: int) -> int | None:
    """After how many people of each arm a difference was called, looking after every tenth."""
    done = [0, 0]
    for number in range(1, people + 1):
        for arm in (0, 1):
            done[arm] += chance.random() < shares[arm]
        if number % 10 == 0 and sequential.decided(Arm(number, done[0]), Arm(number, done[1])):
            return number
    return None


def test_looking_again_and_again_rarely_finds_what_is_not_there() -> None:
    chance = random.Random(7)
    false = sum(looked_at(chance, (0.3, 0.3), 500) is not None for _ in range(300))
    assert false / 300 <= 0.05


def test_a_real_difference_is_found() -> None:
    chance = random.Random(8)
    found = [looked_at(chance, (0.3, 0.5), 500) for _ in range(100)]
    assert sum(one is not None for one in found) >= 95


def test_what_is_still_needed_is_about_what_it_takes() -> None:
    now = Arm(60, 18), Arm(60, 27)
    more = sequential.still_needed(*now)
    assert more is not None and more > 0 and not sequential.decided(*now)
    there = (120 + more) / 120
    grown = [Arm(round(one.people * there) + 2, round(one.done * there)) for one in now]
    assert sequential.ratio(*grown) >= 18
    assert sequential.still_needed(Arm(1000, 300), Arm(1000, 300)) is None
    assert sequential.ratio(Arm(9, 0), Arm(9, 9)) == 1.0, "too few to say anything"


def seen(people: int, goal: int, harm: int, number: int = 0) -> Seen:
    return Seen(experiment().arms[number], people, goal, harm)


@pytest.mark.parametrize(
    ("present", "other", "better", "harmful"),
    [
        (seen(200, 60, 2), seen(200, 110, 3, 1), True, False),
        (seen(200, 60, 2), seen(200, 64, 3, 1), False, False),
        (seen(100, 30, 1), seen(100, 40, 22, 1), False, True),
        (seen(5, 0, 0), seen(5, 5, 2, 1), False, False),
    ],
)
def test_the_verdict(present: Seen, other: Seen, better: bool, harmful: bool) -> None:
    verdict = judge([present, other])
    assert (verdict.better is not None, verdict.harmful is not None) == (better, harmful)

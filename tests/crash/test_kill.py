"""kill -9 while 500 messages arrive, again and again: none lost, none answered twice, every slot rings once."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.crash.harness import Run, Victim, account, plant

KILLS = 17
"""In each of three runs: 51 in all."""
MOST_LIVES = 60


@pytest.fixture(scope="module")
def victim() -> Iterator[Victim]:
    made = Victim()
    yield made
    made.close()


@pytest.fixture()
def run(victim: Victim, tmp_path: Path) -> Run:
    plant(tmp_path)
    return Run(victim, tmp_path, random.Random(tmp_path.name))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_kills_at_random_points_while_messages_arrive_lose_and_repeat_nothing(run: Run, seed: int) -> None:
    run.chance = random.Random(seed)
    for _ in range(MOST_LIVES):
        kills_left, messages_left = KILLS - run.kills, run.total - len(run.acknowledged)
        run.live(run.chance.randint(1, max(1, messages_left // (2 * kills_left))) if kills_left > 0 else None)
        if run.settled and len(run.acknowledged) == run.total:
            break
    assert run.kills >= KILLS and run.settled
    account(run.folder)


@pytest.mark.parametrize("point", ["stored", "decided", "claimed", "sent", "rang"])
def test_a_kill_at_each_step_of_a_message_loses_and_repeats_nothing(run: Run, point: str) -> None:
    run.total = 24
    run.live(None, freeze=point)
    assert run.kills == 1 and not run.settled
    run.live(None)
    assert run.settled and len(run.acknowledged) == run.total
    account(run.folder, run.total)


def test_killed_before_it_could_start_again(run: Run) -> None:
    """A process that dies while it settles what the last one left behind."""
    run.total = 24
    run.live(None, freeze="stored")
    for point in ("decided", "claimed", "sent"):
        run.live(None, freeze=point)
    assert run.kills == 4
    run.live(None)
    assert run.settled
    account(run.folder, run.total)

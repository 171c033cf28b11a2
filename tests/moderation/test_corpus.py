"""What is noticed in patients' rooms, over labelled lines: violations hardly ever missed, ordinary talk hardly ever touched.

`tuned.tsv` is what the lists were made with; `unseen.tsv` was written at the same time, and its mistakes were not looked at.
`later.tsv` was written last, to be unlike the lists: what it shows is what to expect of words nobody has thought of.
"""

from __future__ import annotations

import time
from functools import lru_cache
from pathlib import Path

import pytest
import yaml

from handlers.services.community.moderation import TITLES, Moderator
from playbooks.schema.lexicon import Lexicon

HERE = Path(__file__).parent
PATIENTS = HERE.parent / "safety/ordinary"
LISTS = HERE.parents[1] / "playbooks/content/lexicon"
RECALL = {"tuned": 0.95, "unseen": 0.95, "later": 0.5}
FALSE_ALARMS = {"tuned": 0.02, "unseen": 0.02, "later": 0.05, "ordinary patients": 0.005}
LEAST = {"ordinary": 150, "trap": 60, "violating": 120}
SLOWEST = 0.001
"""Seconds a line; every line of every room is looked at."""


@lru_cache
def moderator() -> Moderator:
    files = [yaml.safe_load(path.read_text("utf-8")) for path in sorted(LISTS.glob("*.yaml"))]
    return Moderator([Lexicon.model_validate(one) for one in files])


@lru_cache
def lines(half: str) -> tuple[tuple[str, str], ...]:
    rows = (HERE / f"{half}.tsv").read_text("utf-8").splitlines()
    return tuple((kind, said) for kind, said in (row.split("\t") for row in rows))


def judged(said: str) -> str | None:
    seen = moderator().seen(said)
    return seen.use if seen else None


def test_the_corpus_is_large_enough_and_says_nothing_twice() -> None:
    both = [*lines("tuned"), *lines("unseen"), *lines("later")]
    ordinary = [said for kind, said in both if kind not in TITLES]
    assert len(ordinary) >= LEAST["ordinary"] and len(both) - len(ordinary) >= LEAST["violating"]
    assert sum(kind == "trap" for kind, _ in both) >= LEAST["trap"]
    assert len({said for _, said in both}) == len(both)
    assert {kind for kind, _ in both} == {*TITLES, "plain", "trap"}


@pytest.mark.parametrize("half", RECALL)
def test_violations_are_noticed_as_what_they_are(half: str) -> None:
    found = [(kind, judged(said), said) for kind, said in lines(half) if kind in TITLES]
    missed = [one for one in found if one[0] != one[1]]
    recall = 1 - len(missed) / len(found)
    assert recall >= RECALL[half], f"{half}: noticed {recall:.1%} of {len(found)}; missed: {missed}"


@pytest.mark.parametrize("half", FALSE_ALARMS)
def test_ordinary_talk_is_left_alone(half: str) -> None:
    said = ordinary() if half == "ordinary patients" else [one for kind, one in lines(half) if kind not in TITLES]
    alarms = [(judged(one), one) for one in said if judged(one)]
    share = len(alarms) / len(said)
    assert share <= FALSE_ALARMS[half], f"{half}: {share:.1%} false alarms of {len(said)}: {alarms}"


def ordinary() -> list[str]:
    """What patients write that is no emergency, from the corpus of red flags."""
    rows = [row for path in PATIENTS.glob("*.tsv") for row in path.read_text("utf-8").splitlines()]
    return [row.split("\t")[-1] for row in rows if not row.startswith("#")]


def test_every_message_of_a_room_can_be_looked_at() -> None:
    said = [one for _, one in lines("tuned")]
    moderator().seen(said[0])
    started = time.perf_counter()
    for one in said:
        moderator().seen(one)
    assert (time.perf_counter() - started) / len(said) < SLOWEST
    started = time.perf_counter()
    for one in ("王阿姨得了癌", "化疗完了 别打 手术 千万", "糖尿病就好了吗。", "加微信"):
        moderator().seen(one * 5_000)
    assert time.perf_counter() - started < 1

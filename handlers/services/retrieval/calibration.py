"""How high the line must lie so that a playbook's own false-answer rate stays within its bound.

Three kinds of questions are put to the engine: every phrasing with itself held out (its own entry may answer, no other),
the near misses that authors wrote (their entry may not answer), and messages that no entry may answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from handlers.services.retrieval.engine import Engine
from handlers.services.retrieval.outcome import Match
from handlers.services.retrieval.vectors import Progress

ENOUGH = 300
"""Questions of a slice below which a rate of one per cent says little."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One question of the calibration: the margin by which it would be answered (below 0: it would not), and whether
    that answer would be right."""

    slice: str
    margin: float
    right: bool


@dataclass(frozen=True, slots=True)
class Calibration:
    """`raised`: what to add to the answer threshold. Rates are shares of 1, by slice and as their mean."""

    raised: float
    answered_right: float
    false_answers: Mapping[str, float]
    counts: Mapping[str, int]

    @property
    def rate(self) -> float:
        return sum(self.false_answers.values()) / max(len(self.false_answers), 1)

    @property
    def thin(self) -> list[str]:
        """Slices with too little data to trust."""
        return [name for name, count in self.counts.items() if count < ENOUGH]


def ask(
    engine: Engine,
    misses: Iterable[tuple[str, str]],
    outside: Mapping[str, Sequence[str]],
    progress: Progress | None = None,
) -> list[Asked]:
    """Put every question; `misses` are (question, the entry that must not answer), `outside` slice → messages."""
    near = list(misses)
    total = len(engine.phrasings) + len(near) + sum(map(len, outside.values()))
    found: list[Asked] = []

    def note(name: str, match: Match, right: bool) -> None:
        found.append(Asked(name, margin(engine, match), right))
        if progress is not None:
            progress(len(found), total)

    for number, (_, owner) in enumerate(engine.phrasings):
        match = engine.held_out(number)
        note("held_out", match, match.best is not None and match.best.id == owner)
    for question, owner in near:
        match = engine.find(question)
        note("near_miss", match, match.best is None or match.best.id != owner)
    for name, messages in outside.items():
        for message in messages:
            note(name, engine.find(message), False)
    return found


def margin(engine: Engine, match: Match) -> float:
    """By how much the best candidate passes its threshold; -1 when another rule keeps it from answering."""
    if match.why not in ("near", "exact", "unsure") or match.best is None:
        return -1.0
    return match.best.score - match.threshold


def calibrate(asked: Sequence[Asked], bound: float) -> Calibration:
    """The smallest raise that keeps the mean false-answer rate over the slices within `bound`."""
    steps = sorted({0.0, *(round(one.margin + 1e-4, 4) for one in asked if one.margin >= 0 and not one.right)})
    for raised in steps:
        found = _at(asked, raised)
        if found.rate <= bound:
            return found
    return _at(asked, 1.0)


def _at(asked: Sequence[Asked], raised: float) -> Calibration:
    slices: dict[str, list[Asked]] = {}
    for one in asked:
        slices.setdefault(one.slice, []).append(one)
    wrong = {
        name: sum(one.margin >= raised and not one.right for one in found) / len(found)
        for name, found in slices.items()
    }
    own = slices.get("held_out", [])
    right = sum(one.margin >= raised and one.right for one in own) / max(len(own), 1)
    return Calibration(raised, right, wrong, {name: len(found) for name, found in slices.items()})

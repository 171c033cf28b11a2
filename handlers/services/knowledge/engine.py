"""Finds the one vetted answer, or knows that it does not know it. Takes (id, question, variants); knows no playbooks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from handlers.services.knowledge.guards import Contrast, Guards
from handlers.services.knowledge.lexical import LexicalIndex
from handlers.services.knowledge.synonyms import Synonyms
from handlers.services.knowledge.text import bare

CHOICES = 3
LONG = 40
SHORT = 5
"""A fragment (高血压能吃) is too little to be sure of, and a story too much; both get choices at most."""


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
    """One entry and how near it is (0–1); `objection` names the guard that forbids it as the answer."""

    id: str
    question: str
    score: float
    objection: str = ""


@dataclass(frozen=True, slots=True)
class Match:
    """The outcome for one question; `candidates` best first."""

    zone: Zone
    candidates: tuple[Candidate, ...] = ()

    @property
    def best(self) -> Candidate | None:
        return self.candidates[0] if self.candidates else None


@dataclass(frozen=True, slots=True)
class Thresholds:
    """At or above `answer`: answered. At or above `clarify`: offered as a choice. Below: left to a person."""

    answer: float = 0.80
    clarify: float = 0.52


class Engine:
    """An immutable index over entries."""

    def __init__(
        self,
        entries: Sequence[Entry],
        contrasts: Mapping[str, Contrast] | None = None,
        synonyms: Mapping[str, str] | None = None,
        thresholds: Thresholds | None = None,
    ) -> None:
        self._thresholds = thresholds or Thresholds()
        self._guards = Guards(contrasts or {})
        self._questions = {entry.id: entry.question for entry in entries}
        self._alike = Synonyms(synonyms or {})
        pairs = [(bare(said), entry.id) for entry in entries for said in (entry.question, *entry.variants)]
        self._texts = [text for text, _ in pairs]
        self._owners = [owner for _, owner in pairs]
        self._exact = {text: owner for text, owner in reversed(pairs)}
        self._exact |= {bare(word): entry.id for entry in entries for word in entry.keywords}
        self._index = LexicalIndex([self._alike.canonical(text) for text in self._texts])

    def find(self, question: str, stricter: float = 0.0) -> Match:
        """Match a question as a person wrote it; `stricter` is added to the answer threshold."""
        asked = bare(question)
        if owner := self._exact.get(asked):
            return Match(Zone.ANSWER, (Candidate(owner, self._questions[owner], 1.0),))
        candidates = self._candidates(asked)
        clear = [candidate for candidate in candidates if not candidate.objection]
        if clear and clear[0].score >= self._thresholds.answer + stricter and SHORT < len(asked) <= LONG:
            return Match(Zone.ANSWER, (clear[0], *(one for one in candidates if one is not clear[0])))
        near = tuple(one for one in candidates if one.score >= self._thresholds.clarify)
        return Match(Zone.CLARIFY, near[:CHOICES]) if near else Match(Zone.ABSTAIN, tuple(candidates[:CHOICES]))

    def rank(self, question: str) -> list[Candidate]:
        """All entries that are near at all, best first, whatever the thresholds say."""
        asked = bare(question)
        if owner := self._exact.get(asked):
            rest = [one for one in self._candidates(asked) if one.id != owner]
            return [Candidate(owner, self._questions[owner], 1.0), *rest]
        return self._candidates(asked)

    def _candidates(self, asked: str) -> list[Candidate]:
        """The best phrasing of each entry that no guard objects to, else its best phrasing with the objection."""
        found: dict[str, Candidate] = {}
        for row, score in self._index.nearest(self._alike.canonical(asked)):
            owner = self._owners[row]
            known = found.get(owner)
            if known is not None and not known.objection:
                continue
            objection = self._guards.objection(asked, self._texts[row])
            if known is None or not objection:
                found[owner] = Candidate(owner, self._questions[owner], round(score, 4), objection)
        return sorted(found.values(), key=lambda one: -one.score)

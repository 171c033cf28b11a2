"""Finds the one vetted answer, or knows that it does not know it. Takes (id, question, variants); knows no playbooks.

A question is compared with every phrasing of every entry: in meaning (an encoder, when there is one) and in words. The
nearest are checked by guards; misheard words are repaired against the best three; then the score falls into a zone.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from handlers.services.retrieval.encoder import Encoder
from handlers.services.retrieval.guards import CONTENT, Contrast, Guards
from handlers.services.retrieval.homophones import repaired
from handlers.services.retrieval.lexical import LexicalIndex
from handlers.services.retrieval.outcome import Candidate, Entry, Match, Thresholds, Zone, standard
from handlers.services.retrieval.synonyms import Synonyms
from handlers.services.retrieval.text import bare
from handlers.services.retrieval.vectors import Progress, vectors

CHOICES = 3
LONG = 40
SHORT = 4
"""A fragment (高血压) is too little to be sure of, and a story too much; both get choices at most."""
BEGUN = 8
READ = 120
"""So many characters are read for their meaning; longer is never answered anyway."""
SHORTLIST = 24
BY_WORDS = 6
CLOSE = 0.015
"""Two entries this near to each other, and both near enough: which one was meant has to be asked."""
MEANING, WORDS, COVERED = 0.85, 0.05, 0.10
"""What counts how much in the score, when an encoder is there."""
SAME_WORDS, SAME_MEANING = 0.88, 0.80
"""Nearly the same words, with the same names and forms, and nothing against it in meaning: that counts by itself."""
NEAR = 0.9
"""Below this share of the clarify threshold nothing is offered, and no guard need judge."""
BESIDE = 0.08
"""What is so much farther than the nearest is no choice beside it."""
AGAINST = 0.04
"""So much nearer must be what a guard objects to before it is offered."""
ELSEWHERE = 0.12
"""So much nearer must be what shares only the disease with the question, and nothing of what is asked about it."""
REPAIRED = 0.995
"""A score that needed a repair of spelling is worth so much."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question, measured once: its overlap in words and likeness in meaning with every phrasing.

    `named`: with one name for every thing; `canonical`: also with one form for every way of asking.
    """

    text: str
    named: str
    canonical: str
    overlap: NDArray[np.float64]
    meaning: NDArray[np.float32] | None


class Engine:
    """An immutable index over entries."""

    def __init__(
        self,
        entries: Sequence[Entry],
        contrasts: Mapping[str, Contrast] | None = None,
        synonyms: Mapping[str, str] | None = None,
        forms: Mapping[str, str] | None = None,
        thresholds: Thresholds | None = None,
        *,
        function: Sequence[str] = (),
        encoder: Encoder | None = None,
        cache: Path | None = None,
        progress: Progress | None = None,
    ) -> None:
        self.thresholds = thresholds or standard(encoder)
        self._encoder = encoder
        self._guards = Guards(contrasts or {}, function)
        self._questions = {entry.id: entry.question for entry in entries}
        self._names = Synonyms(synonyms or {})
        self._forms = Synonyms({**(synonyms or {}), **(forms or {})})
        pairs = [(bare(said), entry.id) for entry in entries for said in (entry.question, *entry.variants)]
        self._texts = [text for text, _ in pairs]
        self._owners = [owner for _, owner in pairs]
        self._exact = {text: owner for text, owner in reversed(pairs)}
        self._exact |= {bare(word): entry.id for entry in entries for word in entry.keywords}
        self._named = [self._names.canonical(text) for text in self._texts]
        self._of: dict[str, list[int]] = {}
        for row, owner in enumerate(self._owners):
            self._of.setdefault(owner, []).append(row)
        self._speaks_of = functools.cache(self._concepts_of)
        self._signs = functools.cache(self._signs_of)
        self._conditions = functools.cache(self._conditions_of)
        self._index = LexicalIndex([self._forms.canonical(text) for text in self._texts])
        known = vectors(encoder, self._named, cache, progress) if encoder and self._texts else None
        self._vectors = (
            None if known is None else np.ascontiguousarray(known.T)
        )  # a column a phrasing: read twice as fast
        self._rows = {named: row for row, named in enumerate(self._named)}

    def find(self, question: str, stricter: float = 0.0) -> Match:
        """Match a question as a person wrote it; `stricter` is added to the answer threshold."""
        asked = bare(question)
        if owner := self._exact.get(asked):
            return Match(Zone.ANSWER, (Candidate(owner, self._questions[owner], 1.0, phrasing=asked),), "exact", 1.0)
        return self._judge(asked, self._measure(asked), stricter)

    def rank(self, question: str) -> list[Candidate]:
        """The entries that are near at all, best first, whatever the thresholds say."""
        asked = bare(question)
        rest = self._candidates(self._measure(asked))
        if owner := self._exact.get(asked):
            sure = Candidate(owner, self._questions[owner], 1.0, phrasing=asked)
            return [sure, *(one for one in rest if one.id != owner)]
        return rest

    def held_out(self, number: int) -> Match:
        """What phrasing `number` would find if its entry did not have it; for calibration."""
        asked = self._texts[number]
        return self._judge(asked, self._without(self._measure(asked), asked), 0.0)

    def warm(self) -> None:
        """Load the encoder now, so that the first question need not wait for it."""
        if self._encoder is not None:
            self._encoder.encode(["你好"])

    def likeness(self, texts: Sequence[str]) -> NDArray[np.float32] | None:
        """How alike cleaned texts are in meaning, each with each (-1–1); None without an encoder. Nothing is kept."""
        if self._encoder is None or not texts:
            return None
        found = self._encoder.encode([self._names.canonical(text) for text in texts])
        return np.asarray(found @ found.T, dtype=np.float32)

    @property
    def phrasings(self) -> list[tuple[str, str]]:
        """(cleaned text, id of its entry) of all phrasings, in the order of their numbers."""
        return list(zip(self._texts, self._owners, strict=True))

    def needed(self, asked: str, candidate: Candidate) -> float:
        """The score at which this candidate would be answered."""
        lacking = max(0, 14 - min(len(asked), len(candidate.phrasing)))
        return self.thresholds.answer + self.thresholds.short * lacking

    def _judge(self, asked: str, measured: _Asked, stricter: float) -> Match:
        candidates = self._candidates(measured)
        clear = next((one for one in candidates if not one.objection), None)
        needed = self.needed(asked, clear) + stricter if clear else 1.0
        why = self._doubt(asked, candidates, clear, needed)
        if clear is not None and not why:
            others = (one for one in candidates if one is not clear)
            return Match(Zone.ANSWER, (clear, *others), "near", needed)
        near = sorted(
            (one for one in candidates if self._worth_asking(asked, one)), key=lambda one: bool(one.objection)
        )
        if near:
            beside = (one for one in near if one.score >= near[0].score - BESIDE)
            return Match(Zone.CLARIFY, tuple(beside)[:CHOICES], why, needed)
        return Match(Zone.ABSTAIN, tuple(candidates[:CHOICES]), "far", needed)

    def _worth_asking(self, asked: str, one: Candidate) -> bool:
        """Whether to offer an entry; one that a guard speaks against, or that is about something else, must be nearer."""
        farther = 0.0 if self._guards.touched(asked, self._signs(one.id)) else ELSEWHERE
        return one.score >= self.thresholds.clarify + max(AGAINST if one.objection else 0.0, farther) or _begun(
            asked, one
        )

    def _doubt(self, asked: str, candidates: list[Candidate], clear: Candidate | None, needed: float) -> str:
        """Why nothing is answered, or ""."""
        if len(asked) > LONG:
            return "long"
        if len(asked) <= SHORT:
            return "fragment"
        if clear is None:
            return "guard"
        if clear.score < needed:
            return "guard" if candidates[0].score >= needed else "unsure"
        rival = next((one for one in candidates if one is not clear and not one.objection), None)
        close = rival is not None and clear.score - rival.score < CLOSE and rival.score >= needed
        return "close" if close else ""

    def _measure(self, asked: str) -> _Asked:
        named, canonical = self._names.canonical(asked), self._forms.canonical(asked)
        meaning = None
        if self._vectors is not None and self._encoder is not None and asked:
            known = self._rows.get(named)
            vector = self._encoder.encode([named[:READ]])[0] if known is None else self._vectors[:, known]
            meaning = vector @ self._vectors
        return _Asked(asked, named, canonical, self._index.overlap(canonical), meaning)

    def _without(self, measured: _Asked, text: str) -> _Asked:
        """As if no entry had this phrasing."""
        same = [row for row, known in enumerate(self._texts) if known == text]
        overlap = measured.overlap.copy()
        overlap[same] = -1.0
        meaning = measured.meaning.copy() if measured.meaning is not None else None
        if meaning is not None:
            meaning[same] = -1.0
        return replace(measured, overlap=overlap, meaning=meaning)

    def _candidates(self, measured: _Asked) -> list[Candidate]:
        """The best phrasing of each entry that no guard objects to, else its best phrasing with the objection."""
        scored = [self._scored(measured, row) for row in self._shortlist(measured)] if measured.text else []
        found = self._best(scored)
        if found and found[0].score < 1.0:
            found = self._best([*found, *self._heard(measured.text, found[:CHOICES])])
        return found

    @staticmethod
    def _best(scored: list[Candidate]) -> list[Candidate]:
        found: dict[str, Candidate] = {}
        for one in sorted(scored, key=lambda one: -one.score):
            known = found.get(one.id)
            if known is None or (known.objection and not one.objection):
                found[one.id] = one
        return sorted(found.values(), key=lambda one: -one.score)

    def _shortlist(self, measured: _Asked) -> list[int]:
        """The phrasings nearest in meaning, and those nearest in words."""
        if measured.meaning is None:
            return [row for row in _top(measured.overlap, SHORTLIST) if measured.overlap[row] > 0]
        rows = [*_top(measured.meaning, SHORTLIST), *_top(measured.overlap, BY_WORDS)]
        return [row for row in dict.fromkeys(rows) if measured.overlap[row] >= 0]

    def _scored(self, measured: _Asked, row: int) -> Candidate:
        text, owner = self._texts[row], self._owners[row]
        words = (float(measured.overlap[row]) + self._index.alike(measured.canonical, row)) / 2
        parts = {"words": words}
        score = words
        if measured.meaning is not None:
            parts |= {
                "meaning": float(measured.meaning[row]),
                "covered": self._index.covered(measured.named, self._named[row]),
            }
            score = MEANING * parts["meaning"] + WORDS * words + COVERED * parts["covered"]
            if words >= SAME_WORDS and parts["meaning"] >= SAME_MEANING:
                score = max(score, min(1.0, words + 0.05))
        judged = measured.meaning is None or score >= NEAR * min(self.thresholds.clarify, self.thresholds.answer)
        objection = self._objection(measured, row) if judged else ""
        return Candidate(owner, self._questions[owner], round(score, 4), objection, text, parts)

    def _objection(self, measured: _Asked, row: int) -> str:
        """What speaks against this phrasing: a guard, a thing exchanged, or a thing that its entry never speaks of."""
        objection = self._guards.objection(measured.text, self._texts[row])
        objection = objection or self._guards.swapped(measured.named, self._named[row])
        if objection:
            return objection
        owner = self._owners[row]
        unheard = self._guards.concepts(measured.text) - self._speaks_of(owner)
        unheard |= self._conditions(owner) - self._guards.conditions(measured.text)
        if unheard:
            return min(unheard)[0]
        return CONTENT if self._guards.foreign(measured.named, self._signs(owner)) else ""

    def _concepts_of(self, owner: str) -> frozenset[tuple[str, str]]:
        """The things that any phrasing of an entry names."""
        return frozenset().union(*(self._guards.concepts(self._texts[row]) for row in self._of[owner]))

    def _conditions_of(self, owner: str) -> frozenset[tuple[str, str]]:
        """What every phrasing of an entry names, of what must not be left out."""
        return frozenset.intersection(*(self._guards.conditions(self._texts[row]) for row in self._of[owner]))

    def _signs_of(self, owner: str) -> frozenset[str]:
        """The characters that stand in any phrasing of an entry, as written and with one name for every thing."""
        return frozenset().union(*(self._texts[row] + self._named[row] for row in self._of[owner]))

    def _heard(self, asked: str, candidates: Sequence[Candidate]) -> list[Candidate]:
        """The candidates again, against the question with its misheard words repaired."""
        found = []
        named, fixed = self._guards.named(asked), self._guards.fixed
        for heard in dict.fromkeys(repaired(asked, one.phrasing, fixed, named) for one in candidates):
            if heard == asked:
                continue
            measured = self._measure(heard)
            for row in self._shortlist(measured)[:CHOICES]:
                one = self._scored(measured, row)
                score = min(1.0, one.score) * REPAIRED
                found.append(replace(one, score=round(score, 4), heard=heard))
        return found


def _begun(asked: str, candidate: Candidate) -> bool:
    """Whether a fragment (高血压能吃) is the beginning or a part of a known question: worth offering, though far away."""
    return SHORT < len(asked) < BEGUN and asked in candidate.phrasing


def _top(values: NDArray[np.float64] | NDArray[np.float32], count: int) -> list[int]:
    """The places of the largest values, largest first."""
    size = min(count, len(values))
    rows = np.argpartition(-values, size - 1)[:size] if size else np.array([], dtype=int)
    return sorted((int(row) for row in rows), key=lambda row: (-float(values[row]), row))

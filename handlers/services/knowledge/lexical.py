"""A small index over phrasings: which are nearest to a question in words and characters.

Weighted Dice overlap of character 1–2-grams and jieba words (inverse document frequency as weight) blended with the
normalised edit similarity. It knows ids and texts, nothing of playbooks.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
import rjieba
from numpy.typing import NDArray
from rapidfuzz import fuzz

SHORTLIST = 24
UNKNOWN_DF = 0.5


def terms(text: str) -> list[str]:
    """Words and character bigrams of a cleaned text, each once."""
    grams = [text[start : start + 2] for start in range(len(text) - 1)]
    return list(dict.fromkeys([*text, *grams, *(word for word in rjieba.cut(text) if len(word) > 1)]))


class LexicalIndex:
    """Built once from cleaned phrasings; asked many times."""

    def __init__(self, phrasings: Sequence[str]) -> None:
        self._texts = list(phrasings)
        found: dict[str, list[int]] = defaultdict(list)
        for number, text in enumerate(self._texts):
            for term in terms(text):
                found[term].append(number)
        total = len(self._texts) + 1
        self._postings = {term: np.array(rows, dtype=np.int32) for term, rows in found.items()}
        self._weights = {term: float(np.log(total / len(rows))) + 0.1 for term, rows in found.items()}
        self._unknown = float(np.log(total / UNKNOWN_DF)) + 0.1
        self._mass = np.array([sum(self._weights[term] for term in terms(text)) for text in self._texts])

    def nearest(self, text: str) -> list[tuple[int, float]]:
        """(phrasing number, similarity 0–1) of the best phrasings, best first."""
        if not self._texts or not text:
            return []
        overlap = self._overlap(text)
        size = min(SHORTLIST, len(overlap))
        rows = np.argpartition(-overlap, size - 1)[:size]
        scored = [(int(row), self._blend(text, int(row), float(overlap[row]))) for row in rows if overlap[row] > 0]
        return sorted(scored, key=lambda pair: -pair[1])

    def _overlap(self, text: str) -> NDArray[np.float64]:
        shared = np.zeros(len(self._texts))
        mass = 0.0
        for term in terms(text):
            weight = self._weights.get(term, self._unknown)
            mass += weight
            if term in self._postings:
                shared[self._postings[term]] += weight
        result: NDArray[np.float64] = 2 * shared / (mass + self._mass)
        return result

    def _blend(self, text: str, row: int, overlap: float) -> float:
        return 0.5 * overlap + 0.5 * fuzz.ratio(text, self._texts[row]) / 100

"""What two questions share in words and characters. Knows ids and texts, nothing of playbooks.

Three measures, each 0–1: weighted Dice overlap of character 1–2-grams and jieba words (inverse document frequency as
weight), edit similarity, and coverage (how much of the words of one stands in the other, the worse of both ways).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import rjieba
from numpy.typing import NDArray
from rapidfuzz import fuzz

UNKNOWN_DF = 0.5
LIGHT_WORDS = """
的 了 吗 么 呢 吧 啊 呀 是 是不是 有 会 能 可以 怎么 怎么办 什么 如何 哪些 多少 怎样 请问 我 你 他 她 它 在 和 与
就 都 还 要 得 给 把 被 这 那 一 个 一下 应该 需要
"""
LIGHT = frozenset(LIGHT_WORDS.split())
"""Words that say little; they weigh 0.15 in coverage."""


@lru_cache(maxsize=65536)
def words(text: str) -> tuple[str, ...]:
    """jieba's words of a cleaned text, in order."""
    return tuple(rjieba.cut(text))


def terms(text: str) -> list[str]:
    """Words and character bigrams of a cleaned text, each once."""
    grams = [text[start : start + 2] for start in range(len(text) - 1)]
    return list(dict.fromkeys([*text, *grams, *(word for word in words(text) if len(word) > 1)]))


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

    def overlap(self, text: str) -> NDArray[np.float64]:
        """The Dice overlap with every phrasing."""
        shared = np.zeros(len(self._texts))
        mass = 0.0
        for term in terms(text):
            weight = self._weights.get(term, self._unknown)
            mass += weight
            if term in self._postings:
                shared[self._postings[term]] += weight
        result: NDArray[np.float64] = 2 * shared / np.maximum(mass + self._mass, 1e-9)
        return result

    def alike(self, text: str, row: int) -> float:
        """The edit similarity with one phrasing."""
        return fuzz.ratio(text, self._texts[row]) / 100

    def covered(self, one: str, other: str) -> float:
        """How much of the words of each stands in the other; the worse of the two."""
        return min(self._covered(one, other), self._covered(other, one))

    def _covered(self, one: str, other: str) -> float:
        whole = shared = 0.0
        for word in words(one):
            weight = min(self._weights.get(word, self._unknown), 8.0) * (0.15 if word in LIGHT else 1.0)
            whole += weight
            if word in other:
                shared += weight
            else:
                shared += weight * 0.9 * sum(sign in other for sign in word) / len(word)
        return shared / whole if whole else 0.0

"""What simpler systems do on the same questions: each gives every phrasing a score, the best phrasing wins."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import rjieba
from numpy.typing import NDArray
from rapidfuzz import fuzz, process

from handlers.services.retrieval.encoder import Encoder
from handlers.services.retrieval.vectors import vectors

Scores = NDArray[np.floating]
Baseline = Callable[[Sequence[str], Sequence[str]], Scores]
"""(phrasings, questions) → one row a question, one column a phrasing."""


def baselines(encoder: Encoder | None) -> Mapping[str, Baseline]:
    """Name → system. bm25s and scikit-learn are development packages: without them, their rows are left out."""
    found: dict[str, Baseline] = {"rapidfuzz": _rapidfuzz}
    try:
        import bm25s  # noqa: F401
        import sklearn  # noqa: F401
    except ImportError:
        pass
    else:
        found |= {"bm25s + jieba": _bm25, "TF-IDF (characters 1–3)": _tfidf}
    if encoder is not None:
        found[f"{encoder.name} alone"] = lambda known, asked: vectors(encoder, asked) @ vectors(encoder, known).T
    return found


def _rapidfuzz(known: Sequence[str], asked: Sequence[str]) -> Scores:
    return process.cdist(asked, known, scorer=fuzz.ratio, dtype=np.float32)


def _bm25(known: Sequence[str], asked: Sequence[str]) -> Scores:
    import bm25s

    logging.getLogger("bm25s").setLevel(logging.WARNING)  # its import has set it to DEBUG
    index = bm25s.BM25()
    index.index([rjieba.cut(text) for text in known], show_progress=False)
    return np.array([index.get_scores(rjieba.cut(text)) for text in asked])


def _tfidf(known: Sequence[str], asked: Sequence[str]) -> Scores:
    from sklearn.feature_extraction.text import TfidfVectorizer

    maker = TfidfVectorizer(analyzer="char", ngram_range=(1, 3))
    found: Scores = (maker.fit_transform(known) @ maker.transform(asked).T).T.toarray()
    return found


def at_rate(
    inside: Scores, right: NDArray[np.bool_], outside: Scores, slices: Sequence[str], rate: float
) -> tuple[float, float]:
    """(share answered rightly, threshold) where the false-answer rate just stays within `rate`.

    `inside`, `outside`: the best score of each question; `right`: whether the best phrasing is the right one. The
    threshold is found on these very questions, which favours the baseline.
    """
    names = np.array(slices)
    kept = np.inf
    for threshold in np.unique(outside)[::-1]:
        if np.mean([(outside[names == name] >= threshold).mean() for name in set(slices)]) > rate:
            break
        kept = float(threshold)
    return float((right & (inside >= kept)).mean()), kept

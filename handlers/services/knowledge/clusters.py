"""Puts questions that mean the same into groups. Deterministic; knows texts and numbers, no playbooks and no storage.

What "alike" is comes from outside: `similar(texts)` gives a symmetric matrix (n, n) of 0–1. The one here counts shared
words and characters. A sentence encoder fits as `lambda texts: (found := encode(texts)) @ found.T`, with an `alike`
of its own.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import rjieba
from numpy.typing import NDArray
from rapidfuzz import fuzz, process

from handlers.services.retrieval.guards import Contrast
from handlers.services.retrieval.lexical import terms

Matrix = NDArray[np.float32]
Similar = Callable[[Sequence[str]], Matrix]
ALIKE = 0.30
WORDS = 0.75
WORTH_A_LOOK = 0.1
WEAKEST = 0.5
"""How near the least similar member of a group must be, as a share of `alike`."""
MOST_WORDS, OURS = 4, 1.5
TOO_COMMON = frozenset(
    [
        "怎么",
        "什么",
        "可以",
        "能不能",
        "是不是",
        "有没有",
        "为什么",
        "多少",
        "多久",
        "一下",
        "请问",
        "这个",
        "那个",
        "应该",
        "需要",
        "如果",
        "还是",
        "还有",
        "没有",
        "现在",
        "一直",
        "会不会",
        "要不要",
        "可不可以",
        "不能",
        "怎么办",
        "怎么回事",
        "觉得",
        "感觉",
        "知道",
        "注意",
        "情况",
        "问题",
        "原因",
        "时候",
        "东西",
        "病人",
        "医生",
    ]
)
PARTS_OF_SPEECH = ("n", "v", "e", "x")
"""Nouns, verbs, and what is written in letters."""


def cluster(texts: Sequence[str], similar: Similar, alike: float = ALIKE) -> list[list[int]]:
    """Groups of positions in `texts`, the biggest first, each in order; every position is in just one group.

    Texts with many near ones come first and found groups; each further text joins the group to whose members it is
    nearest on average, if that is at least `alike` and no member is far off.
    """
    if not texts:
        return []
    near = similar(texts)
    order = sorted(range(len(texts)), key=lambda one: (-float(np.where(near[one] >= alike, near[one], 0).sum()), one))
    groups: list[list[int]] = []
    for one in order:
        fits = [
            (float(near[one, group].mean()), -number)
            for number, group in enumerate(groups)
            if _fits(near[one, group], alike)
        ]
        if fits:
            groups[-max(fits)[1]].append(one)
        else:
            groups.append([one])
    return sorted((sorted(group) for group in groups), key=lambda group: (-len(group), group[0]))


def _fits(row: Matrix, alike: float) -> bool:
    return bool(row.mean() >= alike and row.min() >= alike * WEAKEST)


def lexical(background: Sequence[str] = ()) -> Similar:
    """Weighted Dice overlap of words and character bigrams, blended with the edit similarity, as in the index of FAQs.

    A term weighs the less the more texts of `background` have it: 糖尿病 alone makes no two questions alike.
    """
    common = Counter(term for text in background for term in terms(text))

    def similar(texts: Sequence[str]) -> Matrix:
        found: dict[str, list[int]] = {}
        for number, text in enumerate(texts):
            for term in terms(text):
                found.setdefault(term, []).append(number)
        shared = np.zeros((len(texts), len(texts)), dtype=np.float32)
        mass = np.zeros(len(texts), dtype=np.float32)
        for term, rows in found.items():
            weight = float(np.log((len(background) + len(texts) + 8) / (common[term] + 1))) + 0.1
            shared[np.ix_(rows, rows)] += weight
            mass[rows] += weight
        overlap = 2 * shared / np.maximum(mass[:, None] + mass[None, :], 1e-6)
        edits = process.cdist(texts, texts, scorer=fuzz.ratio, dtype=np.float32) / 100
        result: Matrix = (WORDS * overlap + (1 - WORDS) * edits).astype(np.float32)
        return result

    return similar


def kept_apart(similar: Similar, contrasts: Mapping[str, Contrast]) -> Similar:
    """Like `similar`, but what the engine would never confuse (荔枝 and 桑拿) has nothing in common."""

    def guarded(texts: Sequence[str]) -> Matrix:
        near = similar(texts).copy()
        for one, other in np.argwhere(np.triu(near, 1) >= WORTH_A_LOOK):
            if any(contrast.objects(texts[one], texts[other]) for contrast in contrasts.values()):
                near[one, other] = near[other, one] = 0
        return near

    return guarded


def central(members: Sequence[int], near: Matrix) -> list[int]:
    """The members of a group, the one that is nearest to all the others first."""
    inner = near[np.ix_(members, members)].sum(axis=1)
    return [members[place] for place in sorted(range(len(members)), key=lambda place: (-float(inner[place]), place))]


def key_terms(
    groups: Sequence[Sequence[str]], known: Collection[str] = (), stop: Collection[str] = ()
) -> list[list[str]]:
    """The words that say most of each group of texts: nouns and verbs, the `known` ones (of our field) before others.

    TF-IDF over jieba's own table and dictionary, as `jieba.analyse.extract_tags` ranks them. Importing that would hold
    the table in memory for good (80 MB); reading its file through once costs a quarter of a second, once a week.
    """
    ours = re.compile("|".join(map(re.escape, sorted(known, key=lambda one: (-len(one), one)))) or "(?!)")
    counts = [_counted(group, ours, TOO_COMMON | frozenset(stop)) for group in groups]
    weights = _weights({word for one in counts for word in one})
    weights |= {word: OURS * weight for word, weight in weights.items() if word in known}
    return [sorted(one, key=lambda word: (-one[word] * weights[word], word))[:MOST_WORDS] for one in counts]


def _counted(texts: Sequence[str], ours: re.Pattern[str], stop: Collection[str]) -> dict[str, int]:
    """Known words wherever they stand, the longest first; of the rest what carries meaning by its part of speech."""
    counted: Counter[str] = Counter()
    for text in texts:
        counted.update(ours.findall(text))
        for word, kind in rjieba.tag(ours.sub("，", text)):
            if kind[:1] in PARTS_OF_SPEECH and len(word.strip()) > 1 and word not in stop and rjieba.has_word(word):
                counted[word] += 1
    return dict(counted)


def _weights(words: set[str]) -> dict[str, float]:
    """Word → inverse document frequency; an unknown word has the middle one of the whole table."""
    known: dict[str, float] = {}
    every: list[float] = []
    with _table().open(encoding="utf-8") as lines:
        for line in lines:
            word, _, weight = line.strip().partition(" ")
            every.append(float(weight))
            if word in words:
                known[word] = every[-1]
    middle = sorted(every)[len(every) // 2]
    return {word: known.get(word, middle) for word in words}


def _table() -> Path:
    spec = find_spec("jieba")
    if spec is None or not spec.submodule_search_locations:
        raise LookupError("jieba is not installed")
    return Path(spec.submodule_search_locations[0]) / "analyse" / "idf.txt"

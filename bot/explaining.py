"""`xinglin ask --why`: how the engine came to its outcome, for the people who write the playbooks."""

from __future__ import annotations

from typing import Any

from handlers.index import Index
from handlers.services.retrieval.lexical import words
from handlers.services.retrieval.outcome import Candidate, Match, Zone
from handlers.services.retrieval.text import bare

WHY = {
    "exact": "和一种问法一字不差",
    "near": "够像，也没有规则拦着",
    "long": "话太长，从不直接回答",
    "fragment": "只有半句，从不直接回答",
    "guard": "像，但有规则拦着",
    "close": "两条差不多像，要问清楚是哪一条",
    "unsure": "还不够像",
    "far": "没有相近的",
}
ZONES = {Zone.ANSWER: "直接回答", Zone.CLARIFY: "给出选项", Zone.ABSTAIN: "不回答，转给人"}
GUARDS = {"number": "数字不同", "negation": "一个肯定一个否定", "content": "各说了对方没有的东西"}


def explain(index: Index, question: str, stricter: float = 0.0) -> dict[str, Any]:
    """{heard, outcome, why, needed, candidates[{id, phrasing, score, needed, parts, shared, only_asked, objection}]}."""
    asked = bare(question)
    match = index.faq.find(question, stricter)
    return {
        "heard": asked,
        "outcome": ZONES[match.zone],
        "why": WHY.get(match.why, match.why),
        "needed": round(match.threshold, 4),
        "candidates": [_candidate(index, asked, one, stricter) for one in _known(index, match, question)],
    }


def _known(index: Index, match: Match, question: str) -> list[Candidate]:
    return list(match.candidates) if match.why == "exact" else index.faq.rank(question)[:5]


def _candidate(index: Index, asked: str, one: Candidate, stricter: float) -> dict[str, Any]:
    mine, theirs = words(one.heard or asked), words(one.phrasing)
    return {
        "id": one.id,
        "question": one.question,
        "phrasing": one.phrasing,
        "heard": one.heard,
        "score": one.score,
        "needed": round(index.faq.needed(asked, one) + stricter, 4),
        "parts": {name: round(value, 4) for name, value in one.parts.items()},
        "shared": [word for word in mine if word in theirs],
        "only_asked": [word for word in mine if word not in theirs],
        "only_phrasing": [word for word in theirs if word not in mine],
        "objection": _objection(index, one.objection),
    }


def _objection(index: Index, name: str) -> str:
    """A guard as its author calls it."""
    lexicon = index.library.lexicons.get(name)
    return f"{lexicon.title}（{name}）" if lexicon else GUARDS.get(name, name)

"""`xinglin eval`: retrieval on a folder of question sets, with the shipped thresholds and no tuning on it."""

from __future__ import annotations

import json
import time
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from handlers.index import contrasts, synonyms
from handlers.services.knowledge.engine import Engine, Entry, Match, Thresholds, Zone
from handlers.settings import Settings
from playbooks.library import Library
from playbooks.schema.source import Broken, Problem

FILES = ("faq.jsonl", "queries_in.jsonl", "queries_out.jsonl", "hard_negatives.jsonl")


@dataclass(slots=True)
class Scores:
    """Running figures over in-scope questions."""

    ranks: list[int] = field(default_factory=list)
    zones: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    offered_right: int = 0


def rows(path: Path) -> list[dict[str, Any]]:
    """The objects of a JSON-lines file; raises Broken with the line that is none."""
    found = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip():
            continue
        try:
            found.append(json.loads(line))
        except ValueError:
            raise Broken([Problem(str(path), number, "", "这一行不是 JSON")]) from None
    return found


def evaluate(folder: Path, library: Library, settings: Settings) -> dict[str, Any]:
    """All figures for one folder. Rates are shares of 1; times are milliseconds and seconds."""
    missing = [name for name in FILES if not (folder / name).exists()]
    if missing:
        raise Broken([Problem(str(folder), 1, "", f"缺少文件：{'、'.join(missing)}")])
    faqs, inside, outside, hard = (rows(folder / name) for name in FILES)
    started = time.perf_counter()
    thresholds = Thresholds(settings.faq.answer_at, settings.faq.clarify_at)
    engine = Engine(
        [Entry(one["id"], one["question"], one.get("variants", ())) for one in faqs],
        contrasts(library),
        synonyms(library),
        thresholds,
    )
    build = time.perf_counter() - started
    times: list[float] = []
    figures = _inside(engine, inside, times)
    slices = _outside(engine, [*outside, *({**one, "slice": "hard_negative"} for one in hard)], times)
    return {
        "set": folder.name,
        "faqs": len(faqs),
        "queries_in": len(inside),
        **figures,
        "false_answer": _mean(slices.values()),
        "false_answer_by_slice": slices,
        "p50_ms": round(float(np.percentile(times, 50)), 3),
        "p99_ms": round(float(np.percentile(times, 99)), 3),
        "build_s": round(build, 3),
        "thresholds": {"answer": thresholds.answer, "clarify": thresholds.clarify},
    }


def _timed(engine: Engine, question: str, times: list[float]) -> Match:
    started = time.perf_counter()
    match = engine.find(question)
    times.append((time.perf_counter() - started) * 1000)
    return match


def _inside(engine: Engine, queries: list[dict[str, Any]], times: list[float]) -> dict[str, Any]:
    scores = Scores()
    for query in queries:
        match = _timed(engine, query["query"], times)
        ids = [one.id for one in engine.rank(query["query"])]
        scores.ranks.append(ids.index(query["gold"]) + 1 if query["gold"] in ids else 0)
        right = match.best is not None and match.best.id == query["gold"]
        outcome = ("answered_right" if right else "answered_wrong") if match.zone is Zone.ANSWER else match.zone.value
        scores.zones[outcome] += 1
        scores.offered_right += match.zone is Zone.CLARIFY and query["gold"] in [one.id for one in match.candidates]
    return _summary(scores, max(len(queries), 1))


def _summary(scores: Scores, total: int) -> dict[str, Any]:
    clarified = scores.zones["clarify"]
    return {
        "hit1": round(sum(rank == 1 for rank in scores.ranks) / total, 4),
        "hit3": round(sum(1 <= rank <= 3 for rank in scores.ranks) / total, 4),
        "mrr10": round(sum(1 / rank for rank in scores.ranks if 1 <= rank <= 10) / total, 4),
        "answered_right": round(scores.zones["answered_right"] / total, 4),
        "answered_wrong": round(scores.zones["answered_wrong"] / total, 4),
        "clarified": round(clarified / total, 4),
        "clarified_with_right": round(scores.offered_right / max(clarified, 1), 4),
        "abstained": round(scores.zones["abstain"] / total, 4),
    }


def _outside(engine: Engine, queries: list[dict[str, Any]], times: list[float]) -> dict[str, float]:
    answered: dict[str, list[bool]] = defaultdict(list)
    for query in queries:
        answered[query["slice"]].append(_timed(engine, query["query"], times).zone is Zone.ANSWER)
    return {name: _mean(map(float, found)) for name, found in sorted(answered.items())}


def _mean(values: Iterable[float]) -> float:
    known = list(values)
    return round(sum(known) / len(known), 4) if known else 0.0

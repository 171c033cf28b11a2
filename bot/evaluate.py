"""`xinglin eval`: retrieval on a folder of question sets, with the shipped thresholds and no tuning on it."""

from __future__ import annotations

import json
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from bot.baselines import at_rate, baselines
from bot.perturb import disturbed, edits
from handlers.index import made
from handlers.services.retrieval.encoder import encoder
from handlers.services.retrieval.engine import Engine
from handlers.services.retrieval.outcome import Entry, Match, Zone
from handlers.services.retrieval.text import bare
from handlers.services.retrieval.vectors import Progress
from handlers.settings import Settings
from playbooks.library import Library
from playbooks.schema.source import Broken, Problem

FILES = ("faq.jsonl", "queries_in.jsonl", "queries_out.jsonl", "hard_negatives.jsonl")
Rows = list[dict[str, Any]]


def rows(path: Path) -> Rows:
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


@dataclass(slots=True)
class Questions:
    """One set. `also`: (question, entry) pairs that a second look found right although the source does not say so."""

    faqs: Rows
    inside: Rows
    outside: Rows
    also: frozenset[tuple[str, str]] = frozenset()

    @classmethod
    def of(cls, folder: Path, adjudicated: Sequence[Path] = ()) -> Questions:
        """Read a folder; questions whose label a second look found wrong leave the out-of-scope slices."""
        missing = [name for name in FILES if not (folder / name).exists()]
        if missing:
            raise Broken([Problem(str(folder), 1, "", f"缺少文件：{'、'.join(missing)}")])
        faqs, inside, outside, hard = (rows(folder / name) for name in FILES)
        judged = [one for path in adjudicated for one in rows(path)]
        wrong = {one["query"] for one in judged if one.get("kind") != "in"}
        also = frozenset((one["query"], one["faq"]) for one in judged if one.get("kind") == "in")
        negatives = [*outside, *({**one, "slice": "hard_negative"} for one in hard)]
        return cls(faqs, inside, [one for one in negatives if one["query"] not in wrong], also)

    def right(self, query: dict[str, Any], found: str) -> bool:
        return found == query["gold"] or (query["query"], found) in self.also


@dataclass(slots=True)
class Tally:
    """Running figures over in-scope questions."""

    ranks: list[int] = field(default_factory=list)
    zones: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    offered: int = 0
    held: int = 0
    """Questions not answered whose choices contain the right entry."""


def evaluate(
    folder: Path,
    library: Library,
    settings: Settings,
    adjudicated: Sequence[Path] = (),
    progress: Progress | None = None,
) -> dict[str, Any]:
    """All figures for one folder. Rates are shares of 1; times are milliseconds and seconds."""
    questions = Questions.of(folder, adjudicated)
    entries = [Entry(one["id"], one["question"], one.get("variants", ())) for one in questions.faqs]
    started = time.perf_counter()
    uncached = settings.model_copy(update={"faq": settings.faq.model_copy(update={"cache": None})})
    engine = made(entries, library, uncached)
    build = time.perf_counter() - started
    times: list[float] = []
    figures = _inside(engine, questions, times, progress)
    slices = _outside(engine, questions.outside, times)
    rate = _mean(slices.values())
    return {
        "set": folder.name,
        "faqs": len(entries),
        "phrasings": len(engine.phrasings),
        "queries_in": len(questions.inside),
        "queries_out": len(questions.outside),
        **figures,
        "false_answer": rate,
        "false_answer_by_slice": slices,
        "disturbed": _disturbed(engine, questions, figures["answered_right"]),
        "edits_answered": _edits(engine),
        "baselines": _baselines(questions, settings, rate),
        "p50_ms": round(float(np.percentile(times, 50)), 3),
        "p99_ms": round(float(np.percentile(times, 99)), 3),
        "build_s": round(build, 3),
        "encoder": settings.faq.encoder,
        "thresholds": {
            "answer": engine.thresholds.answer,
            "clarify": engine.thresholds.clarify,
            "short": engine.thresholds.short,
        },
    }


def _timed(engine: Engine, question: str, times: list[float]) -> Match:
    started = time.perf_counter()
    match = engine.find(question)
    times.append((time.perf_counter() - started) * 1000)
    return match


def _inside(engine: Engine, questions: Questions, times: list[float], progress: Progress | None) -> dict[str, Any]:
    tally = Tally()
    by_topic: dict[str, list[bool]] = defaultdict(list)
    for number, query in enumerate(questions.inside, 1):
        match = _timed(engine, query["query"], times)
        ids = [one.id for one in engine.rank(query["query"])]
        tally.ranks.append(next((place for place, found in enumerate(ids, 1) if questions.right(query, found)), 0))
        right = match.best is not None and questions.right(query, match.best.id)
        outcome = ("answered_right" if right else "answered_wrong") if match.zone is Zone.ANSWER else match.zone.value
        tally.zones[outcome] += 1
        by_topic[str(query.get("topic", ""))].append(outcome == "answered_right")
        offered = match.zone is Zone.CLARIFY
        tally.held += offered and any(questions.right(query, one.id) for one in match.candidates)
        if progress is not None:
            progress(number, len(questions.inside))
    topics = {name: _mean(map(float, found)) for name, found in by_topic.items() if len(found) >= 20}
    return _summary(tally, max(len(questions.inside), 1)) | {"answered_right_by_topic": topics}


def _summary(tally: Tally, total: int) -> dict[str, Any]:
    clarified, abstained = tally.zones["clarify"], tally.zones["abstain"]
    return {
        "hit1": round(sum(rank == 1 for rank in tally.ranks) / total, 4),
        "hit3": round(sum(1 <= rank <= 3 for rank in tally.ranks) / total, 4),
        "mrr10": round(sum(1 / rank for rank in tally.ranks if 1 <= rank <= 10) / total, 4),
        "answered_right": round(tally.zones["answered_right"] / total, 4),
        "answered_wrong": round(tally.zones["answered_wrong"] / total, 4),
        "clarified": round(clarified / total, 4),
        "clarified_with_right": round(tally.held / max(clarified, 1), 4),
        "rest_with_right_choice": round(tally.held / max(clarified + abstained, 1), 4),
        "abstained": round(abstained / total, 4),
    }


def _outside(engine: Engine, queries: Rows, times: list[float]) -> dict[str, float]:
    answered: dict[str, list[bool]] = defaultdict(list)
    for query in queries:
        answered[query["slice"]].append(_timed(engine, query["query"], times).zone is Zone.ANSWER)
    return {name: _mean(map(float, found)) for name, found in sorted(answered.items())}


def _answers(engine: Engine, question: str) -> str | None:
    match = engine.find(question)
    return match.best.id if match.zone is Zone.ANSWER and match.best else None


def _disturbed(engine: Engine, questions: Questions, undisturbed: float) -> dict[str, float]:
    """Disturbance → how much of the undisturbed rate of right answers is left."""
    right: dict[str, int] = defaultdict(int)
    for query in questions.inside:
        for name, text in disturbed(query["query"]).items():
            found = _answers(engine, text)
            right[name] += found is not None and questions.right(query, found)
    whole = undisturbed * max(len(questions.inside), 1)
    return {name: round(count / whole, 4) if whole else 0.0 for name, count in right.items()}


def _edits(engine: Engine) -> dict[str, Any]:
    """Phrasings edited so that they mean something else: how many are still answered by the same entry."""
    known = {text for text, _ in engine.phrasings}
    made_of = [(kind, text, owner) for phrasing, owner in engine.phrasings for kind, text in edits(phrasing)]
    fresh = [(kind, text, owner) for kind, text, owner in made_of if bare(text) not in known]
    answered = [_answers(engine, text) == owner for _, text, owner in fresh]
    return {"edits": len(fresh), "share": _mean(map(float, answered))}


def _baselines(questions: Questions, settings: Settings, rate: float) -> dict[str, dict[str, float]]:
    """Baseline → hit@1, and what it answers rightly at our false-answer rate (threshold fitted on the set itself)."""
    pairs = [(bare(text), one["id"]) for one in questions.faqs for text in (one["question"], *one.get("variants", ()))]
    known, owners = [text for text, _ in pairs], [owner for _, owner in pairs]
    inside, outside = ([bare(one["query"]) for one in part] for part in (questions.inside, questions.outside))
    found = {}
    for name, system in baselines(encoder(settings.faq.encoder)).items():
        scores, others = system(known, inside), system(known, outside)
        best = scores.argmax(axis=1)
        right = np.array(
            [questions.right(one, owners[row]) for one, row in zip(questions.inside, best, strict=True)], dtype=bool
        )
        slices = [one["slice"] for one in questions.outside]
        share, _ = at_rate(scores.max(axis=1), right, others.max(axis=1), slices, rate)
        found[name] = {"hit1": round(float(right.mean()), 4), "answered_right": round(share, 4)}
    return found


def _mean(values: Iterable[float]) -> float:
    known = list(values)
    return round(sum(known) / len(known), 4) if known else 0.0

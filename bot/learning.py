"""`xinglin churn --train`: the score of who may leave, learned from this deployment's own past and checked on its last part."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from handlers.services.community import churn, facts
from storage.queries import events, people, staff
from storage.work import Database, Work

EVERY, AHEAD = dt.timedelta(days=14), dt.timedelta(days=30)
"""A look every so often; whoever shows no sign for so long after it has left."""
PAST = dt.timedelta(days=360)
KNOWN_FROM = dt.timedelta(days=14)
ENOUGH, ENOUGH_OF_EACH = 300, 50
LAST_PART = 0.25
PAGE = 500
LEARNT = tuple(one.name for one in churn.SIGNALS if one.name != "readings")
"""Readings are sealed and not looked at here; their weight is none in a learned score."""
Row = tuple[dt.date, list[float], bool]
Report = Callable[[int, int], None]


class TooLittle(RuntimeError):
    """There is not history enough to learn from."""


def rows(work: Work, today: dt.date, report: Report = lambda done, total: None) -> list[Row]:
    """(day, signals, left within 30 days) of everybody who was there on each of these days, in order of time."""
    looks = list(_looks(today))
    found: list[Row] = []
    total, done, after = people.count(work), 0, 0
    while page := people.after(work, after, PAGE):
        after = page[-1].id
        days = events.days_of(work, [one.id for one in page], today - PAST - dt.timedelta(days=90))
        for person_days in days.values():
            found += [row for look in looks if (row := _row(look, person_days)) is not None]
        done += len(page)
        report(done, total)
    return sorted(found, key=lambda one: one[0])


def _looks(today: dt.date) -> Iterator[dt.date]:
    day = today - AHEAD
    while day > today - PAST:
        yield day
        day -= EVERY


def _row(look: dt.date, days: Sequence[tuple[str, dt.date, int]]) -> Row | None:
    """None for somebody who was not there yet, was new, or had left before."""
    before = [one for one in days if one[1] <= look]
    signs = [on for name, on, _ in before if name in facts.SIGNS]
    if not signs or min(signs) > look - KNOWN_FROM or max(signs) <= look - AHEAD:
        return None
    ever: dict[str, tuple[dt.date, int]] = {}
    for name, on, count in before:
        last, so_far = ever.get(name, (on, 0))
        ever[name] = (max(last, on), so_far + count)
    there = churn.signals(facts.counted(look, before, ever))
    left = not any(name in facts.SIGNS and look < on <= look + AHEAD for name, on, _ in days)
    return look, [float(name in there) for name in LEARNT], left


def train(database: Database, now: dt.datetime, today: dt.date, report: Report) -> dict[str, Any]:
    """Learn, check on the last quarter in time, keep it; returns the evaluation. Raises TooLittle."""
    with database.reading() as work:
        found = rows(work, today, report)
    learned = fit(found)
    with database.transaction() as work:
        staff.set_setting(work, churn.MODEL, learned["model"] | {"on": today.isoformat()}, now)
    evaluation: dict[str, Any] = learned["evaluation"]
    return evaluation


def fit(found: Sequence[Row]) -> dict[str, Any]:
    """{model: {weights, intercept}, evaluation: {rows, left, auc, brier, brier_base, calibration[(said, happened, rows)]}}."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import brier_score_loss, roc_auc_score

    left = sum(gone for _, _, gone in found)
    cut = int(len(found) * (1 - LAST_PART))
    early, late = found[:cut], found[cut:]
    both = all(len({gone for _, _, gone in part}) == 2 for part in (early, late))
    if len(found) < ENOUGH or min(left, len(found) - left) < ENOUGH_OF_EACH or not both:
        raise TooLittle(
            f"历史还不够：要 {ENOUGH} 行、走和没走各 {ENOUGH_OF_EACH} 行，现在 {len(found)} 行、走了的 {left} 行。先按写明的分数算"
        )
    taught = LogisticRegression().fit([x for _, x, _ in early], [gone for _, _, gone in early])
    said = [float(one) for one in taught.predict_proba([x for _, x, _ in late])[:, 1]]
    truth = [gone for _, _, gone in late]
    base = sum(gone for _, _, gone in early) / len(early)
    whole = LogisticRegression().fit([x for _, x, _ in found], [gone for _, _, gone in found])
    weights = {name: float(weight) for name, weight in zip(LEARNT, whole.coef_[0], strict=True)}
    return {
        "model": {"weights": weights | {"readings": 0.0}, "intercept": float(whole.intercept_[0])},
        "evaluation": {
            "rows": len(found),
            "left": left,
            "auc": round(float(roc_auc_score(truth, said)), 3),
            "brier": round(float(brier_score_loss(truth, said)), 4),
            "brier_base": round(float(brier_score_loss(truth, [base] * len(truth))), 4),
            "calibration": _fifths(said, truth),
            "weights": {name: round(weight, 2) for name, weight in weights.items()},
        },
    }


def _fifths(said: Sequence[float], truth: Sequence[bool]) -> list[tuple[float, float, int]]:
    """What was said and what happened, in five parts from the least to the most likely to leave."""
    pairs = sorted(zip(said, truth, strict=True), key=lambda one: one[0])
    parts = [pairs[len(pairs) * number // 5 : len(pairs) * (number + 1) // 5] for number in range(5)]
    return [
        (round(sum(s for s, _ in part) / len(part), 3), round(sum(t for _, t in part) / len(part), 3), len(part))
        for part in parts
        if part
    ]

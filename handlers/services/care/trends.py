"""A person's own readings as a picture, over 7, 30 or 90 days."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from typing import Any

from handlers.contract import Picture, Scene
from handlers.services.care.check_ins import today
from playbooks.schema.measure import Measure, Normal, Number
from storage.queries import care
from storage.tables.care import CheckIn
from storage.tables.people import Person

SPANS = (7, 30, 90)
MOST_LINES = 3
NO_CONTEXT, OTHERS = "没写时段", "其他"


@dataclass(frozen=True, slots=True)
class Trend:
    """What is drawn: of which measure, how many readings on how many days."""

    measure: Measure
    days: int
    readings: int
    on_days: int
    picture: Picture


def trend(scene: Scene, person: Person, days: int, measure: Measure | None = None, fewest: int = 1) -> Trend | None:
    """The measure, or the one with the most readings, over the last `days`; None when it has fewer than `fewest`."""
    last = today(scene, person.zone)
    first = last - dt.timedelta(days=days - 1)
    measures = scene.index.library.measures
    by_measure: dict[str, list[CheckIn]] = {}
    for one in care.check_ins(scene.work, person.id, since=first, measure=measure.id if measure else None):
        if isinstance(one.value.get("values"), dict) and one.measure in measures:
            by_measure.setdefault(one.measure, []).append(one)
    if not by_measure:
        return None
    found = measures[max(by_measure, key=lambda one: len(by_measure[one]))]
    rows = sorted(by_measure[found.id], key=lambda one: (one.day, one.at))
    if len(rows) < fewest:
        return None
    data = _data(found, rows) | {"first": first.isoformat(), "last": last.isoformat()}
    return Trend(found, days, len(rows), len({one.day for one in rows}), Picture("trend", data))


def _data(measure: Measure, rows: list[CheckIn]) -> dict[str, Any]:
    parts = measure.value.parts if isinstance(measure.value, Number) else ()
    names = {part.key: part.name for part in parts}
    lines: dict[str, list[tuple[str, float]]] = {}
    series = _by_context(measure, rows) if len(parts) == 1 else {}
    for part in names:
        for row in rows:
            if (value := row.value["values"].get(part)) is not None:
                name = series.get(row.value.get("context"), names[part])
                lines.setdefault(name, []).append((row.day.isoformat(), float(value)))
    contexts = {row.value.get("context") for row in rows}
    bands = {names[one.part]: (one.low, one.high) for one in _normal(measure, contexts) if one.part in names}
    unit = measure.value.unit if isinstance(measure.value, Number) else ""
    return {"title": measure.title, "unit": unit, "lines": lines, "bands": bands, "readings": len(rows)}


def _by_context(measure: Measure, rows: list[CheckIn]) -> dict[str | None, str]:
    """Context → series: 空腹 and 餐后 are no one line; with many contexts the rarer ones share one."""
    counts = Counter(row.value.get("context") for row in rows)
    if len(counts) < 2:
        return {}
    titles: dict[str | None, str] = {one.key: one.title for one in measure.contexts}
    kept = [one for one, _ in counts.most_common(MOST_LINES if len(counts) <= MOST_LINES else MOST_LINES - 1)]
    return {one: titles.get(one, NO_CONTEXT) if one in kept else OTHERS for one in counts}


def _normal(measure: Measure, contexts: set[str | None]) -> list[Normal]:
    """The range of when all were taken; else the general one."""
    own = [one for one in measure.normal if len(contexts) == 1 and one.context is not None and one.context in contexts]
    return own or [one for one in measure.normal if one.context is None]

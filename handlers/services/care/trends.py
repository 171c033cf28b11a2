"""A person's own readings as a picture."""

from __future__ import annotations

import datetime as dt

from handlers.contract import Picture, Scene
from handlers.services.care.check_ins import today
from playbooks.schema.measure import Measure
from storage.queries import care, people
from storage.tables.care import CheckIn

DAYS = 30
FEWEST = 2


def trend_picture(scene: Scene, person_id: int) -> Picture | None:
    """The measure with the most numeric readings of the last 30 days; None when there are too few to draw."""
    person = people.person(scene.work, person_id)
    if person is None:
        return None
    day = today(scene, person.zone)
    by_measure: dict[str, list[CheckIn]] = {}
    for one in care.check_ins(scene.work, person_id, since=day - dt.timedelta(days=DAYS - 1)):
        if isinstance(one.value.get("values"), dict):
            by_measure.setdefault(one.measure, []).append(one)
    measures = scene.index.library.measures
    known = {name: rows for name, rows in by_measure.items() if name in measures and len(rows) >= FEWEST}
    if not known:
        return None
    name = max(known, key=lambda one: len(known[one]))
    return Picture("trend", _data(measures[name], known[name]))


def _data(measure: Measure, rows: list[CheckIn]) -> dict[str, object]:
    lines: dict[str, list[tuple[str, float]]] = {}
    for row in rows:
        for part, value in row.value["values"].items():
            lines.setdefault(part, []).append((row.day.isoformat(), float(value)))
    return {"title": measure.title, "unit": rows[-1].value.get("unit", ""), "lines": lines}

"""What is drawn of one's own readings: whatever they are, a picture; situations are lines of their own."""

from __future__ import annotations

import datetime as dt
import random
from typing import Any

import pytest

from handlers.services.care import trends
from handlers.services.pictures import draw
from playbooks.schema.load import load
from storage.tables.care import CheckIn

LAST = dt.date(2026, 3, 31)
NAMES = {"高压": (60, 250), "低压": (30, 150)}
BANDS = {"高压": (90, 134), "低压": (60, 84)}


def _data(count: int, span: int, **more: Any) -> dict[str, Any]:
    chance = random.Random(count)
    days = sorted(chance.choices([(LAST - dt.timedelta(days=back)).isoformat() for back in range(span)], k=count))
    lines = {name: [(day, chance.uniform(*edges)) for day in days] for name, edges in NAMES.items()}
    first = (LAST - dt.timedelta(days=span - 1)).isoformat()
    return {"title": "血压", "unit": "mmHg", "lines": lines, "first": first, "last": LAST.isoformat()} | more


@pytest.mark.parametrize("count", [1, 2, 30, 90, 400])
@pytest.mark.parametrize("span", [7, 30, 90])
def test_any_number_of_readings_can_be_drawn(count: int, span: int) -> None:
    assert draw("trend", _data(count, span, bands=BANDS)).startswith(b"\x89PNG")


def test_long_titles_open_ranges_and_rows_of_an_older_version_can_be_drawn() -> None:
    long = _data(3, 7, title="每天清晨第一次量的" * 5, bands={"高压": (None, 3.0), "低压": (60, None)})
    old = {name: long[name] for name in ("title", "unit", "lines")}
    same = _data(2, 7) | {"lines": {"体温": [(LAST.isoformat(), 36.5)] * 2}}
    for data in (long, old, same):
        assert draw("trend", data)


def _row(day: int, value: float, context: str | None) -> CheckIn:
    when = dt.datetime(2026, 3, day, tzinfo=dt.UTC)
    return CheckIn(person_id=1, measure="glucose", day=when.date(), at=when, value={"values": {"value": value}, "context": context})  # fmt: skip


def test_fasting_and_after_a_meal_are_two_lines_and_the_band_is_the_one_of_both() -> None:
    glucose = load().measures["glucose"]
    mixed = trends._data(glucose, [_row(1, 6.1, "fasting"), _row(1, 8.8, "after_meal"), _row(2, 6.0, "fasting")])
    assert {name: len(points) for name, points in mixed["lines"].items()} == {"空腹": 2, "餐后": 1}
    assert mixed["bands"] == {"血糖": (4.0, 10.0)}
    fasting = trends._data(glucose, [_row(1, 6.1, "fasting"), _row(2, 6.0, "fasting")])
    assert (list(fasting["lines"]), fasting["bands"]) == (["血糖"], {"血糖": (4.0, 7.0)})
    many = [
        _row(1, 6.0, one) for one in ("fasting", "after_meal", "bedtime", "before_meal", None, "fasting", "bedtime")
    ]
    assert list(trends._data(glucose, many)["lines"]) == ["空腹", "其他", "睡前"]

"""The run of days: frozen days break nothing, and three gentle days bring the old run back."""

from __future__ import annotations

import datetime as dt

import pytest

from handlers.services.care.streaks import Run, run

FIRST = dt.date(2026, 3, 1)


def day(number: int) -> dt.date:
    return FIRST + dt.timedelta(days=number)


@pytest.mark.parametrize(
    ("calendar", "wanted"),
    [
        ("xxx", Run(3)),
        ("xxx.", Run(3)),  # today has only begun
        ("xx..", Run(0)),
        ("x.xx", Run(2)),
        ("xxx~~", Run(3, held=3)),  # frozen now
        ("xxx~~x", Run(1, held=3, gentle=1)),
        ("xxx~~xx", Run(2, held=3, gentle=2)),
        ("xxx~~xxx", Run(6, revived=True)),
        ("xxx~~xxxx", Run(7)),
        ("xxx~~xxx.", Run(6)),
        ("xxx~~x.xx", Run(2)),  # missed among the three
        ("xxx~...xxx", Run(6, revived=True)),  # some days to come home
        ("xxx~....xxx", Run(3)),
        ("xxx.~~xxx", Run(3)),  # missed before it began
        ("xx~xxx~xxx", Run(8, revived=True)),
        ("xx~x~xxx", Run(4, revived=True)),  # the first run was never brought back
        ("~~~", Run(0)),
    ],
)
def test_a_run_survives_what_is_nobodys_fault(calendar: str, wanted: Run) -> None:
    """x: a check-in, ~: frozen, .: neither; the last sign is today."""
    days = {day(number) for number, sign in enumerate(calendar) if sign == "x"}
    frozen = {day(number) for number, sign in enumerate(calendar) if sign == "~"}
    assert run(days, day(len(calendar) - 1), frozen.__contains__) == wanted

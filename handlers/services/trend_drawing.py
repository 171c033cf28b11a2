"""One's own readings over days: a line a series, the reference range behind them, and gaps left open."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from PIL import Image

from handlers.services.canvas import (
    BLUE,
    CREAM,
    GREEN,
    LINE,
    ORANGE,
    PALE,
    SOFT,
    WHITE,
    WIDTH,
    Drawer,
    canvas,
    fit,
    font,
)

SERIES, BANDS = (GREEN, ORANGE, BLUE), (PALE, CREAM)
TOP, BOTTOM, LEFT, RIGHT = 190, 500, 86, WIDTH - 44
INSET = 22
"""Between the frame and the first and last day, so that no point touches it."""
APART = {7: 1, 30: 3, 90: 7}
"""Days shown → days between two readings that are still joined by a line."""
TICKS = {7: 1, 30: 7, 90: 15}
FEW = 40
Points = list[tuple[str, float]]


def trend(data: Mapping[str, Any]) -> Image.Image:
    """`lines`: series → (day, value) in order. `bands`: series → (low, high), either None. `first`, `last`: days shown."""
    lines: dict[str, Points] = data["lines"]
    days = sorted(day for points in lines.values() for day, _ in points)
    first, last = dt.date.fromisoformat(data.get("first", days[0])), dt.date.fromisoformat(data.get("last", days[-1]))
    image, pen = canvas(620, f"我的{data['title']}", f"{data['unit']}　最近 {(last - first).days + 1} 天")
    frame = _Frame(first, max((last - first).days, 1), _span(lines, data.get("bands", {})))
    _legend(pen, lines, f"记了 {data.get('readings', len(days))} 次，{len(set(days))} 天")
    _bands(pen, frame, data.get("bands", {}))
    _axes(pen, frame, last)
    for number, points in enumerate(lines.values()):
        _series(pen, frame, points, SERIES[number % len(SERIES)])
    _foot(pen, data.get("bands", {}))
    return image


class _Frame:
    """Where days and values are on the sheet."""

    def __init__(self, first: dt.date, days: int, span: tuple[float, float, float]) -> None:
        self.first, self.days = first, days
        self.low, self.high, self.step = span
        self.shown = min((one for one in APART if one > days), default=90)

    def x(self, day: dt.date) -> float:
        return LEFT + INSET + (RIGHT - LEFT - 2 * INSET) * (day - self.first).days / self.days

    def y(self, value: float) -> float:
        return BOTTOM - (BOTTOM - TOP) * (value - self.low) / (self.high - self.low)


def _span(lines: Mapping[str, Points], bands: Mapping[str, Any]) -> tuple[float, float, float]:
    """Lowest and highest number on the scale, and the step between its marks: 1, 2 or 5 of some power of ten."""
    values = [value for points in lines.values() for _, value in points]
    values += [edge for band in bands.values() for edge in band if edge is not None]
    low, high = min(values), max(values)
    room = max(high - low, abs(high) * 0.04, 0.4)
    power = 10.0 ** math.floor(math.log10(room / 5))
    step = next(one * power for one in (1, 2, 5, 10) if one * power >= room / 5)
    bottom = math.floor((low - room * 0.08) / step) * step
    return (max(bottom, 0.0) if low >= 0 else bottom), math.ceil((high + room * 0.08) / step) * step, step


def _legend(pen: Drawer, lines: Mapping[str, Points], counts: str) -> None:
    """Each series with its newest number, so that none has to be found among the points."""
    x, room = float(LEFT - 50), WIDTH - 140 - font(22).getlength(counts)
    for number, (name, points) in enumerate(lines.items()):
        colour, newest = SERIES[number % len(SERIES)], f"{round(points[-1][1], 2):g}"
        pen.ellipse((x, 129, x + 16, 145), fill=colour)
        said = fit(name if len(lines) > 1 else "最近一次", 22, room / len(lines) - font(24).getlength(newest) - 50)
        pen.text((x + 24, 137), said, font=font(22), fill=SOFT, anchor="lm")
        x += 32 + font(22).getlength(said)
        pen.text((x, 137), newest, font=font(26), fill=colour, anchor="lm")
        x += 22 + font(26).getlength(newest)
    pen.text((RIGHT, 137), counts, font=font(20), fill=SOFT, anchor="rm")


def _bands(pen: Drawer, frame: _Frame, bands: Mapping[str, Any]) -> None:
    for number, (low, high) in enumerate(bands.values()):
        top = frame.y(high) if high is not None else TOP
        bottom = frame.y(low) if low is not None else BOTTOM
        pen.rectangle((LEFT, top, RIGHT, bottom), fill=BANDS[number % len(BANDS)])


def _axes(pen: Drawer, frame: _Frame, last: dt.date) -> None:
    for number in range(round((frame.high - frame.low) / frame.step) + 1):
        value = frame.low + number * frame.step
        y = frame.y(value)
        pen.line((LEFT, y, RIGHT, y), fill=LINE, width=2 if number == 0 else 1)
        pen.text((LEFT - 12, y), f"{round(value, 6):g}", font=font(20), fill=SOFT, anchor="rm")
    day = last
    while day >= frame.first:
        x = frame.x(day)
        pen.line((x, BOTTOM, x, BOTTOM + 7), fill=LINE, width=2)
        pen.text((x, BOTTOM + 14), f"{day.month}/{day.day}", font=font(20), fill=SOFT, anchor="ma")
        day -= dt.timedelta(days=TICKS[frame.shown])


def _series(pen: Drawer, frame: _Frame, points: Points, colour: str) -> None:
    """Joined where the readings are close; a longer time without any stays open."""
    placed = [(dt.date.fromisoformat(day), value) for day, value in points]
    spots = _spread(frame, placed)
    for (before, spot), (after, following) in pairwise(zip([day for day, _ in placed], spots, strict=True)):
        if (after - before).days <= APART[frame.shown]:
            pen.line((*spot, *following), fill=colour, width=4 if len(spots) <= FEW else 2)
    many = len(spots) > FEW
    for x, y in spots:
        size = 4 if many else 7
        pen.ellipse((x - size, y - size, x + size, y + size), fill=colour, outline=None if many else WHITE, width=2)


def _spread(frame: _Frame, placed: list[tuple[dt.date, float]]) -> list[tuple[float, float]]:
    """Readings of one day stand side by side."""
    width = min((RIGHT - LEFT - 2 * INSET) / frame.days, 40) * 0.6
    days = [day for day, _ in placed]
    spots = []
    for number, (day, value) in enumerate(placed):
        count, place = days.count(day), number - days.index(day)
        spots.append((frame.x(day) + width * ((place + 0.5) / count - 0.5), frame.y(value)))
    return spots


def _foot(pen: Drawer, bands: Mapping[str, Any]) -> None:
    """What the bands are; that they are nobody's own goal."""
    x = float(LEFT - 50)
    for number, (name, band) in enumerate(bands.items()):
        pen.rectangle((x, BOTTOM + 56, x + 26, BOTTOM + 74), fill=BANDS[number % len(BANDS)], outline=LINE)
        said = f"{name if len(bands) > 1 else ''}参考范围 {_range(*band)}"
        pen.text((x + 34, BOTTOM + 65), said, font=font(20), fill=SOFT, anchor="lm")
        x += 62 + font(20).getlength(said)
    if bands:
        said = "浅色是一般人的参考范围，您自己的目标听医生的。"
        pen.text((LEFT - 50, BOTTOM + 95), said, font=font(18), fill=SOFT, anchor="lm")


def _range(low: float | None, high: float | None) -> str:
    if low is None:
        return f"不超过 {high:g}"
    return f"{low:g}–{high:g}" if high is not None else f"{low:g} 以上"

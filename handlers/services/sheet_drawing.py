"""复诊一页纸 on A4 upright: read on a phone by the patient, and on paper by a doctor in twenty seconds."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from PIL import Image, ImageDraw

from handlers.services.canvas import GREEN, INK, LINE, ORANGE, PALE, SOFT, WHITE, Drawer, fit, font

WIDE, HIGH, EDGE = 1240, 1754, 64
"""A4 at 150 dots an inch."""
HEAD, TITLE, TEXT, SMALL, ROW, LEAST = 150, 36, 34, 28, 52, 24
COLUMNS = (EDGE, 372, 522, 742, 892, 1010)
"""Where name, last, lowest to highest, average, days and the small line begin."""
LINE_ROW = 84
FEW = 4
"""So many lines may take two rows each; the page is full otherwise."""
MOST_PLACES = 100
"""From here on a value is written without decimals."""


def sheet(data: Mapping[str, Any]) -> Image.Image:
    """`questions`: lines. `unwell`: (day, line). `series`, `reminders`: as `services/care/sheet.py` makes them."""
    image = Image.new("RGB", (WIDE, HIGH), WHITE)
    pen = ImageDraw.Draw(image)
    _head(pen, data)
    asked = [f"{n}. {text}" for n, text in enumerate(data["questions"], 1)]
    unwell = [f"{day}　{text}" for day, text in data["unwell"]]
    rows = 2 if len(asked) + len(unwell) <= FEW else 1
    y = _lines(pen, HEAD + 36, "这次想问医生", asked, rows)
    y = _lines(pen, y, "最近不舒服（本人原话）", unwell, rows)
    y = _series(pen, y, data["series"])
    _reminders(pen, y, data["reminders"])
    foot = "由本人记录、本人同意提供，没有经过核对；参考范围是一般范围，不是这位患者的目标。"
    pen.line((EDGE, HIGH - 84, WIDE - EDGE, HIGH - 84), fill=LINE, width=2)
    pen.text((EDGE, HIGH - 66), fit(foot, LEAST, WIDE - 2 * EDGE), font=font(LEAST), fill=SOFT)
    return image


def _head(pen: Drawer, data: Mapping[str, Any]) -> None:
    pen.rectangle((0, 0, WIDE, HEAD), fill=GREEN)
    pen.text((EDGE, 26), fit(f"复诊一页纸　{data['name']}", 52, WIDE - 2 * EDGE), font=font(52), fill=WHITE)
    visit = f"　复诊：{data['visit']} {data['place']}" if data["visit"] else ""
    pen.text((EDGE, 98), fit(f"{data['span']}{visit}", 30, WIDE - 2 * EDGE), font=font(30), fill=WHITE)


def _title(pen: Drawer, y: int, title: str) -> int:
    pen.rectangle((EDGE, y + 4, EDGE + 8, y + 44), fill=GREEN)
    pen.text((EDGE + 24, y), title, font=font(TITLE), fill=INK)
    return y + 62


def _lines(pen: Drawer, y: int, title: str, lines: Sequence[str], most: int) -> int:
    """Each line in at most so many rows."""
    y = _title(pen, y, title)
    rows = [row for line in lines for row in _wrapped(line, TEXT, WIDE - 2 * EDGE - 24, most)]
    for row in rows or ["没有写"]:
        pen.text((EDGE + 24, y), row, font=font(TEXT), fill=INK if rows else SOFT)
        y += ROW
    return y + 20


def _wrapped(text: str, size: int, width: float, most: int) -> list[str]:
    if most == 1:
        return [fit(text, size, width)]
    cut = len(text)
    while font(size).getlength(text[:cut]) > width:
        cut -= 1
    return [text] if cut == len(text) else [text[:cut], fit("　" + text[cut:], size, width)]


def _series(pen: Drawer, y: int, series: Sequence[Mapping[str, Any]]) -> int:
    y = _title(pen, y, "自己量的")
    if not series:
        pen.text((EDGE + 24, y), "没有记录", font=font(TEXT), fill=SOFT)
        return y + ROW + 20
    for x, name in zip(COLUMNS, ("", "最近", "最低～最高", "平均", "天数", "走势"), strict=True):
        pen.text((x + 24 if x == EDGE else x, y), name, font=font(SMALL), fill=SOFT)
    y += 44
    for row in series:
        _row(pen, y, row)
        y += LINE_ROW
    return y + 20


def _row(pen: Drawer, y: int, row: Mapping[str, Any]) -> None:
    last, low, high, average = row["values"]
    pen.line((EDGE + 24, y - 6, WIDE - EDGE, y - 6), fill=LINE, width=2)
    pen.text((EDGE + 24, y), fit(row["name"], TEXT, COLUMNS[1] - EDGE - 36), font=font(TEXT), fill=INK)
    pen.text((EDGE + 24, y + 42), _range(row), font=font(LEAST), fill=SOFT)
    middle = (_short(last), f"{_short(low)}～{_short(high)}", _short(average), f"{row['days']} 天")
    for x, text in zip(COLUMNS[1:], middle, strict=False):
        pen.text((x, y), text, font=font(TEXT), fill=INK)
    if row["out"]:
        pen.text((COLUMNS[4], y + 42), f"超出 {row['out']} 天", font=font(LEAST), fill=ORANGE)
    _small_line(pen, y, row)


def _range(row: Mapping[str, Any]) -> str:
    low, high = row["band"]
    if low is None and high is None:
        return row["unit"]  # type: ignore[no-any-return]
    span = (
        f"{_short(low)}～{_short(high)}"
        if None not in (low, high)
        else f"≤{_short(high)}"
        if low is None
        else f"≥{_short(low)}"
    )
    return f"{row['unit']}　参考 {span}"


def _short(value: float) -> str:
    return f"{value:.0f}" if abs(value) >= MOST_PLACES or value == int(value) else f"{value:.1f}"


def _small_line(pen: Drawer, y: int, row: Mapping[str, Any]) -> None:
    """The days from left to right, the lowest at the bottom; behind it the general range."""
    left, right, top, bottom = COLUMNS[5], WIDE - EDGE - 8, y + 2, y + 64
    first = dt.date.fromisoformat(row["first"])
    days = max((dt.date.fromisoformat(row["last"]) - first).days, 1)
    values = [value for _, value in row["points"]]
    low, high = min(values), max(values)

    def place(value: float) -> float:
        return bottom - (bottom - top) * ((value - low) / (high - low) if high > low else 0.5)

    floor, ceiling = row["band"]
    if (floor, ceiling) != (None, None):
        upper = top if ceiling is None else max(top, min(bottom, place(ceiling)))
        lower = bottom if floor is None else max(top, min(bottom, place(floor)))
        pen.rectangle((left, min(upper, lower), right, max(upper, lower)), fill=PALE)
    dots = [
        (left + (right - left) * (dt.date.fromisoformat(day) - first).days / days, place(value))
        for day, value in row["points"]
    ]
    if len(dots) > 1:
        pen.line(dots, fill=GREEN, width=3)
    for x, level in dots:
        pen.ellipse((x - 4, level - 4, x + 4, level + 4), fill=GREEN)


def _reminders(pen: Drawer, y: int, reminders: Sequence[Sequence[Any]]) -> None:
    y = _title(pen, y, "提醒（按时和没回应）")
    for what, total, done, none in reminders:
        if y > HIGH - 84 - ROW:
            return
        text = f"共 {total} 次，记下完成 {done} 次，没有回应 {none} 次"
        pen.text((EDGE + 24, y), fit(what, TEXT, 400), font=font(TEXT), fill=INK)
        pen.text((COLUMNS[2], y), text, font=font(TEXT), fill=ORANGE if none else INK)
        y += ROW
    if not reminders:
        pen.text((EDGE + 24, y), "没有设提醒", font=font(TEXT), fill=SOFT)

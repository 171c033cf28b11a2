"""Pictures people look at: certificate, key figures, one's own trend. Drawn by Pillow with a bundled Chinese font."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from PIL import Image, ImageDraw, ImageFont
from pylopdf_fonts_zh_cn import sans_path

INK, SOFT, GREEN, PALE, LINE, WHITE = "#1f2a2e", "#6b7a80", "#2f7d5b", "#eaf4ee", "#d9e2dd", "#ffffff"
ORANGE = "#b4540a"
SERIES = (GREEN, ORANGE, "#3a5ba0")
WIDTH = 720
Drawer = ImageDraw.ImageDraw


def draw(drawing: str, data: Mapping[str, Any]) -> bytes:
    """The picture as PNG bytes. `drawing` is one of DRAWINGS; raises KeyError for another."""
    image = DRAWINGS[drawing](data)
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


@lru_cache(maxsize=32)
def font(size: int) -> ImageFont.FreeTypeFont:
    """Noto Sans SC (SIL Open Font Licence), shipped by a dependency so that bare machines draw Chinese."""
    return ImageFont.truetype(sans_path(), size)


def _canvas(height: int, title: str, subtitle: str = "") -> tuple[Image.Image, Drawer]:
    image = Image.new("RGB", (WIDTH, height), WHITE)
    pen = ImageDraw.Draw(image)
    pen.rectangle((0, 0, WIDTH, 96), fill=GREEN)
    pen.text((36, 26), _fit(title, 34, WIDTH - 260), font=font(34), fill=WHITE)
    pen.text((WIDTH - 36, 36), subtitle, font=font(24), fill=WHITE, anchor="ra")
    return image, pen


def _fit(text: str, size: int, width: float) -> str:
    """The text, shortened with an ellipsis where it would not fit."""
    if font(size).getlength(text) <= width:
        return text
    while text and font(size).getlength(text + "…") > width:
        text = text[:-1]
    return text + "…"


def _figures(data: Mapping[str, Any]) -> Image.Image:
    """Key figures in two columns of cards, each with its change to the span before."""
    rows = data["rows"]
    lines = (len(rows) + 1) // 2
    image, pen = _canvas(120 + lines * 116, data["title"], data["span"])
    for number, (name, now, before) in enumerate(rows):
        left, top = 24 + (number % 2) * 340, 116 + (number // 2) * 116
        pen.rounded_rectangle((left, top, left + 332, top + 104), 12, fill=PALE)
        pen.text((left + 20, top + 14), name, font=font(22), fill=SOFT)
        pen.text((left + 20, top + 44), str(now), font=font(40), fill=INK)
        pen.text((left + 312, top + 62), _change(now, before), font=font(20), fill=SOFT, anchor="ra")
    return image


def _change(now: int, before: int | None) -> str:
    if before is None:
        return ""
    difference = now - before
    return "与上期持平" if difference == 0 else f"比上期{'多' if difference > 0 else '少'} {abs(difference)}"


def _certificate(data: Mapping[str, Any]) -> Image.Image:
    image, pen = _canvas(500, "证书", data["on"])
    pen.rectangle((18, 114, WIDTH - 18, 482), outline=GREEN, width=3)
    middle = WIDTH / 2
    pen.text((middle, 180), _fit(data["name"], 44, 600), font=font(44), fill=INK, anchor="mm")
    pen.text((middle, 250), f"在“{_fit(data['title'], 26, 380)}”中", font=font(26), fill=INK, anchor="mm")
    pen.text((middle, 296), f"坚持完成 {data['done']}/{data['days']} 天", font=font(26), fill=INK, anchor="mm")
    pen.text((middle, 376), data["honour"], font=font(48), fill=GREEN, anchor="mm")
    pen.text((middle, 444), "杏林 · 每一天都算数", font=font(20), fill=SOFT, anchor="mm")
    return image


TOP, BOTTOM, LEFT, RIGHT = 150, 400, 90, WIDTH - 40


def _trend(data: Mapping[str, Any]) -> Image.Image:
    """A line a value over days, with the last number written beside it."""
    image, pen = _canvas(460, f"我的{data['title']}", data["unit"])
    lines: dict[str, list[tuple[str, float]]] = data["lines"]
    values = [value for points in lines.values() for _, value in points]
    days = sorted({day for points in lines.values() for day, _ in points})
    low, high = _span(values)
    for share in (0, 0.5, 1):
        y = BOTTOM - (BOTTOM - TOP) * share
        pen.line((LEFT, y, RIGHT, y), fill=LINE, width=2)
        pen.text((LEFT - 12, y), f"{low + (high - low) * share:g}", font=font(20), fill=SOFT, anchor="rm")
    for day, anchor, x in ((days[0], "la", LEFT), (days[-1], "ra", RIGHT)):
        pen.text((x, BOTTOM + 14), day[5:].replace("-", "月") + "日", font=font(20), fill=SOFT, anchor=anchor)
    for number, points in enumerate(lines.values()):
        _line(pen, points, days, (low, high), SERIES[number % len(SERIES)])
    return image


def _span(values: list[float]) -> tuple[float, float]:
    low, high = min(values), max(values)
    margin = max((high - low) * 0.15, abs(high) * 0.02, 0.5)
    return round(low - margin, 1), round(high + margin, 1)


def _line(
    pen: Drawer, points: list[tuple[str, float]], days: list[str], span: tuple[float, float], colour: str
) -> None:
    step = (RIGHT - LEFT - 60) / max(len(days) - 1, 1)
    low, high = span
    places = [
        (LEFT + 20 + days.index(day) * step, BOTTOM - (BOTTOM - TOP) * (value - low) / (high - low))
        for day, value in points
    ]
    pen.line(places, fill=colour, width=4, joint="curve")
    for x, y in places:
        pen.ellipse((x - 6, y - 6, x + 6, y + 6), fill=colour)
    x, y = places[-1]
    pen.text((x, y - 12), f"{points[-1][1]:g}", font=font(22), fill=colour, anchor="mb")


BARS, BAR_RIGHT = 98, WIDTH - 210


def _gaps(data: Mapping[str, Any]) -> Image.Image:
    """Ranked bars, as long as people asked: above each what it is about and the change, beside it the numbers."""
    rows = data["rows"]
    image, pen = _canvas(124 + len(rows) * BARS + 44, data["title"], data["span"])
    most = max((people for _, people, _, _ in rows), default=1)
    for number, (label, people, questions, before) in enumerate(rows):
        top = 124 + number * BARS
        colour = ORANGE if number == 0 else GREEN
        trend = _trend_of(questions, before)
        room = WIDTH - 128 - font(20).getlength(trend)
        pen.ellipse((32, top + 4, 66, top + 38), fill=colour)
        pen.text((49, top + 21), str(number + 1), font=font(20), fill=WHITE, anchor="mm")
        pen.text((80, top + 21), _fit(label, 26, room), font=font(26), fill=INK, anchor="lm")
        pen.text((WIDTH - 32, top + 21), trend, font=font(20), fill=ORANGE if "↑" in trend else SOFT, anchor="rm")
        pen.rounded_rectangle((80, top + 48, BAR_RIGHT, top + 74), 13, fill=PALE)
        pen.rounded_rectangle((80, top + 48, 106 + (BAR_RIGHT - 106) * people / most, top + 74), 13, fill=colour)
        pen.text((BAR_RIGHT + 16, top + 61), f"{people} 人", font=font(26), fill=INK, anchor="lm")
        pen.text((WIDTH - 32, top + 62), f"{questions} 问", font=font(20), fill=SOFT, anchor="rm")
    foot = "按问的人数排序" + (f"，另有 {data['more']} 类没有画出" if data["more"] else "")
    pen.text((WIDTH - 32, 124 + len(rows) * BARS + 8), foot, font=font(18), fill=SOFT, anchor="ra")
    return image


def _trend_of(questions: int, before: int | None) -> str:
    """How often it was asked the week before. This week may not be over, so that fewer is no fall."""
    if not before:
        return "" if before is None else "新出现"
    return f"前一周 {before} 问" + (" ↑" if questions > before else "")


DRAWINGS: Mapping[str, Callable[[Mapping[str, Any]], Image.Image]] = {
    "figures": _figures,
    "certificate": _certificate,
    "trend": _trend,
    "gaps": _gaps,
}

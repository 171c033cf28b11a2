"""Pictures people look at: certificate, key figures, one's own trend. Drawn by Pillow with a bundled Chinese font."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from typing import Any

from PIL import Image

from handlers.services.canvas import GREEN, INK, ORANGE, PALE, SOFT, WHITE, WIDTH, Drawer, canvas, fit, font
from handlers.services.card_drawing import card
from handlers.services.sheet_drawing import sheet
from handlers.services.trend_drawing import trend


def draw(drawing: str, data: Mapping[str, Any]) -> bytes:
    """The picture as PNG bytes. `drawing` is one of DRAWINGS; raises KeyError for another."""
    image = DRAWINGS[drawing](data)
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def _figures(data: Mapping[str, Any]) -> Image.Image:
    """Key figures in two columns of cards, each with its change to the span before."""
    rows = data["rows"]
    lines = (len(rows) + 1) // 2
    image, pen = canvas(120 + lines * 116, data["title"], data["span"])
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
    image, pen = canvas(500, "证书", data["on"])
    pen.rectangle((18, 114, WIDTH - 18, 482), outline=GREEN, width=3)
    middle = WIDTH / 2
    made_up = f"（其中补 {data['late']} 天）" if data.get("late") else ""
    _centred(pen, 172, data["name"], 44, INK)
    _centred(pen, 240, f"在“{fit(data['title'], 24, 480)}”中", 26, INK)
    _centred(pen, 284, f"坚持完成 {data['done']}/{data['days']} 天{made_up}", 26, INK)
    if data.get("team"):
        _centred(pen, 326, f"和“{data['team']}”一起", 24, SOFT)
    _centred(pen, 384, data["honour"], 48, GREEN)
    pen.text((middle, 448), "杏林 · 每一天都算数", font=font(20), fill=SOFT, anchor="mm")
    return image


def _honour(data: Mapping[str, Any]) -> Image.Image:
    image, pen = canvas(440, "荣誉证书", data["on"])
    pen.rectangle((18, 114, WIDTH - 18, 422), outline=GREEN, width=3)
    _centred(pen, 174, data["name"], 44, INK)
    _centred(pen, 250, data["title"], 56, ORANGE)
    _centred(pen, 322, data["line"], 26, INK)
    pen.text((WIDTH / 2, 388), "杏林 · 每一天都算数", font=font(20), fill=SOFT, anchor="mm")
    return image


BARS, BAR_RIGHT = 98, WIDTH - 210


def _gaps(data: Mapping[str, Any]) -> Image.Image:
    """Ranked bars, as long as people asked: above each what it is about and the change, beside it the numbers."""
    rows = data["rows"]
    image, pen = canvas(124 + len(rows) * BARS + 44, data["title"], data["span"])
    most = max((people for _, people, _, _ in rows), default=1)
    for number, (label, people, questions, before) in enumerate(rows):
        top = 124 + number * BARS
        colour = ORANGE if number == 0 else GREEN
        trend = _trend_of(questions, before)
        room = WIDTH - 128 - font(20).getlength(trend)
        pen.ellipse((32, top + 4, 66, top + 38), fill=colour)
        pen.text((49, top + 21), str(number + 1), font=font(20), fill=WHITE, anchor="mm")
        pen.text((80, top + 21), fit(label, 26, room), font=font(26), fill=INK, anchor="lm")
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


def _centred(pen: Drawer, y: float, text: str, size: int, colour: str) -> None:
    """In the middle of the certificate; smaller where it is long, shortened where that is not enough."""
    room = WIDTH - 96
    size = next((one for one in range(size, 25, -2) if font(one).getlength(text) <= room), 26)
    pen.text((WIDTH / 2, y), fit(text, size, room), font=font(size), fill=colour, anchor="mm")


DRAWINGS: Mapping[str, Callable[[Mapping[str, Any]], Image.Image]] = {
    "figures": _figures,
    "certificate": _certificate,
    "honour": _honour,
    "trend": trend,
    "gaps": _gaps,
    "sheet": sheet,
    "card": card,
}

"""One person on one card, for staff: where they stand, how they have been these weeks, who looks after them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PIL import Image

from handlers.services.canvas import (
    CREAM,
    GREEN,
    INK,
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

LEFT, RIGHT = 32, WIDTH - 32
ROW, CHIP = 40, 44
LABEL = 104
RISKY = 50


def card(data: Mapping[str, Any]) -> Image.Image:
    """`weeks`: days of each of the last weeks with a sign, oldest first. `risk`: 0 to 100 or None; the rest are words."""
    rows = [*[tuple(one) for one in data["facts"]], ("计划", "、".join(data["plans"]) or "无")]
    rows += [("顾问", data["adviser"] or "还没有")]
    if data["honours"]:
        rows.append(("荣誉", "、".join(data["honours"])))
    chips = _laid(data["segments"], data["tags"])
    height = 96 + 108 + len(rows) * ROW + 24 + (len(chips) + 1) * CHIP + 196 + (72 if data["risk"] is not None else 0)
    image, pen = canvas(height, f"{data['name']}（{data['number']}）", f"{data['since']}加入")
    y = _figures(pen, data, 116)
    for title, value in rows:
        pen.text((LEFT, y), fit(title, 22, LABEL), font=font(22), fill=SOFT)
        pen.text((LEFT + LABEL + 12, y), fit(value, 24, RIGHT - LEFT - LABEL - 12), font=font(24), fill=INK)
        y += ROW
    y = _chips(pen, chips, y + 16)
    y = _weeks(pen, data["weeks"], y + 8)
    if data["risk"] is not None:
        _risk(pen, data["risk"], data["why"], y)
    return image


def _figures(pen: Drawer, data: Mapping[str, Any], y: int) -> int:
    """Level, points and run of days side by side; an open alert is seen first."""
    figures = [(data["level"] or "—", "等级"), (str(data["points"]), "积分"), (f"{data['streak']} 天", "连续打卡")]
    if data["alert"]:
        figures.insert(0, ("警报未解除", "先处理"))
    wide = (RIGHT - LEFT) / len(figures)
    for number, (value, title) in enumerate(figures):
        middle = LEFT + wide * (number + 0.5)
        colour = ORANGE if title == "先处理" else GREEN
        pen.text((middle, y + 22), fit(value, 30, wide - 12), font=font(30), fill=colour, anchor="mm")
        pen.text((middle, y + 58), title, font=font(18), fill=SOFT, anchor="mm")
    pen.line((LEFT, y + 82, RIGHT, y + 82), fill=LINE, width=2)
    return y + 100


def _laid(segments: list[str], tags: list[str]) -> list[list[tuple[str, bool]]]:
    """Chips in lines as they fit: (words, whether a segment)."""
    lines: list[list[tuple[str, bool]]] = [[]]
    room = float(RIGHT - LEFT)
    for words, segment in [*((one, True) for one in segments), *((one, False) for one in tags)]:
        wide = font(20).getlength(words) + 40
        if wide > room and lines[-1]:
            lines.append([])
            room = RIGHT - LEFT
        lines[-1].append((words, segment))
        room -= wide
    return [line for line in lines if line]


def _chips(pen: Drawer, lines: list[list[tuple[str, bool]]], y: int) -> int:
    """Segments green, tags pale orange."""
    for line in lines:
        x = float(LEFT)
        for words, segment in line:
            wide = font(20).getlength(words) + 28
            pen.rounded_rectangle((x, y, x + wide, y + 34), 17, fill=PALE if segment else CREAM)
            pen.text((x + 14, y + 17), words, font=font(20), fill=GREEN if segment else ORANGE, anchor="lm")
            x += wide + 12
        y += CHIP
    return y


def _weeks(pen: Drawer, weeks: list[int], y: int) -> int:
    """A bar a week, as high as days of it on which they were there."""
    pen.text((LEFT, y), f"近 {len(weeks)} 周，每周有几天在", font=font(20), fill=SOFT)
    bottom, high = y + 150, 100
    wide = (RIGHT - LEFT) / max(len(weeks), 1)
    for number, days in enumerate(weeks):
        x = LEFT + wide * number
        pen.rounded_rectangle((x + 6, bottom - high, x + wide - 6, bottom), 6, fill=PALE)
        if days:
            pen.rounded_rectangle((x + 6, bottom - high * days / 7, x + wide - 6, bottom), 6, fill=GREEN)
        pen.text((x + wide / 2, bottom + 14), str(days), font=font(18), fill=SOFT, anchor="mm")
    return bottom + 36


def _risk(pen: Drawer, score: int, why: list[str], y: int) -> None:
    colour = ORANGE if score >= RISKY else SOFT
    pen.rounded_rectangle((LEFT, y, RIGHT, y + 52), 12, fill=CREAM if score >= RISKY else WHITE, outline=LINE)
    text = f"离开的风险 {score} 分" + (f"：{'；'.join(why)}" if why else "")
    pen.text((LEFT + 16, y + 26), fit(text, 22, RIGHT - LEFT - 32), font=font(22), fill=colour, anchor="lm")

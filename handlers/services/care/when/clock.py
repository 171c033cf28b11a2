"""From 晚上八点半 to 20:30: the hour on a 24-hour clock, or the question to ask when there are two."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass

from handlers.services.care.chinese_number import to_int, to_number
from handlers.services.care.when import words
from handlers.services.care.when.chinese_time import Token

_SAME = {h: (h, 0) for h in range(1, 13)}
_PM = {h: (h + 12, 0) for h in range(1, 12)}
# Part of the day → spoken hour → (hour, days later). What is missing is a contradiction and gets asked.
PARTS: dict[str, dict[int, tuple[int, int]]] = {
    "凌": {h: _SAME[h] for h in range(1, 7)} | {12: (0, 0)},
    "夜": {h: _SAME[h] for h in range(1, 6)} | {h: _PM[h] for h in range(8, 12)} | {12: (0, 1)},
    "早": {h: _SAME[h] for h in range(3, 12)},
    "上": {h: _SAME[h] for h in range(5, 13)},
    "中": {1: _PM[1], 2: _PM[2], 11: _SAME[11], 12: (12, 0)},
    "下": _PM | {12: (12, 0)},
    "傍": {h: _PM[h] for h in range(4, 9)},
    "晚": {h: _PM[h] for h in range(5, 12)} | {12: (0, 1), 1: (1, 1), 2: (2, 1)},
}
_PART_OF = {
    word: part
    for part, listed in {
        "凌": "凌晨",
        "夜": "半夜 深夜 夜里 夜间 夜",
        "上": "上午",
        "中": "中午 正午",
        "下": "午后 下午",
        "傍": "傍晚",
        "晚": "晚上 晚间 夜晚 晚",
    }.items()
    for word in listed.split()
}
_HINTS = (
    (re.compile(r"早饭|早餐|早点|起床|空腹|抽血|晨练|晨起"), range(5, 12), 0),
    (re.compile(r"晚饭|晚餐"), range(5, 9), 12),
    (re.compile(r"午饭|午餐"), range(11, 13), 0),
    (re.compile(r"睡觉|睡前|入睡"), range(8, 12), 12),
)
NO_HOUR = 99
"""七八点 is no one hour."""


@dataclass(frozen=True, slots=True, order=True)
class Wall:
    """A time of day; `later` is 1 for the midnight that ends the day."""

    later: int
    hour: int
    minute: int

    def time(self) -> dt.time:
        return dt.time(self.hour, self.minute)

    def said(self) -> str:
        return f"{self.hour:02d}:{self.minute:02d}"

    def spoken(self) -> str:
        return words.spoken(self.hour, self.minute)

    def plus(self, minutes: int) -> Wall:
        days, rest = divmod(self.hour * 60 + self.minute + minutes, 1440)
        return Wall(self.later + days, rest // 60, rest % 60)


@dataclass(frozen=True, slots=True)
class Said:
    """One time of day as it was said; `start`–`end` is the place in the text, with its part of the day."""

    hour: int
    minute: int
    part: str
    start: int
    end: int
    exact: bool = False


@dataclass(frozen=True, slots=True)
class Halves:
    """The same words can mean two hours."""

    said: Said
    question: str
    options: tuple[str, ...]


def part_of(token: Token) -> str:
    return _PART_OF.get(token.text, "早")


def clocks(tokens: Sequence[Token]) -> list[Said]:
    """The times of day in the order they are said."""
    found: list[Said] = []
    part, start, dual = "", -1, False
    for token in tokens:
        if token.kind in ("part", "dual"):
            part, start, dual = part_of(token), token.start, token.kind == "dual"
        elif token.kind == "pair":
            found += [Said(to_int(token.got[i] or ""), 0, "早晚"[i], token.start, token.end) for i in (0, 1)]
        elif token.kind in ("clock", "before"):
            begin = token.start if start < 0 else start
            found += [_said(token, p, begin) for p in ("早晚" if dual else [part])]
            part, start, dual = "", -1, False
    return found


def _said(token: Token, part: str, start: int) -> Said:
    if token.kind == "before":
        less = 15 if token.got[0] == "一刻" else to_int(token.got[0] or "")
        hour = to_int(token.got[1] or "")
        return Said({0: 23, 1: 12}.get(hour, hour - 1), 60 - less, part, start, token.end)
    name, half, quarters, *minutes = (*token.got, None, None)
    if ":" in token.text or "时" in token.text:
        exact = (name is not None and name.startswith("0")) or (":" in token.text and name == "12")
        return Said(to_int(name or ""), to_int(half or "0"), part, start, token.end, exact)
    if to_number(name or "") is None:
        return Said(NO_HOUR, 0, part, start, token.end)
    said = next((m for m in minutes if m), None) or "0"
    minute = 30 if half else 15 * to_int(quarters) if quarters else to_int(said.strip("分过零〇") or "0")
    return Said(to_int(name or ""), minute, part, start, token.end, name in ("00", "零", "0"))


def walls(said: Sequence[Said], what: str) -> list[Wall] | Halves | Said:
    """All times on the 24-hour clock; Halves for the first that could be two; Said for one that cannot be."""
    around = any(s.hour > 12 or s.exact for s in said)
    found: list[Wall] = []
    part = ""
    for one in said:
        if one.hour > 24 or not 0 <= one.minute < 60 or to_number(str(one.hour)) is None:
            return one
        part = one.part or part
        wall = _wall(one, part, around, found[-1] if found else None) or _hinted(one, what)
        if wall is None:
            return _halves(one)
        found.append(wall)
    return found


def _wall(one: Said, part: str, around: bool, before: Wall | None) -> Wall | None:
    if one.hour in (0, 24):
        return Wall(int(one.hour == 24 or part in ("晚", "夜")), 0, one.minute)
    if one.hour > 12:
        fits = not one.part or (one.hour - 12 in PARTS[one.part] and PARTS[one.part][one.hour - 12][0] == one.hour)
        return Wall(0, one.hour, one.minute) if fits else None
    if one.part:
        return _in_part(one, one.part)
    if one.exact or around:
        return Wall(0, one.hour, one.minute)
    if part and before and (wall := _in_part(one, part)) and wall > before:
        return wall
    return Wall(0, 12, one.minute) if one.hour == 12 and before and before.hour < 12 else None


def _in_part(one: Said, part: str) -> Wall | None:
    hour = PARTS[part].get(one.hour)
    return Wall(hour[1], hour[0], one.minute) if hour else None


def _hinted(one: Said, what: str) -> Wall | None:
    """空腹, 早饭 and 起床 happen in the morning, 晚饭 in the evening."""
    if one.part:
        return None
    for pattern, hours, more in _HINTS:
        if one.hour in hours and pattern.search(what):
            return Wall(0, one.hour + more, one.minute)
    return None


def _halves(one: Said) -> Halves:
    hour = one.hour if one.hour <= 12 else one.hour - 12
    tail = "点" if not one.minute else "点半" if one.minute == 30 else f"点{one.minute:02d}分"
    if hour == 12:
        names = ("中午", "晚上")
    elif hour < 6:
        names = ("下午", "凌晨")
    else:
        names = ("早上" if hour < 10 else "上午", "晚上")
    shown = [f"{name} {hour} {tail}" for name in ("", *names)]
    question = words.ASK_HALF.format(clock=shown[0].lstrip(), a=shown[1], b=shown[2])
    return Halves(one, question, tuple(f"{name}{hour}{tail}" for name in names))

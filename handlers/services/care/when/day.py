"""Which day, and how often: the date and repetition words as calendar days and repeats."""

from __future__ import annotations

import datetime as dt
import re

from dateutil.relativedelta import relativedelta

from handlers.services.care.chinese_number import to_int
from handlers.services.care.when import lunar, words
from handlers.services.care.when.chinese_time import N, Token
from handlers.services.care.when.rules import LAST_DAY, Repeat

_RELATIVE = {"今": 0, "明": 1, "后": 2, "大": 3}
FAR = 10
"""Years ahead: a later date is a slip of the finger."""
_LONG_AGO = dt.timedelta(days=180)
_NUMBER = re.compile(N)


def weekday(character: str) -> int:
    """0 is Monday, as in `datetime`."""
    if character in words.WEEKDAYS:
        return words.WEEKDAYS.index(character)
    return 6 if character == "天" else to_int(character) - 1


def weekdays(text: str) -> tuple[int, ...]:
    """All the days in 一三五 or 周一、周四, in the order of the week."""
    return tuple(sorted({weekday(c) for c in re.findall(r"[一二三四五六日天1-7]", text)}))


def day_of(token: Token, today: dt.date, since: dt.date | None = None) -> dt.date | None:
    """The day a date word means; None when there is no such day. `since`: the other end of a range."""
    try:
        if token.kind == "relday":
            return today + dt.timedelta(days=_RELATIVE[token.text[0]])
        if token.kind == "in_days":
            return today + _length(token.got[0] or token.got[2], token.got[1] or token.got[3])
        if token.kind == "weekday":
            return _weekday(token, today, since)
        return _month_day(token, since or today) if token.kind == "monthday" else _date(token, today, since)
    except (ValueError, OverflowError):
        return None


def end_of(token: Token, first: dt.date) -> dt.date:
    """连续7天 from `first`: the last of the days."""
    return first + _length(*token.got) - dt.timedelta(days=1)


def _length(count: str | None, unit: str | None) -> relativedelta:
    number = to_int(count or "")
    if unit == "月":
        return relativedelta(months=number)
    return relativedelta(days=number * (1 if unit == "天" else 7))


def _weekday(token: Token, today: dt.date, since: dt.date | None) -> dt.date:
    which, number = token.got[0], weekday(token.got[1] or "")
    if which is None:
        base = since or today
        return base + dt.timedelta(days=(number - base.weekday()) % 7)
    weeks = {"下": 1, "下下": 2}.get(which, 0)
    return today + dt.timedelta(days=number - today.weekday() + 7 * weeks)


def _month_day(token: Token, base: dt.date) -> dt.date:
    number = to_int(token.got[1] or "")
    if (token.got[0] or "").startswith("下"):
        base = base.replace(day=1) + relativedelta(months=1)
    return base.replace(day=number)


def _date(token: Token, today: dt.date, since: dt.date | None) -> dt.date | None:
    year, month, number = token.got
    if year and year.isdigit() and int(year) > today.year + FAR:
        return None
    if year and year.isdigit():
        return dt.date(int(year), to_int(month or ""), to_int(number or ""))
    found = dt.date(today.year + (year == "明"), to_int(month or ""), to_int(number or ""))
    # In December "1月4日" is next year's; a day just gone is asked about instead.
    turned = year is None and (found < since if since else today - found > _LONG_AGO)
    return found.replace(year=found.year + 1) if turned else found


def repeat_of(token: Token) -> Repeat | None:
    """The repetition a word means; None when it names none (每周, 每月32号)."""
    kind, got = token.kind, token.got
    if kind == "daily":
        return Repeat("DAILY")
    if kind in ("gap", "days"):
        return Repeat("DAILY", (to_int(got[0]) if got and got[0] else 1) + (kind == "gap"))
    if kind == "weekdays":
        return Repeat("WEEKLY", 1, _run(got[0] or "", got[1] if len(got) > 1 else None))
    if kind == "weekend":
        return Repeat("WEEKLY", 1, (5, 6)) if got[0] else None
    if kind == "weekly":
        return Repeat("WEEKLY", _weeks(got[0]), weekdays(got[1] or ""))
    if kind == "lunar_monthly":
        return Repeat("MONTHLY", 1, lunar.day_numbers(got[0] or got[1] or ""), lunar=True)
    if kind in ("hourly", "minutely"):
        return _by_clock(token)
    return _monthly(token)


def _run(first: str, last: str | None) -> tuple[int, ...]:
    if last is None:
        return (0, 1, 2, 3, 4)
    start, end = weekday(first), weekday(last)
    return tuple(sorted({(start + i) % 7 for i in range((end - start) % 7 + 1)}))


def _weeks(text: str | None) -> int:
    if not text:
        return 1
    number = _NUMBER.search(text)
    return max(1, to_int(number[0]) + text.startswith("隔") if number else 1)


def _monthly(token: Token) -> Repeat | None:
    if token.kind == "month_end":
        return Repeat("MONTHLY", 1, (LAST_DAY,))
    if token.kind == "monthly":
        days = tuple(sorted({to_int(n) for n in _NUMBER.findall(token.got[0] or "")}))
        return Repeat("MONTHLY", 1, days) if days and days[0] >= 1 and days[-1] <= 31 else None
    if token.kind != "yearly":
        return None
    month, number = (to_int(g or "") for g in token.got)
    try:
        dt.date(2024, month, number)
    except ValueError:
        return None
    return Repeat("YEARLY", 1, (number,), month)


def _by_clock(token: Token) -> Repeat | None:
    if token.kind == "minutely":
        minutes = 15 if token.got[1] else to_int(token.got[0] or "")
    else:
        half, hours, more = token.got
        minutes = 30 if half else 60 * (to_int(hours) if hours else 1) + (30 if more else 0)
    if minutes < 10:
        return None
    return Repeat("HOURLY", minutes // 60) if minutes % 60 == 0 else Repeat("MINUTELY", minutes)


def said_day(day: dt.date, today: dt.date) -> str:
    return words.day(day.year, today.year, day.month, day.day)


def said_moment(moment: dt.datetime, today: dt.date) -> str:
    """3月4日（周三）15:00."""
    return f"{said_day(moment.date(), today)}（周{words.WEEKDAYS[moment.weekday()]}）{moment:%H:%M}"

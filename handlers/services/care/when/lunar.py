"""The lunar calendar: reminders that count by 农历, as RFC 7529 writes them (RSCALE=CHINESE).

三十 in a month of 29 days is its last day (SKIP=BACKWARD). Every month means leap months too; a day of the year is
the one in the ordinary month.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from borax.calendars.lunardate import LCalendars, LunarDate

from handlers.services.care.chinese_number import to_int
from handlers.services.care.when import words

MARK = "RSCALE=CHINESE;"
CALENDAR = r"(?:农历|阴历|旧历|老历)的?"
_FIRST = r"初[一二三四五六七八九十](?!点)"
_UNIT = "[一二三四五六七八九]"
_REST = rf"(?:[二廿]十?{_UNIT}(?!点)|廿(?!{_UNIT})|[二三]?十(?![点一二三四五六七八九])|十{_UNIT}(?!点))"
DAY = rf"(?:{_FIRST}|{_REST})"
MORE = rf"(?:[、,，和跟及与]?{DAY})"
MONTH = r"(?:正|冬|腊|[一二三四五六七八九]|十[一二]?|1[0-2]|[1-9])"
MONTHLY = (
    rf"(?:{CALENDAR}每个?月的?|每个?月的?(?:{CALENDAR}|(?=初|廿))|每逢(?:{CALENDAR})?(?=初))({DAY}{MORE}{{0,3}})[号日]?"
    rf"|(?:{CALENDAR})?({_FIRST}{MORE}{{1,3}})"
)
DATE = (
    rf"(每年的?)?(?:{CALENDAR}(每年的?)?(闰)?({MONTH})月({DAY})日?"
    rf"|(闰)?({MONTH})月((?:{_FIRST}|廿{_UNIT}?))|([正腊])月({DAY})|(八)月(十五)(?=的?中秋))(?:中秋节?|元宵节?|端午节?)?"
)
LONE = rf"(?:{CALENDAR}({DAY})|({_FIRST})(?=的?(?:早|上午|中午|下午|傍晚|晚|凌晨|\d|提醒|[叫喊]我)))"
_MONTHS = {"正": 1, "冬": 11, "腊": 12}


@dataclass(frozen=True, slots=True)
class LunarDay:
    """A day of the year in the ordinary month."""

    month: int
    day: int
    leap: bool
    yearly: bool


def read_date(got: tuple[str | None, ...]) -> LunarDay:
    """From what DATE caught."""
    yearly, again, *groups = got
    leap, month, day = next(
        (leap, m, d)
        for leap, m, d in (
            (groups[0], *groups[1:3]),
            (groups[3], *groups[4:6]),
            (None, *groups[6:8]),
            (None, *groups[8:]),
        )
        if m and d
    )
    return LunarDay(_MONTHS.get(month) or to_int(month), day_number(day), bool(leap), bool(yearly or again))


def day_number(text: str) -> int:
    return to_int(re.sub(r"廿十?", "二十", text.removeprefix("初")))


def day_numbers(text: str) -> tuple[int, ...]:
    return tuple(sorted({day_number(one) for one in re.findall(DAY, text)}))


def next_day(after: dt.date, days: tuple[int, ...], month: int = 0) -> dt.date:
    """The first such day later than `after`; `month` 0 is every month."""
    return min(day for day in _around(after, days, month) if day > after)


def _around(near: dt.date, days: tuple[int, ...], month: int) -> list[dt.date]:
    year = LunarDate.from_solar(near).year
    return [
        LunarDate(one, number, min(day, length), leap).to_solar_date()
        for one in (year, year + 1)
        for number, length, leap in LCalendars.iter_year_month(one)
        if not month or (number == month and not leap)
        for day in days
    ]


def next_wall(rule: str, start: dt.datetime, after: dt.datetime) -> dt.datetime:
    """The next moment of the rule on the wall clock, at the hour of `start`, later than `after`."""
    fields = dict(part.split("=", 1) for part in rule.split(";"))
    days = tuple(map(int, fields["BYMONTHDAY"].split(",")))
    # Today still counts while its hour is ahead.
    before = after.date() - dt.timedelta(days=after.time() < start.time())
    return dt.datetime.combine(next_day(before, days, int(fields.get("BYMONTH", 0))), start.time())


def month_of(day: dt.date) -> int:
    return int(LunarDate.from_solar(day).month)


def said_month(number: int) -> str:
    return {1: "正", 11: "冬", 12: "腊"}.get(number) or words.LUNAR_TENS[number]


def said_day(number: int) -> str:
    """初一, 十五, 廿三, 三十."""
    if number <= 10:
        return f"初{words.LUNAR_TENS[number]}"
    if number in (20, 30):
        return f"{words.LUNAR_TENS[number // 10]}十"
    return ("十" if number < 20 else "廿") + words.LUNAR_TENS[number % 10]

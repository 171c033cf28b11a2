"""Reminders by the lunar calendar, against the calendar's own table."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from borax.calendars.lunardate import LCalendars, LunarDate
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers.services.care.when import Ask, Request, next_after, parse_request

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = dt.datetime(2026, 3, 2, 8, 0, tzinfo=SHANGHAI)
RULE = "RSCALE=CHINESE;FREQ={};SKIP=BACKWARD"
MOMENTS = st.datetimes(dt.datetime(2020, 1, 1), dt.datetime(2060, 12, 31), timezones=st.just(SHANGHAI))

SAID = {
    "农历每月初一早上8点提醒我上香": (
        "2026-03-19 08:00",
        "MONTHLY;BYMONTHDAY=1",
        "农历每月初一 08:00",
    ),
    "每月初一十五早上8点提醒我吃素": (
        "2026-03-03 08:00",
        "MONTHLY;BYMONTHDAY=1,15",
        "农历每月初一、十五 08:00",
    ),
    "阴历每月廿三早上8点提醒我吃素": (
        "2026-03-11 08:00",
        "MONTHLY;BYMONTHDAY=23",
        "农历每月廿三 08:00",
    ),
    "每年农历八月初三上午9点提醒我给妈妈过生日": (
        "2026-09-13 09:00",
        "YEARLY;BYMONTH=8;BYMONTHDAY=3",
        "农历每年八月初三 09:00",
    ),
    "农历正月初一早上8点提醒我拜年": ("2027-02-06 08:00", "", "农历正月初一（2027年2月6日，周六）08:00"),
    "八月十五中秋晚上7点提醒我赏月": ("2026-09-25 19:00", "", "农历八月十五（9月25日，周五）19:00"),
    "除夕晚上8点提醒我包饺子": ("2027-02-05 20:00", "", "农历腊月三十（2027年2月5日，周五）20:00"),
    "大年初一早上8点提醒我拜年": ("2027-02-06 08:00", "", "农历正月初一（2027年2月6日，周六）08:00"),
    "腊月三十下午4点提醒我贴春联": ("2027-02-05 16:00", "", "农历腊月三十（2027年2月5日，周五）16:00"),
    "每年腊月三十下午4点提醒我贴春联": (
        "2027-02-05 16:00",
        "YEARLY;BYMONTH=12;BYMONTHDAY=30",
        "农历每年腊月三十 16:00",
    ),
}


@pytest.mark.parametrize("text", SAID)
def test_lunar_day_is_set_and_said_in_both_calendars(text: str) -> None:
    first, rule, said = SAID[text]
    found = parse_request(text, NOW, SHANGHAI)
    assert isinstance(found, Request), found
    [one] = found.times
    assert f"{one.first.astimezone(SHANGHAI):%Y-%m-%d %H:%M}" == first
    assert one.rule == (RULE.format(rule) if rule else "")
    assert one.said == said


def test_lone_lunar_day_asks_once_whether_it_repeats() -> None:
    found = parse_request("农历初一早上8点提醒我上香", NOW, SHANGHAI)
    assert isinstance(found, Ask) and found.options == ("农历每月初一", "农历二月初一")
    for text in found.rewrite:
        assert isinstance(parse_request(text, NOW, SHANGHAI), Request), text


def test_no_hour_and_leap_months_and_midnight_are_asked() -> None:
    for text in ("我妈农历生日八月初三提醒我", "闰六月初三早上8点提醒我上香", "农历每月初一晚上12点提醒我上香"):
        assert isinstance(parse_request(text, NOW, SHANGHAI), Ask), text


@pytest.mark.parametrize(
    "text",
    [
        "每月15号早上8点提醒我开药",
        "8月15日早上8点提醒我复查",
        "初次复查是3月4日早上8点提醒我",
        "明天早上8点提醒我初三孩子开家长会",
    ],
)
def test_common_calendar_stays_as_it_was(text: str) -> None:
    found = parse_request(text, NOW, SHANGHAI)
    assert isinstance(found, Request) and "CHINESE" not in found.times[0].rule
    assert "农历" not in found.times[0].said


@settings(max_examples=150, deadline=None, database=None)
@given(MOMENTS, st.sets(st.integers(1, 30), min_size=1, max_size=3))
def test_every_month_is_the_first_such_day_of_the_table(after: dt.datetime, days: set[int]) -> None:
    rule = RULE.format("MONTHLY;BYMONTHDAY=" + ",".join(map(str, sorted(days))))
    found = _next(rule, after)
    day = after.date() + dt.timedelta(days=after.time() >= dt.time(8))
    while not _is_one(day, days):
        day += dt.timedelta(days=1)
    assert found == dt.datetime.combine(day, dt.time(8), SHANGHAI)


@settings(max_examples=150, deadline=None, database=None)
@given(MOMENTS, st.integers(1, 12), st.integers(1, 30))
def test_every_year_is_in_the_ordinary_month(after: dt.datetime, month: int, number: int) -> None:
    found = _next(RULE.format(f"YEARLY;BYMONTH={month};BYMONTHDAY={number}"), after)
    lunar = LunarDate.from_solar(found.date())
    assert (lunar.month, lunar.leap) == (month, 0) and _is_one(found.date(), {number})
    assert found > after and found - after < dt.timedelta(days=386)


def _next(rule: str, after: dt.datetime) -> dt.datetime:
    found = next_after(rule, dt.datetime(2019, 1, 1, 8, tzinfo=SHANGHAI), after, SHANGHAI)
    assert found is not None
    return found.astimezone(SHANGHAI)


def _is_one(day: dt.date, days: set[int]) -> bool:
    """The day itself, or the last of a month that is too short for it."""
    lunar = LunarDate.from_solar(day)
    last = LCalendars.ndays(lunar.year, lunar.month, lunar.leap)
    return lunar.day in days or (lunar.day == last and any(d > last for d in days))

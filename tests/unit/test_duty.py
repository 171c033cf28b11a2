"""The duty calendar: split shifts, lunch, weekends, holidays, make-up days, nights and exceptions."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from structlog.testing import capture_logs

from handlers.services.staff import duty as module
from handlers.services.staff.duty import Duty, duty, is_workday
from handlers.settings import DutySettings, Exceptional, Hours, Settings, Shift

ZONE = ZoneInfo("Asia/Shanghai")
LATE = Shift(name="夜班", start="22:00", end="06:00", days="daily", people=("night",))
PLAIN = DutySettings()
NIGHTS = DutySettings(shifts=(*PLAIN.shifts, LATE))
ODD = DutySettings(
    shifts=(
        Shift(start="08:30", end="12:00", people=("a", "b")),
        Shift(start="11:00", end="15:00", days=(1, 3, 6), people=("b", "c")),
        Shift(start="09:00", end="11:00", days="rest"),
        Shift(start="23:00", end="23:00", days=(7,)),
    ),
    exceptions=(
        Exceptional(date=dt.date(2026, 3, 4)),
        Exceptional(date=dt.date(2026, 3, 9), until=dt.date(2026, 3, 11), shifts=(Hours(start="10:00", end="10:20"),)),
    ),
)
KINDS = st.sampled_from([PLAIN, NIGHTS, ODD, DutySettings(shifts=())]).map(lambda one: Duty(one, "Asia/Shanghai"))
MOMENTS = st.datetimes(dt.datetime(2025, 12, 20), dt.datetime(2026, 10, 20), timezones=st.just(dt.UTC))
SPANS = st.timedeltas(dt.timedelta(), dt.timedelta(days=12))


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=ZONE)


def minutes(count: int) -> dt.timedelta:
    return dt.timedelta(minutes=count)


@given(KINDS, MOMENTS, SPANS, SPANS)
@settings(max_examples=300, deadline=None)
def test_one_span_after_another_is_their_sum(
    calendar: Duty, moment: dt.datetime, one: dt.timedelta, two: dt.timedelta
) -> None:
    assert calendar.duty_time_after(calendar.duty_time_after(moment, one), two) == calendar.duty_time_after(
        moment, one + two
    )


@given(KINDS, MOMENTS, SPANS)
@settings(max_examples=300, deadline=None)
def test_the_end_of_a_span_is_on_duty_and_the_way_there_is_as_long(
    calendar: Duty, moment: dt.datetime, span: dt.timedelta
) -> None:
    end = calendar.duty_time_after(moment, span)
    assert end >= moment
    assert calendar.on_duty(end)
    assert calendar.duty_time_between(moment, end) == span


@given(KINDS, MOMENTS)
@settings(max_examples=300, deadline=None)
def test_nobody_is_on_duty_before_the_next_opening(calendar: Duty, moment: dt.datetime) -> None:
    opening = calendar.next_opening(moment)
    assert calendar.on_duty(opening)
    assert (opening == moment) == calendar.on_duty(moment)
    assert calendar.duty_time_between(moment, opening) == dt.timedelta()


@given(MOMENTS, SPANS)
@settings(max_examples=300, deadline=None)
def test_a_clock_never_ends_in_lunch_nor_on_a_free_day(moment: dt.datetime, span: dt.timedelta) -> None:
    wall = Duty(PLAIN, "Asia/Shanghai").duty_time_after(moment, span).astimezone(ZONE)
    assert is_workday(wall.date())
    assert dt.time(8) <= wall.time() < dt.time(12) or dt.time(14) <= wall.time() < dt.time(17, 30)


@given(MOMENTS, SPANS)
@settings(max_examples=100, deadline=None)
def test_duty_time_is_real_time_where_clocks_are_put_forward(moment: dt.datetime, span: dt.timedelta) -> None:
    calendar = Duty(NIGHTS, "Europe/Berlin")
    assert calendar.duty_time_between(moment, calendar.duty_time_after(moment, span)) == span


@pytest.mark.parametrize(
    ("asked", "span", "due"),
    [
        ("2026-03-02 09:00", 15, "2026-03-02 09:15"),
        ("2026-03-02 11:50", 15, "2026-03-02 14:05"),  # over lunch
        ("2026-03-02 11:45", 15, "2026-03-02 14:00"),  # 12:00 is lunch already
        ("2026-03-02 12:30", 15, "2026-03-02 14:15"),
        ("2026-03-02 20:00", 15, "2026-03-03 08:15"),
        ("2026-03-06 17:20", 15, "2026-03-09 08:05"),  # over the weekend
        ("2026-09-30 17:20", 15, "2026-10-08 08:05"),  # over the National Day week
        ("2026-10-10 09:00", 15, "2026-10-10 09:15"),  # a Saturday on which people work
        ("2026-02-14 07:00", 15, "2026-02-14 08:15"),  # another
    ],
)  # fmt: skip
def test_examples(asked: str, span: int, due: str) -> None:
    assert Duty(PLAIN, "Asia/Shanghai").duty_time_after(at(asked), minutes(span)) == at(due)


def test_without_the_public_calendar_weekdays_count() -> None:
    plain = Duty(DutySettings(holidays=False), "Asia/Shanghai")
    assert plain.on_duty(at("2026-10-01 09:00"))
    assert not plain.on_duty(at("2026-10-10 09:00"))


def test_exceptions_go_before_everything() -> None:
    calendar = Duty(ODD, "Asia/Shanghai")
    assert not calendar.on_duty(at("2026-03-04 09:00"))
    assert calendar.on_duty(at("2026-03-10 10:10"))
    assert not calendar.on_duty(at("2026-03-10 11:30"))
    assert calendar.on_duty(at("2026-03-12 09:00"))


def test_who_is_on_duty_first_written_first_called() -> None:
    calendar = Duty(ODD, "Asia/Shanghai")
    assert calendar.people(at("2026-03-02 09:00")) == ("a", "b")
    assert calendar.people(at("2026-03-02 11:30")) == ("a", "b", "c")
    assert calendar.people(at("2026-03-02 16:00")) == ()


def test_a_night_belongs_to_the_day_it_begins_on() -> None:
    calendar = Duty(NIGHTS, "Asia/Shanghai")
    assert calendar.people(at("2026-03-03 05:59")) == ("night",)
    assert not calendar.on_duty(at("2026-03-03 06:00"))
    assert calendar.next_change(at("2026-03-02 18:00")) == at("2026-03-02 22:00")
    assert calendar.closes(dt.date(2026, 3, 2)) == at("2026-03-03 06:00")


def test_a_year_without_published_holidays_counts_weekdays_and_says_so_once() -> None:
    module.is_workday.cache_clear()
    module._unpublished.cache_clear()
    with capture_logs() as logs:
        assert is_workday(dt.date(2100, 1, 1))
        assert not is_workday(dt.date(2100, 1, 2))
        assert is_workday(dt.date(2100, 10, 1))
    assert [(one["event"], one["year"]) for one in logs] == [("holidays_unknown", 2100)]


def test_always_on_duty_without_shifts() -> None:
    calendar = Duty(DutySettings(shifts=()), "Asia/Shanghai")
    assert calendar.on_duty(at("2026-10-01 03:00"))
    assert calendar.duty_time_after(at("2026-10-01 03:00"), minutes(15)) == at("2026-10-01 03:15")
    assert calendar.next_change(at("2026-10-01 03:00")) is None


def test_who_is_on_duty_must_be_staff_and_days_must_be_days() -> None:
    with pytest.raises(ValidationError, match="不在 staff 里"):
        Settings(duty=DutySettings(shifts=(LATE,)))
    with pytest.raises(ValidationError, match="星期几"):
        Shift(start="08:00", end="12:00", days=(0, 8))
    assert duty(Settings()) is duty(Settings())

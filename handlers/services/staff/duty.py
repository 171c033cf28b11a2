"""The duty calendar: when somebody is at work, and how long duty time lasts on the wall clock.

Hours are half-open, [start, end): at 12:00 the morning is over. All moments are aware; results are UTC.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import structlog

from handlers.services.care.days import at as moment_of
from handlers.services.care.days import local
from handlers.settings import DutySettings, Exceptional, Hours, Settings, Shift

DAY = dt.timedelta(days=1)
FAR = 800
"""Days to look ahead for an opening; beyond it the calendar counts as always open."""
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Span:
    """One stretch of duty: [start, end)."""

    start: dt.datetime
    end: dt.datetime
    hours: Hours


class Duty:
    """The calendar of one configuration. Without shifts somebody is always on duty."""

    def __init__(self, settings: DutySettings, zone: str) -> None:
        self._settings = settings
        self._zone = zone
        self._days = lru_cache(maxsize=1024)(self._of_day)

    @property
    def always(self) -> bool:
        return not self._settings.shifts

    def on_duty(self, at: dt.datetime) -> bool:
        return self.always or any(one.start <= at < one.end for one in self._around(at))

    def people(self, at: dt.datetime) -> tuple[str, ...]:
        """Platform ids of who is on duty, in the order in which they are called; empty when no shift names anybody."""
        named = [one for span in self._around(at) if span.start <= at < span.end for one in span.hours.people]
        return tuple(dict.fromkeys(named))

    def next_opening(self, at: dt.datetime) -> dt.datetime:
        """The first moment on duty, `at` itself included."""
        return self.duty_time_after(at, dt.timedelta())

    def duty_time_after(self, at: dt.datetime, span: dt.timedelta) -> dt.datetime:
        """The first moment on duty by which `span` of duty time has passed since `at`."""
        at = at.astimezone(dt.UTC)
        if self.always:
            return at + span
        for start, end in self._stretches(at):
            if span < end - start:
                return start + span
            span -= end - start
        return at + span

    def duty_time_between(self, since: dt.datetime, until: dt.datetime) -> dt.timedelta:
        """How much of the time from `since` to `until` was duty time."""
        if until <= since or self.always:
            return max(until - since, dt.timedelta())
        total = dt.timedelta()
        for start, end in self._stretches(since.astimezone(dt.UTC)):
            if start >= until:
                break
            total += min(end, until) - start
        return total

    def closes(self, day: dt.date) -> dt.datetime | None:
        """When the last shift that begins on this day ends; None on a day without duty."""
        return max((one.end for one in self._days(day)), default=None)

    def next_change(self, at: dt.datetime) -> dt.datetime | None:
        """When the next shift begins, after `at`."""
        first = local(at, self._zone).date()
        for number in range(FAR if not self.always else 0):
            later = [one.start for one in self._days(first + number * DAY) if one.start > at]
            if later:
                return min(later)
        return None

    def _stretches(self, at: dt.datetime) -> Iterator[tuple[dt.datetime, dt.datetime]]:
        """Duty from `at` on: stretches in order that neither touch nor overlap."""
        first = local(at, self._zone).date() - DAY
        begun: tuple[dt.datetime, dt.datetime] | None = None
        for number in range(FAR):
            for one in self._days(first + number * DAY):
                start, end = max(one.start, at), one.end
                if end <= start:
                    continue
                if begun is not None and start <= begun[1]:
                    begun = (begun[0], max(begun[1], end))
                    continue
                if begun is not None:
                    yield begun
                begun = (start, end)
        if begun is not None:
            yield begun

    def _around(self, at: dt.datetime) -> list[Span]:
        day = local(at, self._zone).date()
        return [*self._days(day - DAY), *self._days(day)]

    def _of_day(self, day: dt.date) -> tuple[Span, ...]:
        """The stretches that begin on this day, by their start."""
        spans = []
        for hours in self._hours(day):
            last = day if hours.end > hours.start else day + DAY
            spans.append(Span(self._moment(day, hours.start), self._moment(last, hours.end), hours))
        return tuple(sorted(spans, key=lambda one: (one.start, one.end)))

    def _moment(self, day: dt.date, clock: str) -> dt.datetime:
        return moment_of(day, clock, self._zone)

    def _hours(self, day: dt.date) -> tuple[Hours, ...]:
        for exception in self._settings.exceptions:
            if _covers(exception, day):
                return exception.shifts
        works = is_workday(day) if self._settings.holidays else day.isoweekday() <= 5
        return tuple(shift for shift in self._settings.shifts if _on(shift, day, works))


def _covers(exception: Exceptional, day: dt.date) -> bool:
    return exception.date <= day <= (exception.until or exception.date)


def _on(shift: Shift, day: dt.date, works: bool) -> bool:
    if isinstance(shift.days, tuple):
        return day.isoweekday() in shift.days
    return {"daily": True, "workdays": works, "rest": not works}[shift.days]


@lru_cache(maxsize=4096)
def is_workday(day: dt.date) -> bool:
    """A working day in China, make-up days included; beyond the published holidays: Monday to Friday."""
    import chinese_calendar  # reading its table takes a while, and few processes need it at once

    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        _unpublished(day.year)
        return day.isoweekday() <= 5


@lru_cache(maxsize=64)
def _unpublished(year: int) -> None:
    """Said once for a year."""
    log.warning("holidays_unknown", year=year, counting="Monday to Friday")


@lru_cache(maxsize=8)
def _duty(settings: DutySettings, zone: str) -> Duty:
    return Duty(settings, zone)


def duty(settings: Settings) -> Duty:
    """The calendar of these settings."""
    return _duty(settings.duty, settings.community.zone)

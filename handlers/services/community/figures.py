"""Key figures of a span of days, each beside the span before it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from handlers.contract import Scene
from handlers.services.care.days import at, day_of
from storage.queries import events, people, staff


@dataclass(frozen=True, slots=True)
class Period:
    """[since, until) as aware times, and how people call it."""

    name: str
    since: dt.datetime
    until: dt.datetime

    @property
    def before(self) -> tuple[dt.datetime, dt.datetime]:
        return self.since - (self.until - self.since), self.since


@dataclass(frozen=True, slots=True)
class Figure:
    name: str
    now: int
    before: int | None


class UnknownPeriod(LookupError):
    """A span of days that we have no word for."""


def period(scene: Scene, words: str) -> Period:
    """The span that words like 昨天, 本周 name; today without words."""
    zone = scene.settings.community.zone
    today = day_of(scene.now, zone)
    monday = today - dt.timedelta(days=today.weekday())
    first = today.replace(day=1)
    spans = {
        "昨天": (today - dt.timedelta(days=1), today),
        "上周": (monday - dt.timedelta(days=7), monday),
        "本周": (monday, today + dt.timedelta(days=1)),
        "本月": (first, today + dt.timedelta(days=1)),
    }
    name = next((one for one in (*spans, "今天") if one in words), "" if words.strip() else "今天")
    if not name:
        raise UnknownPeriod(words.strip())
    since, until = spans.get(name, (today, today + dt.timedelta(days=1)))
    return Period(name, at(since, "04:00", zone), at(until, "04:00", zone))


COUNTED = (
    ("打卡次数", "check_in_recorded"),
    ("自动回答", "faq_answered"),
    ("转人工的问题", "case_opened"),
    ("新入群", "room_joined"),
    ("完成任务", "task_completed"),
    ("参加挑战", "challenge_joined"),
    ("提醒响铃", "reminder_rang"),
    ("提醒已完成", "reminder_done"),
    ("安全警报", "alert_raised"),
)


def figures(scene: Scene, span: Period) -> list[Figure]:
    """Every figure of the span beside the one before it."""
    now = events.counts(scene.work, span.since, span.until)
    before = events.counts(scene.work, *span.before)
    active = (events.active_people(scene.work, span.since, span.until), events.active_people(scene.work, *span.before))
    counted = [Figure(title, now.get(name, 0), before.get(name, 0)) for title, name in COUNTED]
    return [
        Figure("成员总数", people.count(scene.work), None),
        Figure("活跃人数", *active),
        *counted,
        Figure("待回复问题", len(staff.open_cases(scene.work)), None),
    ]

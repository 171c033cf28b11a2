"""A reminder for another time: what the words change (its days, its hour or both), and the same reminder planned anew."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from handlers.contract import Context, Scene, stored
from handlers.services.care import reminders
from handlers.services.care.days import at, local
from handlers.services.care.when import Ask, Request, Schedule, next_after, parse_request
from handlers.services.care.when.intent import tidy
from handlers.services.care.when.phrase import CLOCKS, class_of, of, read
from storage.queries import care, due, outbox
from storage.tables.care import Reminder

_ALONE = re.compile(
    r"^(?:请|帮我|麻烦)?(?:修改|更改|改一下|改下|调整|改)提醒(?:时间)?(?P<which>(?:\d{1,2}(?![\d点时号]|:\d))?)(?:改?[到成为]|[:：,，])?(?P<time>.*)$"
)
_INTO = re.compile(
    r"^(?:请|帮我|麻烦)?[把将]?(?:我的?)?(?P<which>[^，,。？?]{0,20}?)的?提醒(?:时间)?(?:改|换|调)[到成为在](?P<time>[^？?]+)$"
)
_CLOCK = re.compile(r"\d\d:\d\d")
_BY_CLOCK = ("FREQ=HOURLY", "FREQ=MINUTELY")
_HOURS = (*CLOCKS, "after", "meal", "bed", "rise", "freq", "hourly", "minutely")


@dataclass(frozen=True, slots=True)
class Edit:
    """Which reminder (a number, its words, or "" for none named), and its new time in words ("" for none said)."""

    which: str
    time: str


def edit_of(text: str) -> Edit | None:
    clean = tidy(text)
    found = _ALONE.match(clean) or _INTO.match(clean)
    return (
        Edit(found["which"], found["time"].strip("，,。：:！! "))
        if found and len(clean) <= reminders.LONGEST_EDIT
        else None
    )


def new_time(ctx: Context, row: Reminder, time: str) -> Schedule | Ask | None:
    """The schedule that these words make of this reminder; None when they say no time, or several."""
    zone = ZoneInfo(ctx.person.zone)
    tokens = read(tidy(time), ctx.now, zone).tokens
    hour, day = bool(of(tokens, *_HOURS)), any(class_of(one) in ("every", "date") for one in tokens)
    if not hour and not day:
        return None
    front, back = _around(row, ctx.person.zone, hour=hour, day=day)
    found = parse_request(f"{front}{time}{back}提醒我{row.what}", ctx.now, zone)
    if isinstance(found, Ask):
        rewrite = tuple(one.removeprefix(front).split("提醒我")[0].removesuffix(back) for one in found.rewrite)
        return replace(found, rewrite=rewrite)
    if not isinstance(found, Request) or len(found.times) != 1:
        return None
    keeps = row.rule and hour and not day and found.times[0].rule
    return _same_days(ctx, row, found.times[0], zone) if keeps else found.times[0]


def _around(row: Reminder, zone: str, *, hour: bool, day: bool) -> tuple[str, str]:
    """What is not said stays as it was: the day before the words, the hour after them."""
    first = local(row.first, zone)
    if hour and day:
        return "", ""
    if day:
        return "", f"{first:%H:%M}"
    return ("每天" if row.rule else f"{first.year}年{first.month}月{first.day}日"), ""


def _same_days(ctx: Context, row: Reminder, new: Schedule, zone: ZoneInfo) -> Schedule | None:
    """Its own days at the new hour."""
    every_day = row.rule == new.rule and row.until is None and "从" not in row.said
    if every_day or row.rule.startswith(_BY_CLOCK):
        return new
    clock = f"{new.first.astimezone(zone):%H:%M}"
    anchor = at(row.first.astimezone(zone).date(), clock, ctx.person.zone)
    first = next_after(row.rule, anchor, ctx.now, zone, row.until)
    return Schedule(first, row.rule, row.until, _CLOCK.sub(clock, row.said, count=1)) if first else None


def change(ctx: Context, row: Reminder, new: Schedule) -> dt.datetime | None:
    """Plan the reminder anew. A day on which it has rung gets no second ring; None when nothing is left to ring."""
    today, tomorrow = (_midnight(ctx, days) for days in (0, 1))
    daily = bool(new.rule) and not new.rule.startswith(_BY_CLOCK) and new.first < tomorrow
    first, later = new.first, None
    if daily:
        zone = ZoneInfo(ctx.person.zone)
        later = next_after(new.rule, new.first, tomorrow - dt.timedelta(seconds=1), zone, new.until)
        if later is None and care.rang_since(ctx.work, stored(row.id), today):
            return None
    _take_back(ctx, row)
    if later is not None and care.rang_since(ctx.work, stored(row.id), today):
        first = later
    row.rule, row.said, row.first, row.until = new.rule, new.said, first, new.until
    ctx.work.add(row)
    reminders.plan_next(ctx, row, first)
    return first


def _midnight(ctx: Context, days: int) -> dt.datetime:
    return at(local(ctx.now, ctx.person.zone).date() + dt.timedelta(days=days), "00:00", ctx.person.zone)


def _take_back(scene: Scene, row: Reminder) -> None:
    """What was planned for the old time, and what is written and has not gone."""
    for kind in ("reminder", "reminder_again"):
        for key, slot in due.of(scene.work, kind, stored(row.id)).items():
            unsent = slot["state"] == "done" and outbox.retract(scene.work, key)
            if unsent and kind == "reminder":
                care.unring(scene.work, stored(row.id), slot["planned"])
            if unsent or slot["state"] == "waiting":
                due.free(scene.work, slot["id"], "moved", scene.now)

"""Local days. A person's day turns at 04:00, so that a check-in after midnight still counts for the evening."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

WEEKDAYS = "一二三四五六日"


def local(moment: dt.datetime, zone: str) -> dt.datetime:
    """The wall clock of that zone."""
    return moment.astimezone(ZoneInfo(zone))


def day_of(moment: dt.datetime, zone: str, turns_at: str = "04:00") -> dt.date:
    """The day a deed counts for."""
    hour, minute = map(int, turns_at.split(":"))
    return (local(moment, zone) - dt.timedelta(hours=hour, minutes=minute)).date()


def at(day: dt.date, clock: str, zone: str) -> dt.datetime:
    """The moment (aware UTC) when that zone's wall clock shows `clock` on `day`."""
    hour, minute = map(int, clock.split(":"))
    return dt.datetime.combine(day, dt.time(hour, minute), ZoneInfo(zone)).astimezone(dt.UTC)


def within(moment: dt.datetime, start: str, end: str, zone: str) -> bool:
    """Whether the wall clock is in [start, end); the span may run over midnight."""
    clock = local(moment, zone).strftime("%H:%M")
    return start <= clock < end if start <= end else clock >= start or clock < end


def next_clock(now: dt.datetime, clock: str, zone: str) -> dt.datetime:
    """The next moment after `now` when that zone's wall clock shows `clock`."""
    day = local(now, zone).date()
    today = at(day, clock, zone)
    return today if today > now else at(day + dt.timedelta(days=1), clock, zone)


def shown_date(moment: dt.datetime, zone: str) -> str:
    """`3月2日`."""
    wall = local(moment, zone)
    return f"{wall.month}月{wall.day}日"


def shown(moment: dt.datetime, zone: str) -> str:
    """`3月2日 08:00`."""
    wall = local(moment, zone)
    return f"{wall.month}月{wall.day}日 {wall:%H:%M}"


def shown_day(moment: dt.datetime, now: dt.datetime, zone: str) -> str:
    """`今天 08:00`, `明天 08:00`, `3月9日（周一）08:00`."""
    wall, today = local(moment, zone), local(now, zone).date()
    near = {0: "今天", 1: "明天", 2: "后天"}.get((wall.date() - today).days)
    return f"{near or f'{wall.month}月{wall.day}日（周{WEEKDAYS[wall.weekday()]}）'} {wall:%H:%M}"


def spoken_date(day: dt.date, today: dt.date) -> str:
    """`明天`, `今天`, `昨天`, `前天`, `3月2日`."""
    return {0: "今天", -1: "明天", 1: "昨天", 2: "前天"}.get((today - day).days, f"{day.month}月{day.day}日")


PARTS = ((5, "凌晨"), (12, "上午"), (18, "下午"), (24, "晚上"))


def spoken(moment: dt.datetime, now: dt.datetime, zone: str) -> str:
    """`今天下午 2:00`, `明天上午 8:30`, `3月9日（周一）上午 8:00`: as one says it."""
    wall = local(moment, zone)
    day = shown_day(moment, now, zone).rsplit(" ", 1)[0]
    part = "中午" if wall.hour == 12 else next(name for until, name in PARTS if wall.hour < until)
    return f"{day}{part} {wall.hour if wall.hour <= 12 else wall.hour - 12}:{wall:%M}"

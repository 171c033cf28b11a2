"""How often: a repetition, its RRULE text, its Chinese reading, and the moments it gives."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import Literal
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr

from handlers.services.care.when import lunar, words

Freq = Literal["YEARLY", "MONTHLY", "WEEKLY", "DAILY", "HOURLY", "MINUTELY"]
_STEP = {"DAILY": dt.timedelta(days=1), "HOURLY": dt.timedelta(hours=1), "MINUTELY": dt.timedelta(minutes=1)}
LAST_DAY = -1


@dataclass(frozen=True, slots=True)
class Repeat:
    """`days` are weekdays (0 is Monday) for WEEKLY and days of the month (-1 is the last) for MONTHLY and YEARLY."""

    freq: Freq
    interval: int = 1
    days: tuple[int, ...] = ()
    month: int = 0
    lunar: bool = False

    @property
    def by_clock(self) -> bool:
        """Counted in hours or minutes from a start, so it needs no time of day."""
        return self.freq in ("HOURLY", "MINUTELY")

    def later(self, days: int) -> Repeat:
        """Midnight after Wednesday belongs to Thursday."""
        if not days or self.freq not in ("WEEKLY", "MONTHLY"):
            return self
        if self.freq == "WEEKLY":
            return replace(self, days=tuple(sorted((d + days) % 7 for d in self.days)))
        return replace(self, days=tuple(1 if d in (31, LAST_DAY) else max(1, d + days) for d in self.days))

    def rule(self) -> str:
        return f"{lunar.MARK}{self._rule()};SKIP=BACKWARD" if self.lunar else self._rule()

    def _rule(self) -> str:
        parts = [f"FREQ={self.freq}"]
        if self.interval > 1:
            parts.append(f"INTERVAL={self.interval}")
        if self.freq == "WEEKLY":
            parts.append("BYDAY=" + ",".join(words.DAY_CODES[d] for d in self.days))
        elif self.freq == "YEARLY":
            parts.append(f"BYMONTH={self.month};BYMONTHDAY={self.days[0]}")
        elif self.freq == "MONTHLY":
            parts.append("BYMONTHDAY=" + ",".join(map(str, self.days)))
        return ";".join(parts)

    def said(self) -> str:
        if self.lunar:
            listed = "、".join(map(lunar.said_day, self.days))
            return f"农历每年{lunar.said_month(self.month)}月{listed}" if self.month else f"农历每月{listed}"
        if self.freq == "WEEKLY":
            return self._said_weekly()
        if self.freq == "MONTHLY":
            tail = words.NOT_EVERY_MONTH if any(d > 28 for d in self.days) else ""
            return "每月" + "、".join("最后一天" if d == LAST_DAY else f"{d}日" for d in self.days) + tail
        if self.freq == "YEARLY":
            return f"每年{self.month}月{self.days[0]}日"
        if self.freq == "DAILY":
            return {1: "每天", 2: "每隔一天"}.get(self.interval, f"每 {self.interval} 天")
        unit = "小时" if self.freq == "HOURLY" else "分钟"
        return f"每{unit}" if self.interval == 1 else f"每 {self.interval} {unit}"

    def _said_weekly(self) -> str:
        run = self.days == tuple(range(self.days[0], self.days[-1] + 1)) and len(self.days) > 2
        names = [words.WEEKDAYS[d] for d in self.days]
        listed = f"{names[0]}至周{names[-1]}" if run else "、".join(names)
        return f"每周{listed}" if self.interval == 1 else f"每 {self.interval} 周的周{listed}"


def next_after(
    schedule_rule: str, first: dt.datetime, after: dt.datetime, zone: ZoneInfo, until: dt.datetime | None = None
) -> dt.datetime | None:
    """The next moment (UTC) strictly later than `after`, or None when there is none up to `until`.

    Counted on the wall clock of `zone`: 08:00 stays 08:00 when the clocks change.
    """
    found = _once(first, after) if not schedule_rule else _repeated(schedule_rule, first, after, zone)
    return None if found is None or (until is not None and found > until) else found


def _once(first: dt.datetime, after: dt.datetime) -> dt.datetime | None:
    return first.astimezone(dt.UTC) if first > after else None


def _repeated(text: str, first: dt.datetime, after: dt.datetime, zone: ZoneInfo) -> dt.datetime | None:
    wall, start = (m.astimezone(zone).replace(tzinfo=None) for m in (after, first))
    if text.startswith(lunar.MARK):
        wall = max(wall, start - dt.timedelta(seconds=1))
        return lunar.next_wall(text, start, wall).replace(tzinfo=zone).astimezone(dt.UTC)
    start = _nearer(text, start, wall)
    rule = rrulestr(f"RRULE:{text}", dtstart=start)
    wall = max(wall, start - dt.timedelta(seconds=1))
    # An hour that the clocks repeat can give a moment not later than `after`; the next one is.
    for _ in range(200):
        later = rule.after(wall)
        if later is None:
            return None
        wall, moment = later, later.replace(tzinfo=zone).astimezone(dt.UTC)
        if moment > after:
            return moment
    return None


def _nearer(text: str, start: dt.datetime, wall: dt.datetime) -> dt.datetime:
    """Skip whole intervals, so that a rule years old costs no more than a new one."""
    fields = dict(part.split("=", 1) for part in text.split(";"))
    step = _STEP.get(fields["FREQ"])
    if step is None or "COUNT" in fields or wall <= start:
        return start
    step *= int(fields.get("INTERVAL", "1"))
    return start + step * ((wall - start) // step)

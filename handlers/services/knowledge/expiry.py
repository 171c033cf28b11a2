"""Until when a reviewer lets an entry be used: a date, or a span from today."""

from __future__ import annotations

import datetime as dt
import re

SPAN = re.compile(
    r"^(?:有效期?|到期)?\s*+([0-9]{1,2}|[一二两三四五六七八九十半])\s*+(?:个)?\s*+(年|月)(?:后|内)?(?:到期)?$"
)
DATE = re.compile(r"^(?:到期)?\s*(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?$")
NUMBERS = {sign: number for number, sign in enumerate("一二三四五六七八九十", 1)} | {"两": 2}


def parse(text: str, today: dt.date) -> dt.date | None:
    """`2027-03-01`, `2027年3月1日`, `一年`, `半年`, `18个月`; None for anything else, and for a day that is past."""
    if found := DATE.match(text.strip()):
        try:
            day = dt.date(int(found[1]), int(found[2]), int(found[3]))
        except ValueError:
            return None
        return day if day > today else None
    found = SPAN.match(text.strip())
    if found is None or (found[1] == "半" and found[2] == "月"):
        return None
    count = 0.5 if found[1] == "半" else NUMBERS.get(found[1]) or int(found[1])
    return _after(today, round(count * (12 if found[2] == "年" else 1)))


def _after(day: dt.date, months: int) -> dt.date | None:
    if months <= 0:
        return None
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = (dt.date(year + (month == 11), (month + 1) % 12 + 1, 1) - dt.timedelta(days=1)).day
    return dt.date(year, month + 1, min(day.day, last))

"""How well the reminder grammar does on phrases it was not made from (`data/when_unseen.txt`)."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from handlers.services.care.when import Ask, Schedule, parse_request

Verdict = Literal["right", "asked", "silent", "wrong"]
SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = dt.datetime(2026, 3, 2, 8, 0, tzinfo=SHANGHAI)
LIST = Path(__file__).parent / "data" / "when_unseen.txt"


def phrases() -> list[tuple[str, str]]:
    """Each text with what it means."""
    lines = [line for line in LIST.read_text("utf-8").splitlines() if not line.startswith("#")]
    return [(text, meant) for text, _, meant in (line.partition(" => ") for line in lines)]


def verdict(text: str, meant: str) -> Verdict:
    """`wrong`: a time was set that was not meant. `asked`, `silent`: no time, where one was meant."""
    found = parse_request(text, NOW, SHANGHAI)
    if found is None:
        return "right" if meant == "-" else "silent"
    if isinstance(found, Ask):
        return "right" if meant == "?" else "asked"
    return "right" if sorted(map(shown, found.times)) == sorted(meant.split("; ")) else "wrong"


def shown(schedule: Schedule) -> str:
    """03-02 20:00 DAILY until 03-09."""
    first = f"{schedule.first.astimezone(SHANGHAI):%m-%d %H:%M}"
    rule = schedule.rule.replace("FREQ=", "").replace(";SKIP=BACKWARD", "")
    until = f" until {schedule.until.astimezone(SHANGHAI):%m-%d}" if schedule.until else ""
    return f"{first} {rule}".rstrip() + until

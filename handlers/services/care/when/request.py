"""Natural Chinese reminder requests: 每天早上8点和晚上8点提醒我吃药 → what, and when.

Nothing is guessed in silence: what is not clear comes back as one question, and what is understood is read back.
"""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from handlers.services.care.when import rest, words
from handlers.services.care.when.answer import Ask, Request, Schedule, Unclear
from handlers.services.care.when.chinese_time import scan
from handlers.services.care.when.clock import clocks, walls
from handlers.services.care.when.day import repeat_of
from handlers.services.care.when.intent import (
    LONGEST,
    clauses_with_verb,
    has_verb,
    is_care,
    is_care_plan,
    is_direct,
    tidy,
    wants_reminder,
    what_of,
)
from handlers.services.care.when.phrase import CLOCKS, Phrase, is_between, of, read
from handlers.services.care.when.plan import schedules
from handlers.services.care.when.rules import next_after
from handlers.services.care.when.times import meals_of

__all__ = ["Ask", "Request", "Schedule", "next_after", "parse_request"]

MOST_TIMES = 12
_EVERY = ("daily", "weekly", "weekdays", "days", "gap", "monthly", "lunar_monthly", "pair", "dual")


def parse_request(text: str, now: dt.datetime, zone: ZoneInfo) -> Request | Ask | None:
    """A request, one question to ask back, or None when the text asks for no reminder."""
    if len(text) > LONGEST:
        return None
    clean = tidy(text)
    plain = not has_verb(clean)
    if not plain and not wants_reminder(clean):
        return None
    phrase = read(clean, now, zone)
    if not (_is_plan(phrase) if plain else _timed(phrase) or is_direct(clean)):
        return None
    try:
        return _request(phrase)
    except Unclear as unclear:
        return unclear.ask


def _is_plan(phrase: Phrase) -> bool:
    """每天八点吃药 without 提醒: a repeated time and a care action, and not a word more."""
    every, said = of(phrase.tokens, *_EVERY), of(phrase.tokens, *CLOCKS, "bed", "rise")
    meals = [t for t in of(phrase.tokens, "meal") if meals_of(t)]
    return bool(every and (said or meals)) and is_care_plan(phrase.text, phrase.what, phrase.tokens[0].start)


def _timed(phrase: Phrase) -> bool:
    """A time of day, or a day together with 叫我."""
    if of(phrase.tokens, *CLOCKS, "after", "meal", "bed", "rise", "freq", "hourly", "minutely"):
        return True
    if of(phrase.tokens, "daily") and of(phrase.tokens, "part") and is_care(phrase.what):
        return True
    return bool(phrase.tokens) and "我" in phrase.text


def _request(phrase: Phrase) -> Request | Ask:
    several = [c for c in clauses_with_verb(phrase.text) if of(read(c, phrase.now, phrase.zone).tokens, *CLOCKS)]
    if len(several) > 1:
        return Ask(words.ASK_ONE_BY_ONE, tuple(several), tuple(several))
    if is_between(phrase):
        return Ask(words.ASK_BETWEEN, *_inside(phrase))
    rest.check(phrase)
    times = schedules(phrase)[:MOST_TIMES]
    if not phrase.what:
        options = words.WHAT_OPTIONS
        return Ask(words.ASK_WHAT, options, tuple(f"{phrase.text.rstrip('。，！？')}{one}" for one in options))
    return Request(phrase.what, times)


def _inside(phrase: Phrase) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """每2小时，从8点到20点: the single times, as one option. Anything else between two times has none."""
    said = [t for t in scan(phrase.text) if t.kind in (*CLOCKS, "part", "hourly")]
    every, ends = of(said, "hourly"), walls(clocks(said), phrase.what)
    repeat = repeat_of(every[0]) if every else None
    if not isinstance(ends, list) or len(ends) != 2 or repeat is None or repeat.freq != "HOURLY":
        return (), ()
    times = [ends[0].plus(60 * repeat.interval * i) for i in range(MOST_TIMES)]
    option = "每天" + "、".join(wall.spoken() for wall in times if wall <= ends[1])
    clock_places = [t for t in said if t.kind != "hourly"]
    places = sorted([(clock_places[0].start, clock_places[-1].end), (every[0].start, every[0].end)])
    what = what_of(phrase.text, places).removeprefix("每天").lstrip("，,")
    return (option,), (f"{option}提醒我{what}",)

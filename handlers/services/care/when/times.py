"""The times of day of a request: said, meant by a meal or bedtime, or asked for."""

from __future__ import annotations

import re
from collections.abc import Sequence

from handlers.services.care.chinese_number import to_int
from handlers.services.care.when import words
from handlers.services.care.when.chinese_time import N, Token, minutes_of
from handlers.services.care.when.clock import NO_HOUR, Halves, Said, Wall, clocks, part_of, walls
from handlers.services.care.when.phrase import CLOCKS, Phrase, of

_DEFAULT = "早上8点"
_AHEAD = re.compile(rf"提前(?:半|{N})")


def times_text(phrase: Phrase) -> str:
    """The words for the time of day, to offer again with another day."""
    said = of(phrase.tokens, "part", "dual", "meal", "bed", "rise", *CLOCKS)
    return "".join(t.text for t in said) if of(said, "meal", "bed", "rise", *CLOCKS) else _DEFAULT


def times_of(phrase: Phrase, tokens: Sequence[Token]) -> list[Wall]:
    """At least one time of day; raises Unclear when none is said, or one that could be two."""
    found = _said(phrase, tokens) if of(tokens, *CLOCKS) else _anchored(phrase, tokens)
    each = "各" in phrase.text
    counts = [_count(t) for t in of(tokens, "freq", "times") if not (each and t.kind == "times")]
    if counts and counts[0] != len(found):
        _ask_times(phrase, counts[0])
    if not found:
        _ask_parts(phrase, tokens)
        _ask_time(phrase, tokens)
    ahead = sum(minutes_of(t.got[0] or "") for t in of(tokens, "ahead"))
    if not ahead and _AHEAD.search(phrase.text):
        phrase.ask(words.ASK_BETWEEN)
    return sorted({wall.plus(-ahead) for wall in found})


def _said(phrase: Phrase, tokens: Sequence[Token]) -> list[Wall]:
    found = walls(clocks(tokens), phrase.what)
    if isinstance(found, Halves):
        phrase.ask_here(found.question, found.options, found.said.start, found.said.end)
    if isinstance(found, Said):
        if found.hour == NO_HOUR:
            phrase.ask(words.ASK_BETWEEN)
        phrase.ask(words.ASK_NO_CLOCK.format(words=phrase.text[found.start : found.end]))
    return found


def _anchored(phrase: Phrase, tokens: Sequence[Token]) -> list[Wall]:
    found: list[Wall] = []
    for token in of(tokens, "bed", "rise", "meal"):
        if token.kind == "meal":
            found += _meals(phrase, token)
        else:
            earlier = minutes_of(token.got[0] or "") if token.kind == "bed" else 0
            hour, minute = words.BEDTIME if token.kind == "bed" else words.AFTER_RISING
            found.append(Wall(0, hour, minute).plus(-earlier))
    return found


def meals_of(token: Token) -> str:
    """The meals named: 早晚 for 早饭和晚饭后, 早午晚 for 三餐后, "" for 饭后."""
    meal = (token.got[0] or "").replace("中午", "中").replace("中", "午")
    named = "".join(name for name in "早午晚" if name in meal)
    return named or ("早午晚" if "三" in meal or "每" in meal else "")


def _meals(phrase: Phrase, token: Token) -> list[Wall]:
    _, side, more = (got or "" for got in token.got)
    after = "后" in side
    minutes = minutes_of(more) * (1 if after else -1)
    table = words.MEALS if after else words.BEFORE_MEALS
    if names := meals_of(token):
        return [Wall(0, *table[name]).plus(minutes) for name in names]
    tail = ("后" if after else "前") + more
    options = [f"{words.MEAL_NAMES[m]}{tail}" for m in "早午晚"] + [f"三餐{tail}"]
    phrase.ask_here(words.ASK_MEAL.format(words=token.text), options, token.start, token.end)


def _count(token: Token) -> int:
    said = token.got[0] or ""
    return sum(c in said for c in "早中晚") or to_int(said)


def _ask_times(phrase: Phrase, count: int) -> None:
    options = words.TIMES_OPTIONS.get(count, ())
    before = "".join(t.text for t in of(phrase.tokens, "date", "relday", "to", "last", "weekday", "monthday"))
    phrase.ask(words.ASK_TIMES.format(count=count), options, before=f"{before}每天")


def _ask_parts(phrase: Phrase, tokens: Sequence[Token]) -> None:
    """每天早上和晚上提醒我: a time for each of them."""
    parts = {part_of(t): t for t in of(tokens, "part")}
    if len(parts) < 2:
        return
    offers = [words.PART_OPTIONS["夜" if part == "凌" else part] for part in parts]
    options = list(dict.fromkeys("、".join(offer[i] for offer in offers) for i in (1, 0)))
    phrase.ask(words.ASK_TIMES.format(count=len(parts)), options, before=phrase.days_text() or "每天")


def _ask_time(phrase: Phrase, tokens: Sequence[Token]) -> None:
    before = phrase.days_text()
    if part := of(tokens, "part"):
        options = words.PART_OPTIONS["夜" if part_of(part[0]) == "凌" else part_of(part[0])]
        name = words.PART_NAMES.get(part[0].text, part[0].text)
        phrase.ask(words.ASK_TIME_OF.format(part=name), options, before=before)
    if before:
        phrase.ask(words.ASK_TIME, words.DAY_OPTIONS, before=before)
    phrase.ask(words.ASK_TIME_AND_DAY, words.EVERY_OPTIONS)

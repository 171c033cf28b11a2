"""One request while it is being read: its time words, the rest, and the questions it may need."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import NoReturn
from zoneinfo import ZoneInfo

from handlers.services.care.when.answer import Ask, Unclear
from handlers.services.care.when.chinese_time import Token, scan
from handlers.services.care.when.intent import what_of

CLOCKS = ("clock", "pair", "before")
_CLASS = {
    kind: name
    for name, kinds in {
        "moment": ("part", "dual", "after", *CLOCKS),
        "anchor": ("meal", "bed", "rise"),
        "every": (
            "weekdays",
            "weekend",
            "weekly",
            "bare_weekly",
            "week_blank",
            "monthly",
            "month_end",
            "month_blank",
            "yearly",
            "lunar_monthly",
            "lunar_date",
            "lunar_blank",
            "hourly",
            "minutely",
            "gap",
            "days",
            "daily",
        ),
        "date": ("in_days", "relday", "weekday", "date", "monthday", "day_blank", "to"),
        "count": ("freq", "week_freq", "times"),
        "last": ("last",),
        "vague": ("vague",),
        "ahead": ("ahead",),
    }.items()
    for kind in kinds
}
_GLUE = re.compile(r"(?:开始|以及|还有|并且|然后|[\s，,、。；;：:的在于和跟与及又也起从自吧就要各分别是每])*")
_AFTERWARDS = re.compile(r"(?:开始|起(?!床|来|身)|为止|止|的时候|左右|当天|这天)*")
_NO_MOMENT = re.compile(r"多(?!吃|喝|测|量|走|做|穿|休)|[以之]前|前(?=提醒|[叫喊])|[以之]后(?=提醒|[叫喊])")
"""8点多 and 8点以前."""
_BETWEEN = ("到", "至", "-", "~", "—")
DAYS = ("every", "date", "last")


@dataclass(frozen=True, slots=True)
class Phrase:
    """`text` is tidied; `tokens` are the time words that count; `what` is the rest without the verb."""

    text: str
    tokens: tuple[Token, ...]
    what: str
    now: dt.datetime
    zone: ZoneInfo

    @property
    def local(self) -> dt.datetime:
        return self.now.astimezone(self.zone)

    @property
    def today(self) -> dt.date:
        return self.local.date()

    def days_text(self) -> str:
        """The words for the days alone: 从3月1日到3月10日每天."""
        return "".join(t.text for t in self.tokens if class_of(t) in DAYS)

    def ask(self, question: str, options: Iterable[str] = (), *, before: str = "") -> NoReturn:
        """Ask for the time; each option stands for all time words, after `before`."""
        offered = tuple(options)
        raise Unclear(Ask(question, offered, tuple(f"{before}{one}提醒我{self.what}" for one in offered)))

    def ask_here(self, question: str, options: Iterable[str], start: int, end: int) -> NoReturn:
        """Ask about the words from `start` to `end`; each option takes their place."""
        offered = tuple(options)
        raise Unclear(Ask(question, offered, tuple(self.text[:start] + one + self.text[end:] for one in offered)))


def class_of(token: Token) -> str:
    return _CLASS[token.kind]


def of(tokens: Iterable[Token], *kinds: str) -> list[Token]:
    return [t for t in tokens if t.kind in kinds]


def read(text: str, now: dt.datetime, zone: ZoneInfo) -> Phrase:
    """`text` must be tidied."""
    found = list(scan(text))
    said = _first_said(text, found)
    tokens = _useful(said)
    placed = [t for t in said if t in tokens or t.kind == "part"]
    return Phrase(text, tuple(tokens), what_of(text, _spans(text, placed)), now, zone)


def is_between(phrase: Phrase) -> bool:
    """8点到9点 is no moment to ring at."""
    said = of(phrase.tokens, *CLOCKS, "part")
    if any(_NO_MOMENT.match(phrase.text, one.end) for one in said if one.kind in CLOCKS):
        return True
    rest = of(scan(phrase.text), *CLOCKS, "part")
    pairs = ((one, phrase.text[one.end : two.start]) for one, two in pairwise(rest))
    return any(one in said and one.kind in CLOCKS and gap in _BETWEEN for one, gap in pairs)


def _first_said(text: str, tokens: list[Token]) -> list[Token]:
    """明天3点提醒我4点去复查: a kind of word already said earlier belongs to what is to be done."""
    kept: list[Token] = []
    closed: set[str] = set()
    for at, token in enumerate(tokens):
        if at and not _GLUE.fullmatch(text, tokens[at - 1].end, token.start):
            closed |= {class_of(t) for t in kept}
        if class_of(token) not in closed or _completes(token, tokens[at - 1], kept):
            kept.append(token)
    return kept


def _completes(token: Token, before: Token, kept: list[Token]) -> bool:
    """明天早上空腹抽血，7点提醒我: the hour to a part of the day that stands alone."""
    alone = token.kind == "clock" and before.end < token.start and any(t.kind == "part" for t in kept)
    return alone and not any(t.kind in (*CLOCKS, "after") for t in kept)


def _useful(tokens: list[Token]) -> list[Token]:
    """A vague or half word does not count beside an exact one."""
    kinds = {t.kind for t in tokens}
    drop: set[str] = set()
    if kinds & {*CLOCKS, "after"}:
        drop |= {"meal", "bed", "rise", "vague", "times"}
    elif kinds & {"meal", "bed", "rise"}:
        drop |= {"part", "vague"}
    if "daily" not in kinds:
        drop.add("times")
    if any(class_of(t) == "date" and t.kind not in ("day_blank", "to") for t in tokens):
        drop.add("day_blank")
    if any(class_of(t) in DAYS or t.kind in ("freq", "part") for t in tokens):
        drop.add("vague")
    return [t for t in tokens if t.kind not in drop]


def _spans(text: str, tokens: list[Token]) -> list[tuple[int, int]]:
    """The places of the time words, with 从 before, 开始 after and the glue between."""
    spans: list[tuple[int, int]] = []
    for token in tokens:
        end = found.end() if (found := _AFTERWARDS.match(text, token.end)) else token.end
        start = token.start - (token.start > 0 and text[token.start - 1] in "从自于在")
        if spans and start > spans[-1][1] and _GLUE.fullmatch(text, spans[-1][1], start):
            start = spans[-1][1]
        spans.append((start, end))
    return spans

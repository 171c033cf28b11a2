"""The safety net: a time that was said but found no place in the schedule is asked about, never dropped."""

from __future__ import annotations

import re
from itertools import pairwise

from handlers.services.care.when import words
from handlers.services.care.when.chinese_time import Token, scan
from handlers.services.care.when.clock import part_of
from handlers.services.care.when.phrase import CLOCKS, Phrase, of

_TIMES = ("part", "dual", "meal", "bed", "rise", "freq", *CLOCKS)
_OWNERS = ("meal", "bed", "rise", "after", *CLOCKS)
"""A part of the day right before one of these belongs to it: 晚上睡前."""
_JOINT = re.compile(r"(?:每天|每日)?(?:以及|还有|[、，,；;和跟及与])+(?:每天|每日|再)?|(?:每天|每日)?")
_DOES = r"(?:也|再|还|要|各|都|就|[、,，])*(?:吃|服|打|测|量|滴|用药|喝|注射|点眼|涂|$)"
_STUB = re.compile(
    rf"(?!中午)[早中午晚](?:[早中午晚]|[、,，和跟及与]|{_DOES})|[、和跟及与](?=[早中午晚饭餐睡]|[\d一二两三四五六七八九十]{{1,3}}[点:])"
    r"|[、及与点半刻](?=[、，,和跟及与]|$)|点(?:半|钟|[一二三]刻)|[饭餐][前后](?=[、和])"
)
_PART_OR_MORE = re.compile(rf"[的]?(?:[、和跟及与]|{_DOES})")
_SPLIT = re.compile(r"(?:[，,。；;、]|和|跟|以及|还有|然后|另外|不对|错了)(?:每天|每日|还有|再|也)*$")


def check(phrase: Phrase) -> None:
    """Raises Unclear when words about a time are left over."""
    _lonely_part(phrase)
    if left := _joined(phrase) or _in_what(phrase):
        phrase.ask(words.ASK_REST.format(words=left))


def _lonely_part(phrase: Phrase) -> None:
    """每天早上8点和晚上: the hour of the evening is missing."""
    if not of(phrase.tokens, *_OWNERS):
        return
    said = of(scan(phrase.text), *_TIMES, "after")
    for at, token in enumerate(said):
        after = said[at + 1] if at + 1 < len(said) else None
        if token.kind != "part" or (after and after.kind in _OWNERS and _near(phrase, token, after)):
            continue
        before = said[at - 1] if at else None
        if any(other and _near(phrase, *pair) for other, pair in ((before, (before, token)), (after, (token, after)))):
            name = words.PART_NAMES.get(token.text, token.text)
            options = words.PART_OPTIONS["夜" if part_of(token) == "凌" else part_of(token)]
            phrase.ask_here(words.ASK_TIME_OF.format(part=name), options, token.start, token.end)


def _near(phrase: Phrase, one: Token | None, two: Token | None) -> bool:
    return bool(one and two and _JOINT.fullmatch(phrase.text, one.end, two.start))


def _joined(phrase: Phrase) -> str:
    """8点和睡前: two times side by side, of which one did not count."""
    said = of(scan(phrase.text), *_TIMES)
    for one, two in pairwise(said):
        lost = next((t for t in (one, two) if t not in phrase.tokens and t.kind != "part"), None)
        if lost and two.start > one.end and _near(phrase, one, two):
            return lost.text
    return ""


def _in_what(phrase: Phrase) -> str:
    what = phrase.what
    if stub := _STUB.match(what):
        return stub[0]
    # 提醒我4点去复查 tells when the visit is; 4点吃药 and 晚上吃药 are another reminder.
    for token in of(scan(what), *CLOCKS, "part"):
        if _SPLIT.search(what, 0, token.start) or (not token.start and _PART_OR_MORE.match(what, token.end)):
            return token.text
    return ""

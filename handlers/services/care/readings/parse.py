"""Readings in free wording: 打卡 血压 130/85, 空腹 6.5, 今天走了八千步.

A unit is never guessed and numbers are never swapped: what is not sure comes back as a Doubt with one question, and
names the warnings that the literal numbers would need (source: project safety rules, 2.3).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from handlers.services.care.readings import words
from handlers.services.care.readings.answer import Doubt, Reading
from handlers.services.care.readings.choice import choices
from handlers.services.care.readings.groups import Group, alone, groups
from handlers.services.care.readings.lexer import marks
from handlers.services.care.readings.text import LONGEST, numbers_only, tidy
from handlers.services.care.readings.values import Read, evaluate, templates
from playbooks.schema.measure import Measure, Number

__all__ = ["Doubt", "Reading", "critical", "literal_critical", "parse_readings"]

_PAIR = re.compile(r"(?<![\d./])\d{2,3}/\d{2,3}(?![\d./a-z平寸尺元块人个])")
_CLAUSE = re.compile(r"[^。!?;\n,]*(?:,(?=\d)(?<=\d,)[^。!?;\n,]*)*[。!?;\n,]?")


def parse_readings(text: str, measures: Sequence[Measure]) -> tuple[Reading | Doubt, ...]:
    """All readings and doubts in the order they stand; () when the text is no check-in."""
    if len(text) > LONGEST or not measures:
        return ()
    said = tidy(text)
    checking_in = bool(words.CHECK_IN.search(said))
    told = _told(said, checking_in)
    if not told.strip():
        return ()
    read = Read(bool(words.OTHERS.search(told)), _days_ago(told), checking_in)
    found = [result for group in _groups(told, measures) if (result := evaluate(group, read))]
    return (*found, *choices(told, measures, read))


def critical(reading: Reading, measures: Sequence[Measure], text: str = "") -> tuple[str, ...]:
    """The names of the warnings this reading needs in a message of this `text`, the most severe first."""
    measure = next((m for m in measures if m.id == reading.measure), None)
    return templates(measure, reading.values, text) if measure and isinstance(reading.values, dict) else ()


def literal_critical(text: str, measures: Sequence[Measure]) -> tuple[str, ...]:
    """Warnings for any critical number in the text, be it a question, a plan or a quote (血压180/115怎么办)."""
    if len(text) > LONGEST or not measures:
        return ()
    read = Read(False, 0, True)
    said = tidy(text)
    found = [evaluate(group, read) for group in (*_groups(said, measures), *_pairs(said, measures))]
    names = [n for one in found if one for n in _names(one, measures, said)]
    return tuple(dict.fromkeys(names))


def _names(one: Reading | Doubt, measures: Sequence[Measure], text: str) -> tuple[str, ...]:
    return critical(one, measures, text) if isinstance(one, Reading) else one.critical_if_literal


def _groups(told: str, measures: Sequence[Measure]) -> list[Group]:
    plain = numbers_only(told)
    known = [m for m in measures if isinstance(m.value, Number)]
    found = marks(plain, measures)
    return groups(found, known) or alone(plain, found, known)


def _pairs(said: str, measures: Sequence[Measure]) -> list[Group]:
    """190/110 needs no name to be taken for a blood pressure when it would be critical (今天190/110怎么办)."""
    plain = numbers_only(said)
    return [one for found in _PAIR.finditer(plain) for one in alone(found[0], marks(found[0], measures), measures)]


def _told(said: str, checking_in: bool) -> str:
    """The clauses that tell what was measured: no goals, no memories, and no questions outside a check-in."""
    clauses = [c for c in _CLAUSE.findall(said) if c]
    asked = not checking_in and any(words.QUESTION.search(c) for c in clauses)
    kept = [c for c in clauses if not words.NOT_NOW.search(c)]
    if asked:
        kept = [c for c in kept if words.MEASURED.search(c) and not words.QUESTION.search(c)]
    return "".join(kept)


def _days_ago(text: str) -> int:
    return -2 if words.BEFORE_YESTERDAY.search(text) else -1 if words.YESTERDAY.search(text) else 0

"""Marks what matters in a tidied message: measures, parts, situations, numbers with their units."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from playbooks.schema.measure import Measure, Number

# Units no measure knows: a number in one of them is no reading (二十元, 3个人).
_ELSEWHERE = (
    "%",
    "元",
    "块",
    "个",
    "只",
    "杯",
    "碗",
    "份",
    "针",
    "人",
    "公里",
    "千米",
    "米",
    "km",
    "m",
    "毫升",
    "ml",
    "克",
    "g",
    "毫克",
    "mg",
    "单位",
    "小时",
    "钟头",
    "分钟",
    "秒",
    "次",
    "下",
    "楼",
    "床",
    "期",
    "群",
    "圈",
    "组",
    "遍",
    "顿",
    "层",
    "级",
    "年",
    "厘米",
    "cm",
    "点",
    "分",
    "度",
    "价",
    "cc",
    "步",
    "公斤",
    "斤",
)
_NO_MEASURE = r"(?![药试带表贴环锅电线]|[计仪](?!上|里|显示|测|量|是|:))"
_NO_STROKE = "(?![压午周楼面肢个月降来去])"
"""血压190下午又量: no 下 of a pulse."""
_NUMBER = r"(?<![\d.])(?<![a-oq-z])(\d{1,9}(?:\.\d{1,4})?)(?![\d]|\.\d)"


@dataclass(frozen=True, slots=True)
class Mark:
    """`kind` is measure, part, context or number; `key` the part or context; `unit` as it was written."""

    kind: str
    start: int
    end: int
    measure: str = ""
    key: str = ""
    value: float = 0.0
    unit: str = ""


def marks(text: str, measures: Sequence[Measure]) -> list[Mark]:
    """All marks, left to right, the longest word winning."""
    words, pattern = _compiled(measures)
    found: list[Mark] = []
    for hit in pattern.finditer(text):
        if hit["number"]:
            value = float(hit["number"])
            found.append(Mark("number", hit.start(), hit.end(), value=value, unit=hit["unit"] or ""))
        else:
            kind, measure, key = words[hit["word"]]
            found.append(Mark(kind, hit.start(), hit.end(), measure, key))
    return found


_MEMO: dict[int, tuple[Sequence[Measure], dict[str, tuple[str, str, str]], re.Pattern[str]]] = {}
"""What was made of the measures last asked with; they are the same until the playbooks are read anew."""


def _compiled(measures: Sequence[Measure]) -> tuple[dict[str, tuple[str, str, str]], re.Pattern[str]]:
    known = _MEMO.get(0)
    if known is None or known[0] is not measures:
        words = _lexicon(measures)
        units = tuple(sorted(_units(measures), key=len, reverse=True))
        known = _MEMO[0] = (measures, words, _pattern(tuple(words), units))
    return known[1], known[2]


def _pattern(words: Iterable[str], units: Iterable[str]) -> re.Pattern[str]:
    word = "|".join(map(re.escape, sorted(words, key=len, reverse=True)))
    unit = "|".join(re.escape(one) + (_NO_STROKE if one == "下" else "") for one in units)
    number = _NUMBER.replace("(\\d", "(?P<number>\\d", 1)
    return re.compile(rf"(?P<word>{word}){_NO_MEASURE}|{number}(?:\s?(?P<unit>{unit})(?![a-z]))?")


def _lexicon(measures: Sequence[Measure]) -> dict[str, tuple[str, str, str]]:
    words: dict[str, tuple[str, str, str]] = {}
    for measure in measures:
        for context in measure.contexts:
            words |= {say.lower(): ("context", measure.id, context.key) for say in context.say}
    for measure in measures:
        words |= {say.lower(): ("measure", measure.id, "") for say in measure.say}
        for part in measure.value.parts if isinstance(measure.value, Number) else ():
            words |= {say.lower(): ("part", measure.id, part.key) for say in part.say}
    return words


def _units(measures: Sequence[Measure]) -> set[str]:
    units = set(_ELSEWHERE)
    for measure in measures:
        if isinstance(measure.value, Number):
            units |= units_of(measure.value)
    return units


def units_of(number: Number) -> set[str]:
    """Every way to write a unit this measure knows, its own and others."""
    others = [say for unit in (*number.convert, *number.foreign) for say in unit.say]
    return {say.lower() for say in (*number.unit_say, *others)}

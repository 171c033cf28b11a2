"""How well red flags are seen: labelled sentences through the same look that every message gets."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from math import comb
from pathlib import Path
from typing import Any

from bot.dispatch.middlewares.triage import Burst, critical_as_written, critical_said
from handlers.services.care.readings import parse_readings
from handlers.services.retrieval.text import plain
from handlers.services.safety.red_flags import SEVERITY, Flag, RedFlags
from playbooks.library import Library

NEXT_LINE = " / "
START = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


@dataclass(frozen=True, slots=True)
class Sentence:
    """`group`: core and rest are dangers, plain and trap are none, ask wants one question. `half`: dev or test."""

    theme: str
    group: str
    half: str
    said: str
    flag: str = ""
    level: str = ""


@dataclass(frozen=True, slots=True)
class Wrong:
    """A danger not seen, or an alarm for nothing."""

    sentence: Sentence
    seen: tuple[str, ...]


def sentences(folder: Path) -> list[Sentence]:
    """All of a folder: `danger/*.tsv` (level, group, half, flag, sentence) and `ordinary/*.tsv` (group, half, sentence)."""
    found = []
    for path in sorted((folder / "danger").glob("*.tsv")):
        found += [Sentence(path.stem, group, half, said, flag, level) for level, group, half, flag, said in _rows(path)]
    for path in sorted((folder / "ordinary").glob("*.tsv")):
        found += [Sentence(path.stem, group, half, said) for group, half, said in _rows(path)]
    if not found:
        raise LookupError(f"{folder} 里没有 danger/*.tsv 和 ordinary/*.tsv，请写句子所在的文件夹")
    return found


def _rows(path: Path) -> list[list[str]]:
    lines = path.read_text("utf-8").splitlines()
    return [line.split("\t") for line in lines if line.strip() and not line.startswith("#")]


class Look:
    """What triage sees in a message, without a database."""

    def __init__(self, library: Library) -> None:
        self.flags = RedFlags([one for one in library.lexicons.values() if one.use == "red_flag"])
        self._measures = tuple(library.measures.values())

    def seen(self, said: str) -> list[Flag]:
        """The flags of a message, or of a burst of them parted by ` / `."""
        burst, found = Burst(), []
        for number, line in enumerate(said.split(NEXT_LINE)):
            text = plain(line)
            found += self.flags.seen(line) or self.flags.seen(burst.joined((1, None), number, START, text))
            reading = critical_said(parse_readings(text, self._measures), self._measures, text)
            found += [one for one in (reading or critical_as_written(self._measures, text),) if one]
        return found


def right(one: Sentence, seen: Iterable[Flag]) -> bool:
    """Danger: a warning as severe as the label, or the flag itself. Ask: any answer. Ordinary: none."""
    if one.group == "ask":
        return any(True for _ in seen)
    if not one.level:
        return not any(True for _ in seen)
    return any(not flag.asks and SEVERITY.index(flag.level) <= SEVERITY.index(one.level) for flag in seen)


def bounds(hits: int, of: int, doubt: float = 0.05) -> tuple[float, float]:
    """Clopper–Pearson: the exact interval of a share."""
    low = 0.0 if hits == 0 else _solve(lambda p: 1 - _at_most(hits - 1, of, p), doubt / 2)
    high = 1.0 if hits == of else _solve(lambda p: 1 - _at_most(hits, of, p), 1 - doubt / 2)
    return low, high


def _at_most(hits: int, of: int, share: float) -> float:
    """The chance of so many or fewer."""
    if hits > of / 2:
        return 1 - _at_most(of - hits - 1, of, 1 - share) if hits < of else 1.0
    return sum(comb(of, one) * share**one * (1 - share) ** (of - one) for one in range(hits + 1))


def _solve(rising: Any, wanted: float) -> float:
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if rising(middle) < wanted else (low, middle)
    return (low + high) / 2


def measure(found: Iterable[Sentence], look: Look) -> dict[str, Any]:
    """Figures by half and group, by theme, and what went wrong."""
    groups: dict[tuple[str, str], list[bool]] = defaultdict(list)
    themes: dict[tuple[str, str], list[bool]] = defaultdict(list)
    exact: list[bool] = []
    wrong: list[Wrong] = []
    for one in found:
        seen = look.seen(one.said)
        good = right(one, seen)
        groups[one.half, one.group].append(good)
        themes[one.flag or one.group, one.half].append(good)
        if one.flag and good:
            exact.append(any(flag.id == one.flag for flag in seen))
        if not good:
            wrong.append(Wrong(one, tuple(f"{flag.id} {flag.level}{'?' if flag.asks else ''}" for flag in seen)))
    return {
        "groups": {half: {group: _share(groups[half, group]) for h, group in groups if h == half} for half, _ in groups},
        "themes": {theme: {half: _share(themes[theme, half]) for t, half in themes if t == theme} for theme, _ in themes},
        "same_emergency": _share(exact),
        "wrong": [
            {"half": one.sentence.half, "group": one.sentence.group, "theme": one.sentence.theme,
             "flag": one.sentence.flag, "said": one.sentence.said, "seen": list(one.seen)}
            for one in wrong
        ],
    }  # fmt: skip


def _share(good: list[bool]) -> dict[str, Any]:
    low, high = bounds(sum(good), len(good)) if good else (0.0, 1.0)
    return {"of": len(good), "right": sum(good), "share": sum(good) / max(len(good), 1), "low": low, "high": high}

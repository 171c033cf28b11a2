"""`python -m tests.patterns`: every regular expression of ours against long inputs made to hurt it.

The inputs are made from the expression itself: each of its characters many times, each of its alternatives many times,
and for each repetition in it what leads there, the repeated part many times, and an end that does not fit. Prints the
expression it is at, so that whoever stops it knows which one is slow; at the end how long each took.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from re import _constants as codes  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

import bot
import handlers
import playbooks
import storage
from bot.normalise import LONGEST

BOUNDED = {
    "handlers.choice": 40,
    "handlers.services.care.readings": 500,
    "handlers.services.care.when": 500,
    "handlers.services.community.moderation": 2_000,
    "handlers.services.community.personal_data": 2_000,
    "handlers.services.knowledge.context": 2_000,
    "handlers.services.knowledge.courtesy": 40,
    "handlers.services.knowledge.heard": 400,
    "handlers.services.knowledge.parts": 2_000,
    "handlers.services.retrieval": 2_000,
    "handlers.services.staff.promise_words": 80,
}
"""Module → characters of the longest text that its functions look at; all others take a whole message."""
CHARACTERS, SAMPLES = 24, 24
"""So many of each are tried for one expression, at most."""
ALWAYS = ("1", "十", "啊", " ", "\n", "1.", "十 ", "、1")
MISFITS = ("\x00", "1", "")
CATEGORY = {codes.CATEGORY_DIGIT: "1", codes.CATEGORY_SPACE: " ", codes.CATEGORY_WORD: "a"}
REPEATS = (codes.MAX_REPEAT, codes.MIN_REPEAT, codes.POSSESSIVE_REPEAT)
MANY = 8
"""A repetition of so many or more is one that may hurt."""


def patterns() -> dict[re.Pattern[str], str]:
    """Every expression that a module holds, also in its tuples and tables → where."""
    found: dict[re.Pattern[str], str] = {}
    for package in (bot, handlers, playbooks, storage):
        for info in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if "migrations" in info.name or info.name.endswith("__main__"):
                continue
            for name, value in vars(importlib.import_module(info.name)).items():
                for one in _within(value, 3):
                    found.setdefault(one, f"{info.name}.{name}")
    return found


def _within(value: Any, depth: int) -> Iterator[re.Pattern[str]]:
    if isinstance(value, re.Pattern):
        yield value
    elif depth and isinstance(value, dict):
        yield from (one for pair in value.items() for part in pair for one in _within(part, depth - 1))
    elif depth and isinstance(value, tuple | list | set | frozenset):
        yield from (one for part in value for one in _within(part, depth - 1))


def attacks(pattern: re.Pattern[str], length: int = LONGEST) -> list[str]:
    """Long inputs for this expression."""
    tree = parser.parse(pattern.pattern, pattern.flags & ~re.DEBUG)
    samples = [one for one in dict.fromkeys(_alternatives(tree)) if one]
    characters = dict.fromkeys(char for sample in samples for char in sample)
    parts = [*ALWAYS, *list(characters)[:CHARACTERS], *samples[:SAMPLES]]
    pumped = [part * (length // len(part)) for part in parts]
    for before, body in _repeats(tree, ""):
        many = body * (length // max(len(body), 1))
        pumped += [(before + many)[: length - 1] + misfit for misfit in MISFITS]
    return list(dict.fromkeys(pumped))


def _alternatives(tree: Iterable[Any]) -> Iterator[str]:
    """One text that the whole fits, and one for each alternative in it."""
    tree = list(tree)
    yield _sample(tree)
    for code, value in tree:
        for inner in _inner(code, value):
            yield from _alternatives(inner)
        if code is codes.IN:
            yield from (one for part in value if (one := _of_class([part])))


def _inner(code: Any, value: Any) -> list[Any]:
    """The trees within one node."""
    if code is codes.BRANCH:
        return list(value[1])
    if code in REPEATS:
        return [value[2]]
    if code is codes.SUBPATTERN:
        return [value[3]]
    if code in (codes.ASSERT, codes.ASSERT_NOT):
        return [value[1]]
    if code is codes.ATOMIC_GROUP:
        return [value]
    return []


def _repeats(tree: Iterable[Any], before: str) -> Iterator[tuple[str, str]]:
    """(what leads to it, what is repeated) for every repetition that may be long."""
    for code, value in list(tree):
        if code in REPEATS and value[1] >= MANY:
            yield before, _sample(value[2]) or "a"
            yield from ((before, one) for one in list(_alternatives(value[2]))[:MANY] if one)
        for inner in _inner(code, value):
            yield from _repeats(inner, before)
        before += _sample([(code, value)])


def _sample(tree: Iterable[Any]) -> str:
    """A text that fits, as far as this can be said without trying."""
    return "".join(_of_node(code, value) for code, value in tree)


def _of_node(code: Any, value: Any) -> str:
    if code is codes.LITERAL:
        return chr(value)
    if code is codes.IN:
        return _of_class(value)
    if code in (codes.ANY, codes.NOT_LITERAL):
        return "啊"
    if code in REPEATS:
        return _sample(value[2]) * max(1, min(value[0], 3))
    if code in (codes.ASSERT, codes.ASSERT_NOT):
        return ""
    inner = _inner(code, value)
    return _sample(inner[0]) if inner else ""


def _of_class(parts: list[Any]) -> str:
    for code, value in parts:
        if code is codes.NEGATE:
            return "啊"
        if code is codes.LITERAL:
            return chr(value)
        if code is codes.RANGE:
            return chr(value[0])
        if code is codes.CATEGORY:
            return CATEGORY.get(value, "啊")
    return ""


def longest(where: str) -> int:
    """How long a text this expression can meet."""
    return next((length for module, length in BOUNDED.items() if where.startswith(f"{module}.")), LONGEST)


def ways(where: str, source: str) -> set[str]:
    """How the code uses it; all ways when it stands in a table."""
    name = re.escape(where.rpartition(".")[2])
    return set(re.findall(rf"\b{name}\.(search|match|fullmatch|finditer|sub|split|findall)\b", source)) or {"search"}


def hurt(pattern: re.Pattern[str], text: str, way: str) -> None:
    if way in ("search", "match", "fullmatch"):
        getattr(pattern, way)(text)
    else:
        for _ in pattern.finditer(text):
            pass


def main() -> None:
    took: list[tuple[float, str]] = []
    source = "".join(
        file.read_text(encoding="utf-8")
        for package in (bot, handlers, playbooks, storage)
        for file in Path(package.__path__[0]).rglob("*.py")
    )
    for pattern, where in patterns().items():
        print(where, ascii(pattern.pattern[:80]), flush=True)
        started = time.perf_counter()
        used = ways(where, source)
        for text in attacks(pattern, longest(where)):
            for way in used:
                hurt(pattern, text, way)
        took.append((time.perf_counter() - started, where))
    print(f"{len(took)} expressions, {sum(seconds for seconds, _ in took):.1f} s")
    for seconds, where in sorted(took, reverse=True)[: int(sys.argv[1]) if len(sys.argv) > 1 else 10]:
        print(f"{seconds:8.2f} s  {where}")


if __name__ == "__main__":
    main()

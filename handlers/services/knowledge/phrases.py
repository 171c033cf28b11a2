"""Finds the phrases of word lists in a text: spellings, gaps (`胸口…疼`), and the words that make a phrase harmless."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Generic, TypeVar

from ahocorasick_rs import AhoCorasick

from handlers.services.retrieval.text import KEEP, plain
from playbooks.schema.lexicon import Term

GAP = 8
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Spelling(Generic[T]):
    """One way to write a term; `unconditional`: only an exception that contains the phrase itself can cancel it."""

    owner: T
    said: str
    parts: tuple[str, ...]
    unless: tuple[str, ...]
    unconditional: bool = False


def spellings(owner: T, term: Term, unconditional: bool = False) -> list[Spelling[T]]:
    """All ways to write a term."""
    return [
        Spelling(owner, said, tuple(map(squeezed, said.split("…"))), term.unless, unconditional)
        for said in (term.say, *term.also)
    ]


def squeezed(text: str) -> str:
    """Width, traditional characters, case, spaces, emoji and invisible signs make no difference."""
    return KEEP.sub("", plain(text).lower())


class Phrases(Generic[T]):
    """Aho–Corasick over every part of every phrase; phrases with a gap are then checked for order and distance."""

    def __init__(self, known: Iterable[Spelling[T]]) -> None:
        self._beginning: dict[str, list[Spelling[T]]] = {}
        parts: set[str] = set()
        for one in known:
            self._beginning.setdefault(one.parts[0], []).append(one)
            parts.update(one.parts)
        self._parts = sorted(parts)
        self._finder = AhoCorasick(self._parts) if self._parts else None

    def found(self, text: str) -> list[Spelling[T]]:
        """The spellings that are meant in a text as somebody wrote it."""
        if self._finder is None:
            return []
        text = squeezed(text)
        present = {self._parts[found[0]] for found in self._finder.find_matches_as_indexes(text, overlapping=True)}
        possible = (one for part in sorted(present) for one in self._beginning.get(part, ()))
        return [one for one in possible if _meant(one, text, present)]


def _meant(one: Spelling[T], text: str, present: set[str]) -> bool:
    """Whether the phrase stands in the text beside what would make it harmless.

    An exception that contains the phrase (跳楼机) is taken out of the text, so that the phrase elsewhere still counts.
    Any other exception is a context that cancels it – unless nothing may.
    """
    if not all(part in present for part in one.parts):
        return False
    for words in one.unless:
        if any(part in words for part in one.parts):
            text = text.replace(words, "\0")
        elif words in text and not one.unconditional:
            return False
    return one.parts[0] in text if len(one.parts) == 1 else _shape(one.parts).search(text) is not None


@lru_cache(maxsize=4096)
def _shape(parts: tuple[str, ...]) -> re.Pattern[str]:
    """The parts in order with small gaps; compiled when first needed, for there are thousands."""
    return re.compile(f".{{0,{GAP}}}?".join(map(re.escape, parts)))

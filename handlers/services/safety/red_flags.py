"""Finds red flags: deterministic, before everything else. Over-warning is allowed, silence is not."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from ahocorasick_rs import AhoCorasick

from handlers.services.retrieval.text import KEEP, plain
from playbooks.schema.lexicon import Lexicon

GAP = 8
SEVERITY = "SABC"


@dataclass(frozen=True, slots=True)
class Flag:
    """One red flag seen in a message."""

    id: str
    title: str
    level: str
    template: str


@dataclass(frozen=True, slots=True)
class _Spelling:
    flag: Flag
    parts: tuple[str, ...]
    unless: tuple[str, ...]


class RedFlags:
    """Aho–Corasick over every part of every phrase; phrases with a gap are then checked for order and distance."""

    def __init__(self, lexicons: Sequence[Lexicon]) -> None:
        self._spellings = [one for lexicon in lexicons for one in _spellings(lexicon)]
        self._parts = sorted({part for one in self._spellings for part in one.parts})
        self._finder = AhoCorasick(self._parts) if self._parts else None
        self._beginning: dict[str, list[_Spelling]] = {}
        for one in self._spellings:
            self._beginning.setdefault(one.parts[0], []).append(one)

    def seen(self, text: str) -> list[Flag]:
        """The flags in a text as somebody wrote it, most severe first, each once."""
        text = KEEP.sub("", plain(text).lower())
        if self._finder is None:
            return []
        present = {self._parts[found[0]] for found in self._finder.find_matches_as_indexes(text, overlapping=True)}
        if not present:
            return []
        possible = (one for part in present for one in self._beginning.get(part, ()))
        flags = {one.flag.id + one.flag.level: one.flag for one in possible if _meant(one, text, present)}
        return sorted(flags.values(), key=lambda flag: (SEVERITY.index(flag.level), flag.id))


def _spellings(lexicon: Lexicon) -> list[_Spelling]:
    made = []
    for term in lexicon.terms:
        flag = Flag(lexicon.id, lexicon.title, term.level or "B", lexicon.template or "")
        for phrase in (term.say, *term.also):
            parts = tuple(KEEP.sub("", plain(part).lower()) for part in phrase.split("…"))
            made.append(_Spelling(flag, parts, term.unless))
    return made


def _meant(one: _Spelling, text: str, present: set[str]) -> bool:
    """Whether the phrase stands in the text beside what would make it harmless.

    An exception that contains the phrase (跳楼机) is taken out of the text, so that the phrase elsewhere still counts.
    Any other exception is a context that cancels it – but nothing cancels a word of self-harm.
    """
    if not all(part in present for part in one.parts):
        return False
    for words in one.unless:
        if any(part in words for part in one.parts):
            text = text.replace(words, "\0")
        elif words in text and one.flag.level != "S":
            return False
    return one.parts[0] in text if len(one.parts) == 1 else _shape(one.parts).search(text) is not None


@lru_cache(maxsize=4096)
def _shape(parts: tuple[str, ...]) -> re.Pattern[str]:
    """The parts in order with small gaps; compiled when first needed, for there are thousands."""
    return re.compile(f".{{0,{GAP}}}?".join(map(re.escape, parts)))

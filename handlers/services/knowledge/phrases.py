"""Finds the phrases of word lists in a text: spellings, gaps (`胸口…疼`), and the words that make a phrase harmless."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from types import MappingProxyType
from typing import Generic, TypeVar

from ahocorasick_rs import AhoCorasick

from handlers.services.retrieval.text import KEEP, plain
from playbooks.schema.lexicon import Lexicon, Term

GAP, NEAR = 8, 30
SET = re.compile(r"<([^<>]+)>")
Sets = Mapping[str, tuple[str, ...]]
T = TypeVar("T")
Place = tuple[int, int]
"""Where something stands: first and one past the last character of the squeezed text."""


@dataclass(frozen=True, slots=True, eq=False)
class Spelling(Generic[T]):
    """One way to write a term. `parts`: each in any of its wordings; in order with small gaps, or, when `apart`, near
    each other in either order. `unconditional`: only an exception that contains the phrase itself can cancel it."""

    owner: T
    said: str
    parts: tuple[frozenset[str], ...]
    unless: tuple[str, ...]
    unconditional: bool = False
    apart: bool = False


@dataclass(frozen=True, slots=True)
class Found(Generic[T]):
    """A spelling that stands in a text, where its parts do, and what else there may make it harmless."""

    spelling: Spelling[T]
    places: tuple[Place, ...]
    beside: tuple[Place, ...] = ()


def spellings(
    owner: T, term: Term, unconditional: bool = False, sets: Sets = MappingProxyType({})
) -> list[Spelling[T]]:
    """All ways to write a term."""
    unless = tuple(words for one in term.unless for words in _spelt(one, sets))
    return [
        Spelling(owner, said, written(said, sets), unless, unconditional, "&" in said)
        for said in (term.say, *term.also)
    ]


def written(said: str, sets: Sets) -> tuple[frozenset[str], ...]:
    """The wordings of each part: `<胸>口…<疼>` with its sets spelt out."""
    return tuple(frozenset(map(squeezed, _spelt(part, sets))) for part in re.split("[…&]", said))


def _spelt(part: str, sets: Sets) -> Iterator[str]:
    pieces = SET.split(part)
    yield from map("".join, product(*((sets[one] if odd % 2 else (one,)) for odd, one in enumerate(pieces))))


def squeezed(text: str) -> str:
    """Width, traditional characters, case, spaces, emoji and invisible signs make no difference."""
    return KEEP.sub("", plain(text).lower())


def in_lists(lexicons: Iterable[Lexicon]) -> Phrases[Lexicon]:
    """Finds the terms of whole lists; the list is what is found."""
    return Phrases(
        spelling for one in lexicons for term in one.terms for spelling in spellings(one, term, sets=one.sets)
    )


def first_of(found: Iterable[Spelling[Lexicon]], order: Sequence[str]) -> Lexicon | None:
    """Of the lists whose words were found, the first by this order of ids; what stands in no order comes last."""
    places = {one: place for place, one in enumerate(order)}
    lists = (one.owner for one in found)
    return min(lists, key=lambda one: (places.get(one.id, len(places)), one.id), default=None)


class Phrases(Generic[T]):
    """Aho–Corasick over every part of every phrase; then order and distance of the parts are checked."""

    def __init__(self, known: Iterable[Spelling[T]]) -> None:
        self._beginning: dict[str, list[Spelling[T]]] = {}
        parts: set[str] = set()
        for one in known:
            for wording in one.parts[0]:
                self._beginning.setdefault(wording, []).append(one)
            parts.update(*one.parts)
        self._parts = sorted(parts)
        self._finder = AhoCorasick(self._parts) if self._parts else None

    def found(self, text: str) -> list[Spelling[T]]:
        """The spellings that are meant in a text as somebody wrote it."""
        places = self.places(squeezed(text))
        return list(dict.fromkeys(one.spelling for one in places if one.spelling.unconditional or not one.beside))

    def places(self, text: str) -> list[Found[T]]:
        """The same with every place where they stand; the text is squeezed already."""
        if self._finder is None:
            return []
        present: dict[str, list[Place]] = {}
        for part, start, end in self._finder.find_matches_as_indexes(text, overlapping=True):
            present.setdefault(self._parts[part], []).append((start, end))
        possible = dict.fromkeys(one for part in present for one in self._beginning.get(part, ()))
        return [found for one in possible for found in _meant(one, text, present)]


def _meant(one: Spelling[T], text: str, present: Mapping[str, list[Place]]) -> Iterator[Found[T]]:
    """Where the phrase stands.

    An exception that contains or overlaps the phrase (跳楼机) is taken out of the text, so that the phrase elsewhere
    still counts. Any other exception is a context: whoever asks decides.
    """
    if any(part.isdisjoint(present) for part in one.parts):
        return
    harmless = [(words, place) for words in one.unless if words in text for place in _standing(words, text)]
    everywhere = [place for part in one.parts for wording in part for place in present.get(wording, ())]
    out: list[Place] = []
    beside: list[Place] = []
    for words, span in harmless:
        contains = any(wording in words for part in one.parts for wording in part)
        (out if contains or _overlaps(span, everywhere) else beside).append(span)
    choices = [_free(part, present, out) for part in one.parts]
    for first in choices[0]:
        if (rest := _rest(first, choices[1:], one.apart)) is not None:
            yield Found(one, (first, *rest), tuple(beside))


def _standing(words: str, text: str) -> Iterator[Place]:
    at = text.find(words)
    while at >= 0:
        yield at, at + len(words)
        at = text.find(words, at + 1)


def _overlaps(one: Place, places: Iterable[Place]) -> bool:
    return any(one[0] < end and start < one[1] for start, end in places)


def _free(part: frozenset[str], present: Mapping[str, list[Place]], out: list[Place]) -> list[Place]:
    places = sorted(place for wording in part & present.keys() for place in present[wording])
    return [one for one in places if not _overlaps(one, out)]


def _rest(before: Place, choices: list[list[Place]], apart: bool) -> tuple[Place, ...] | None:
    """The nearest places of the further parts, or None."""
    if not choices:
        return ()
    for one in choices[0]:
        gap = max(one[0] - before[1], before[0] - one[1]) if apart else one[0] - before[1]
        if 0 <= gap <= (NEAR if apart else GAP) and (rest := _rest(one, choices[1:], apart)) is not None:
            return (one, *rest)
    return None

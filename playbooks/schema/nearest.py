"""What an author most likely meant: the nearest of the names that exist."""

from __future__ import annotations

from collections.abc import Iterable

from rapidfuzz import fuzz, process

NEAR = 60
SHOWN = 12


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known name most like this word, if any is like it at all."""
    found = process.extractOne(word, sorted(known), scorer=fuzz.ratio, score_cutoff=NEAR)
    return found[0] if found else None


def meant(word: str, known: Iterable[str]) -> str:
    """`，您是不是想写 X？`, else the names there are."""
    names = sorted(known)
    if near := nearest(word, names):
        return f"，您是不是想写 {near}？"
    rest = "……" if len(names) > SHOWN else ""
    return f"，已有：{'、'.join(names[:SHOWN])}{rest}" if names else "，现在一个也没有"

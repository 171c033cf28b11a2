"""Finds red flags: deterministic, before everything else. Over-warning is allowed, silence is not."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from handlers.services.knowledge.phrases import Found, Phrases, Place, spellings
from handlers.services.retrieval.text import DECIMAL, DOT, KEEP, plain
from handlers.services.safety.reports import Report, report
from playbooks.schema.lexicon import Lexicon

SEVERITY = "SABC"
BREAK = re.compile(r"[\s,，。!！?？;；:：~～…]+|(?<!\d)\.|\.(?!\d)")


@dataclass(frozen=True, slots=True)
class Flag:
    """One red flag seen in a message. `asks`: it is over, or only feared; one question settles it."""

    id: str
    title: str
    level: str
    template: str
    asks: bool = False


class RedFlags:
    """The red-flag lists, ready to look through a message. Nothing cancels a word of self-harm."""

    def __init__(self, lexicons: Sequence[Lexicon]) -> None:
        self._phrases = Phrases(
            spelling
            for lexicon in lexicons
            for term in lexicon.terms
            for spelling in spellings(
                Flag(lexicon.id, lexicon.title, term.level or "B", lexicon.template or ""),
                term,
                term.level == "S",
                lexicon.sets,
            )
        )

    def seen(self, text: str) -> list[Flag]:
        """The flags in a text as somebody wrote it, each once: what is so now before what is asked back, most severe first."""
        text, breaks = _squeezed(text)
        reports: dict[Flag, Report] = {}
        for found in self._phrases.places(text):
            known = reports.get(found.spelling.owner, Report.OTHER)
            if known is not Report.NOW:
                told = report(text, found.places, breaks, _company(found, text))
                told = Report.NOW if found.spelling.unconditional else told
                reports[found.spelling.owner] = max(known, told)
        flags = [replace(one, asks=told is Report.UNSURE) for one, told in reports.items() if told is not Report.OTHER]
        return sorted(flags, key=lambda flag: (flag.asks, SEVERITY.index(flag.level), flag.id))


def _company(found: Found[Flag], text: str) -> list[Place]:
    """Exceptions that make the phrase harmless from beside it; those that share its words only stand for themselves."""
    words = {sign for start, end in found.places for sign in text[start:end]}
    return [(start, end) for start, end in found.beside if words.isdisjoint(text[start:end])]


def _squeezed(text: str) -> tuple[str, list[int]]:
    """The text with nothing between its characters, and where it had a break."""
    clauses = [DOT.sub("", KEEP.sub("", one)) for one in BREAK.split(DECIMAL.sub(".", plain(text).lower()))]
    breaks, at = [0], 0
    for one in clauses:
        at += len(one)
        breaks.append(at)
    return "".join(clauses), breaks

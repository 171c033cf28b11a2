"""Finds red flags: deterministic, before everything else. Over-warning is allowed, silence is not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from handlers.services.knowledge.phrases import Phrases, spellings
from playbooks.schema.lexicon import Lexicon

SEVERITY = "SABC"


@dataclass(frozen=True, slots=True)
class Flag:
    """One red flag seen in a message."""

    id: str
    title: str
    level: str
    template: str


class RedFlags:
    """The red-flag lists, ready to look through a message. Nothing cancels a word of self-harm."""

    def __init__(self, lexicons: Sequence[Lexicon]) -> None:
        self._phrases = Phrases(
            spelling
            for lexicon in lexicons
            for term in lexicon.terms
            for spelling in spellings(
                Flag(lexicon.id, lexicon.title, term.level or "B", lexicon.template or ""), term, term.level == "S"
            )
        )

    def seen(self, text: str) -> list[Flag]:
        """The flags in a text as somebody wrote it, most severe first, each once."""
        flags = {one.owner.id + one.owner.level: one.owner for one in self._phrases.found(text)}
        return sorted(flags.values(), key=lambda flag: (SEVERITY.index(flag.level), flag.id))

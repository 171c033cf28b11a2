"""The last look at words before they leave: what is forbidden in its context does not go out, whoever wrote it.

`ad`: what staff send to many; strict. `care`: everything else; narrow. What stands in the playbooks in force was screened and signed
before; a quotation of somebody's question (“能根治吗”) claims nothing; a reminder is its reader's own words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cached_property
from typing import Any, Protocol

from handlers.services.knowledge.context import Concepts
from handlers.services.knowledge.screen import Doubt, Screen, texts
from handlers.services.retrieval.text import bare
from playbooks.library import Library

TO_MANY, ANSWER, OWN = ("broadcast:", "activity:"), "case", "reminder"
QUOTATION = re.compile(r"“[^”\n]*”|^【\d+】.*$", re.M)
VARIABLE = re.compile(r"{{.*?}}|{%.*?%}|{#.*?#}|\n", re.S)
HEALTH = {
    "contrast-group",
    "contrast-disease",
    "contrast-drug",
    "contrast-symptom",
    "contrast-surgery",
    "contrast-treatment",
}
MAY_PRESCRIBE = frozenset({"clinician", "expert"})


class Row(Protocol):
    """An outbox row."""

    def __getitem__(self, name: str, /) -> Any: ...


class Forbidden:
    """The blocked-word lists of one library, and what its own signed texts may say of them."""

    def __init__(self, library: Library, concepts: Concepts) -> None:
        self._screen = Screen(library.lexicons.values())
        self._library = library
        self._concepts = concepts

    @cached_property
    def _vetted(self) -> tuple[str, ...]:
        """What the playbooks in force say that would be doubted elsewhere; made when first asked for, which is seldom."""
        said = [text for entry in self._library.all() for _, _, text in texts(entry)]
        said += [faq.question for faq in self._library.faqs.values()]
        doubted = [text for text in said if any(self._screen.seen(text, "care"))]
        pieces = [piece.strip() for text in doubted for piece in VARIABLE.split(text)]
        return tuple(sorted(filter(None, pieces), key=len, reverse=True))

    def to_many(self, text: str) -> list[Doubt]:
        """In what staff send to a room or to many people. A phone number or link is in the way only beside health matters."""
        found = list(self._screen.seen(text, "ad"))
        found += [one for one in self._screen.seen(text, "care") if one.rule not in {other.rule for other in found}]
        health = any(span.group in HEALTH for span in self._concepts.spans(bare(text)))
        return _once(one for one in found if health or one.rule != "contact")

    def to_patient(self, text: str, roles: frozenset[str]) -> list[Doubt]:
        """In what somebody of staff writes to a patient; drugs and doses are for clinicians to name."""
        found = self._screen.seen(text, "care", signed=bool(roles & MAY_PRESCRIBE))
        return _once(one for one in found if one.rule != "contact")

    def leaving(self, row: Row, reader: str = "") -> list[Doubt]:
        """In a message that is about to leave, safety's and staff's own aside. `reader`: who reads it alone; their name
        claims nothing to themselves."""
        text, by = row["text"] or "", row["by"]
        text = text.replace(reader, "") if reader else text
        if by.startswith(TO_MANY):
            return self.to_many(text)
        if by.split(":")[0] == OWN and row["person_id"] is not None:
            return []
        text = QUOTATION.sub("", text)
        found = self.to_patient(text, MAY_PRESCRIBE)  # who may name a dose was asked when it was written
        if not found or by == ANSWER:
            return found
        for piece in self._vetted:
            text = text.replace(piece, "")
        return self.to_patient(text, MAY_PRESCRIBE)


def _once(found: Iterable[Doubt]) -> list[Doubt]:
    return list({one.found: one for one in found}.values())

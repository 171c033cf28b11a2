"""What is never ours to say: a diagnosis, a prescription, a dose, which drug or doctor is better, how it will end, a picture,
"no need to worry".

A vetted answer goes first. Otherwise one warm sentence says what we cannot do, and a person takes over.
"""

from __future__ import annotations

from collections.abc import Sequence

from handlers.services.knowledge.phrases import first_of, in_lists
from playbooks.schema.lexicon import Lexicon

ORDER = [
    f"refuse-{what}"
    for what in (
        "dose",
        "prescription",
        "comparison",
        "image",
        "diagnosis",
        "prognosis",
        "ranking",
        "hospital",
        "worry",
    )
]
"""Of two, the one that harms most when it is done oneself goes first; whether it matters, which is asked with everything, last."""


class Refusals:
    """The lists of `use: refusal`, ready to look through a message."""

    def __init__(self, lexicons: Sequence[Lexicon]) -> None:
        self._phrases = in_lists(lexicons)

    def seen(self, text: str) -> Lexicon | None:
        """The list whose matter is asked for."""
        return first_of(self._phrases.found(text), ORDER)

    def template(self, text: str) -> str:
        """The template of the sentence that says so, "" when nothing of the kind is asked."""
        found = self.seen(text)
        return found.template or "" if found is not None else ""

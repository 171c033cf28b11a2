"""FAQ entries that answer the same question: asks the real engine which other entry would answer each phrasing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from handlers.services.retrieval.engine import Engine
from handlers.services.retrieval.text import bare
from playbooks.schema.faq import Faq


@dataclass(frozen=True, slots=True)
class Twin:
    """Two entries that compete for a question.

    `where`: path of the phrasing in entry `id`. `same`: the other has the very same words. `more`: how many other
    phrasings of the pair compete as well.
    """

    id: str
    other: str
    where: tuple[str | int, ...]
    said: str
    score: float
    same: bool = False
    more: int = 0


def twins(faqs: Sequence[Faq], engine: Engine, seen: Callable[[int], object] = lambda done: None) -> list[Twin]:
    """One for each pair, with its most alike phrasing. `seen` is told how many entries are done."""
    owners: dict[str, str] = {}
    found: dict[frozenset[str], list[Twin]] = {}
    for done, faq in enumerate(faqs, 1):
        for where, said in phrasings(faq):
            for twin in _of_phrasing(faq, where, said, engine, owners):
                found.setdefault(frozenset((twin.id, twin.other)), []).append(twin)
        seen(done)
    return [_worst(pair) for pair in found.values()]


def phrasings(faq: Faq) -> list[tuple[tuple[str | int, ...], str]]:
    """(path, words) of all ways to ask for an entry."""
    asked: list[tuple[tuple[str | int, ...], str]] = [(("question",), faq.question)]
    asked += [(("ask", number), said) for number, said in enumerate(faq.ask)]
    return asked + [(("keywords", number), said) for number, said in enumerate(faq.keywords)]


def _of_phrasing(
    faq: Faq, where: tuple[str | int, ...], said: str, engine: Engine, owners: dict[str, str]
) -> list[Twin]:
    """The very same words elsewhere, else the entries that would answer these words if this one were not there."""
    owner = owners.setdefault(bare(said), faq.id)
    if owner != faq.id:
        return [Twin(faq.id, owner, where, said, 1.0, same=True)]
    if where[0] == "keywords":
        return []
    return [
        Twin(faq.id, one.id, where, said, one.score)
        for one in engine.rank(said)
        if one.id != faq.id and not one.objection and one.score >= engine.needed(bare(said), one)
    ]


def _worst(pair: list[Twin]) -> Twin:
    return replace(max(pair, key=lambda twin: (twin.same, twin.score)), more=len(pair) - 1)

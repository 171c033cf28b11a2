"""Everything derived from the playbooks, made once for a library and swapped in whole."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache, partial

from handlers.services.care.readings import Doubt, Reading, parse_readings
from handlers.services.knowledge.engine import Engine, Entry, Thresholds
from handlers.services.knowledge.guards import Contrast
from handlers.services.safety.red_flags import RedFlags
from handlers.settings import Settings
from playbooks.library import Library
from playbooks.schema.measure import Measure
from playbooks.schema.reward import Reward


@dataclass(frozen=True, slots=True)
class Index:
    """One library and what is compiled from it."""

    library: Library
    faq: Engine
    flags: RedFlags
    measures: tuple[Measure, ...]
    reward: Reward | None
    readings: Callable[[str], tuple[Reading | Doubt, ...]]
    """What a text says of readings; remembered for a moment, because triage and check-in both ask."""

    @classmethod
    def of(cls, library: Library, settings: Settings) -> Index:
        measures = tuple(library.measures.values())
        return cls(
            library=library,
            faq=engine(library, settings),
            flags=RedFlags([one for one in library.lexicons.values() if one.use == "red_flag"]),
            measures=measures,
            reward=next(iter(library.rewards.values()), None),
            readings=lru_cache(maxsize=64)(partial(parse_readings, measures=measures)),
        )


def engine(library: Library, settings: Settings) -> Engine:
    """The retrieval engine over the library's FAQs."""
    entries = [Entry(faq.id, faq.question, faq.ask, faq.keywords) for faq in library.faqs.values()]
    thresholds = Thresholds(settings.faq.answer_at, settings.faq.clarify_at)
    return Engine(entries, contrasts(library), synonyms(library), thresholds)


def contrasts(library: Library) -> Mapping[str, Contrast]:
    """The word groups whose members never answer each other."""
    return {
        lexicon.id: Contrast({term.say: (term.say, *term.also) for term in lexicon.terms}, lexicon.only_when_both)
        for lexicon in library.lexicons.values()
        if lexicon.use == "contrast"
    }


def synonyms(library: Library) -> Mapping[str, str]:
    """Every other spelling → the one it stands for."""
    return {
        other: term.say
        for lexicon in library.lexicons.values()
        if lexicon.use == "synonym"
        for term in lexicon.terms
        for other in term.also
    }

"""Everything derived from the playbooks, made once for a library and swapped in whole."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache, partial
from pathlib import Path

from handlers.services.care.life import LifeEvents
from handlers.services.care.readings import Doubt, Reading, parse_readings
from handlers.services.community.moderation import Moderator
from handlers.services.community.moods import Moods
from handlers.services.knowledge.context import Concepts
from handlers.services.knowledge.primed import Primed
from handlers.services.retrieval.encoder import encoder
from handlers.services.retrieval.engine import READ, Engine
from handlers.services.retrieval.guards import Contrast
from handlers.services.retrieval.outcome import Entry, Thresholds
from handlers.services.retrieval.synonyms import Synonyms
from handlers.services.retrieval.text import bare
from handlers.services.retrieval.thresholds import calibrated
from handlers.services.retrieval.vectors import Progress, vectors
from handlers.services.safety.exposed import Exposed, exposed
from handlers.services.safety.forbidden import Forbidden
from handlers.services.safety.red_flags import RedFlags
from handlers.services.safety.refusals import Refusals
from handlers.settings import Settings
from playbooks.library import Library
from playbooks.review import Reviewed
from playbooks.schema.measure import Measure
from playbooks.schema.reward import Reward
from playbooks.schema.rule import Rule


@dataclass(frozen=True, slots=True)
class Index:
    """One library and what is compiled from it."""

    library: Library
    faq: Engine
    flags: RedFlags
    refusals: Refusals
    life: LifeEvents
    forbidden: Forbidden
    moderator: Moderator
    measures: tuple[Measure, ...]
    reward: Reward | None
    concepts: Concepts
    """What the contrast lexicons name, for follow-ups and questions in parts."""
    readings: Callable[[str], tuple[Reading | Doubt, ...]]
    """What a text says of readings; remembered for a moment, because triage and check-in both ask."""
    exposed: Callable[[str, bool], Exposed | None]
    """What in a text, with a picture or not, should not stand in a room; remembered for a moment, as it decides where several
    parts of an answer go."""
    rules: Mapping[str, tuple[Rule, ...]] = field(default_factory=dict)
    """Event → the rules that wait for it."""
    moods: Moods = field(default_factory=Moods)
    reviewed: Reviewed = field(default_factory=Reviewed)
    """Where every entry stands, also those that are not served."""

    @classmethod
    def of(
        cls, library: Library, settings: Settings, reviewed: Reviewed | None = None, soon: Sequence[str] = ()
    ) -> Index:
        """`soon`: what will be asked at once, so that it is encoded together."""
        measures = tuple(library.measures.values())
        named = concepts(library)
        return cls(
            library=library,
            faq=engine(library, settings, soon=soon),
            flags=RedFlags([one for one in library.lexicons.values() if one.use == "red_flag"]),
            refusals=Refusals([one for one in library.lexicons.values() if one.use == "refusal"]),
            life=LifeEvents([one for one in library.lexicons.values() if one.use == "life"]),
            forbidden=Forbidden(library, named),
            moderator=Moderator(library.lexicons.values()),
            measures=measures,
            reward=next(iter(library.rewards.values()), None),
            concepts=named,
            readings=lru_cache(maxsize=64)(partial(parse_readings, measures=measures)),
            exposed=lru_cache(maxsize=64)(partial(exposed, concepts=named)),
            rules=rules(library),
            moods=Moods(library.lexicons.values()),
            reviewed=reviewed or Reviewed(),
        )


def rules(library: Library) -> Mapping[str, tuple[Rule, ...]]:
    """Event → its rules, by id."""
    found: dict[str, list[Rule]] = {}
    for _, rule in sorted(library.rules.items()):
        found.setdefault(rule.on, []).append(rule)
    return {event: tuple(those) for event, those in found.items()}


def engine(
    library: Library, settings: Settings, thresholds: Thresholds | None = None, soon: Sequence[str] = ()
) -> Engine:
    """The retrieval engine over the library's FAQs."""
    entries = [Entry(faq.id, faq.question, faq.ask, faq.keywords) for faq in library.faqs.values()]
    return made(entries, library, settings, thresholds, soon)


def encode(library: Library, settings: Settings, progress: Progress) -> None:
    """Encode all phrasings now: what is known is not encoded again when an index is made."""
    chosen = encoder(settings.faq.encoder)
    if chosen is not None:
        said = [one for faq in library.faqs.values() for one in (faq.question, *faq.ask)]
        vectors(chosen, _named(said, library), _cache(settings), progress)


def made(
    entries: Sequence[Entry],
    library: Library,
    settings: Settings,
    thresholds: Thresholds | None = None,
    soon: Sequence[str] = (),
) -> Engine:
    """An engine over any entries, with this library's word groups."""
    knobs = settings.faq
    chosen = encoder(knobs.encoder)
    return Engine(
        entries,
        contrasts(library),
        synonyms(library),
        synonyms(library, "form"),
        thresholds or calibrated(chosen, knobs, [entry.id for entry in entries]),
        function=function(library),
        encoder=Primed(chosen, [text[:READ] for text in _named(soon, library)]) if chosen and soon else chosen,
        cache=_cache(settings),
    )


def _named(said: Sequence[str], library: Library) -> list[str]:
    """Texts as the engine encodes them."""
    names = Synonyms(synonyms(library))
    return [names.canonical(bare(one)) for one in said]


def _cache(settings: Settings) -> Path | None:
    return Path(settings.faq.cache) if settings.faq.cache else None


def contrasts(library: Library) -> Mapping[str, Contrast]:
    """The word groups whose members never answer each other."""
    return {
        lexicon.id: Contrast(
            {term.say: (term.say, *term.also) for term in lexicon.terms},
            lexicon.only_when_both or lexicon.use != "contrast",
            things=lexicon.use == "contrast",
            states=lexicon.use == "state",
            always=lexicon.always,
        )
        for lexicon in library.lexicons.values()
        if lexicon.use in ("contrast", "aspect", "state")
    }


def function(library: Library) -> list[str]:
    """Words that add no content of their own: function words, and the forms in which something is asked."""
    wanted = [lexicon for lexicon in library.lexicons.values() if lexicon.use in ("aspect", "state", "function")]
    return sorted({word for lexicon in wanted for term in lexicon.terms for word in (term.say, *term.also)})


def concepts(library: Library) -> Concepts:
    """All contrasts and aspects, group → concept → spellings."""
    wanted = [one for one in library.lexicons.values() if one.use in ("contrast", "aspect", "state")]
    return Concepts({one.id: {term.say: (term.say, *term.also) for term in one.terms} for one in wanted})


def synonyms(library: Library, use: str = "synonym") -> Mapping[str, str]:
    """Every other spelling → the one it stands for. `use`: `synonym` for names of things, `form` for ways of asking."""
    return {
        other: term.say
        for lexicon in library.lexicons.values()
        if lexicon.use == use
        for term in lexicon.terms
        for other in term.also
    }

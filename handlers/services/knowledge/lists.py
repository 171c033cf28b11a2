"""Runs the examples of word lists through what really uses the list."""

from __future__ import annotations

from collections.abc import Callable

from handlers.services.knowledge.finding import Finding
from handlers.services.knowledge.phrases import in_lists
from handlers.services.knowledge.screen import CLAUSE
from handlers.services.retrieval.guards import Contrast
from handlers.services.retrieval.synonyms import Synonyms
from handlers.services.retrieval.text import bare, plain
from handlers.services.safety.red_flags import RedFlags
from playbooks.library import Library
from playbooks.schema.lexicon import Lexicon


def lexicon_examples(library: Library) -> list[Finding]:
    """Each hit is recognised by its own list; no miss is."""
    found: list[Finding] = []
    for lexicon in library.lexicons.values():
        recognised = recogniser(lexicon)
        for kind, examples, wanted in (("hit", lexicon.examples.hit, True), ("miss", lexicon.examples.miss, False)):
            for number, said in enumerate(examples):
                if recognised(said) is not wanted:
                    say = f"“{said}”{'没有被识别，请补词' if wanted else '被误报，请加 unless 或把词写具体'}"
                    found.append(Finding("lexicon", lexicon.id, ("examples", kind, number), say))
    return found


def recogniser(lexicon: Lexicon) -> Callable[[str], bool]:
    """Whether a text has something of this list, judged the way the list is used."""
    if lexicon.use == "red_flag":
        flags = RedFlags([lexicon])
        return lambda said: bool(flags.seen(said))
    if lexicon.use in ("synonym", "form"):
        alike = Synonyms({other: term.say for term in lexicon.terms for other in term.also})
        return lambda said: alike.canonical(bare(said)) != bare(said)
    if lexicon.use in ("contrast", "aspect", "state", "function"):
        contrast = Contrast({term.say: (term.say, *term.also) for term in lexicon.terms})
        return lambda said: bool(contrast.concepts(bare(said)))
    phrases = in_lists([lexicon])
    if lexicon.use == "blocked":
        return lambda said: any(phrases.found(clause) for clause in CLAUSE.split(plain(said)) if clause)
    return lambda said: bool(phrases.found(said))

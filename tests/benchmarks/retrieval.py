"""Finding an answer among 10,000 phrasings: time a question, time to build, time to build again from the cache."""

from __future__ import annotations

import random
import resource
import tempfile
import time
from pathlib import Path

import rjieba
from rapidfuzz import fuzz, process

from bot import config as configuration
from bot import wiring
from bot.calibrating import bank
from bot.perturb import disturbed
from handlers.index import made
from handlers.services.retrieval import vectors
from handlers.services.retrieval.engine import Engine
from handlers.services.retrieval.outcome import Entry
from handlers.services.retrieval.text import bare
from playbooks.library import Library
from tests.benchmarks.community import Community
from tests.benchmarks.figures import Bound, Figure, Tell, figure

NAME = "retrieval"
PHRASINGS = 10_000
EACH = 14
MEGABYTE = 1024
ASK, BUILD, AGAIN = (Bound("median", 6.0), Bound("p99", 15.0)), Bound("median", 8.0), Bound("median", 1.0)


def run(community: Community, quick: bool, tell: Tell) -> list[Figure]:
    """Milliseconds and seconds; `against` is rapidfuzz over the same phrasings."""
    settings = configuration.load(None)
    library = wiring.library(settings)
    phrasings = made_up(library, 2_000 if quick else PHRASINGS)
    entries = [
        Entry(f"e{start}", phrasings[start], phrasings[start + 1 : start + EACH])
        for start in range(0, len(phrasings), EACH)
    ]
    with tempfile.TemporaryDirectory() as folder:
        cached = settings.model_copy(
            update={"faq": settings.faq.model_copy(update={"cache": str(Path(folder) / "vectors.npz")})}
        )
        tell(f"building over {len(phrasings)} phrasings")
        before = _memory()
        build, engine = _built(entries, library, cached)
        grown = _memory() - before
        vectors.forget()
        again, _ = _built(entries, library, cached)
    tell("asking")
    asked = questions(library, 200 if quick else 1_000)
    ours = [_timed(engine, one) for one in asked]
    theirs = [_compared(phrasings, one) for one in asked]
    peer = sorted(theirs)[len(theirs) // 2] / sorted(ours)[len(ours) // 2]
    return [
        figure(NAME, f"a question, {len(phrasings)} phrasings", "ms", ours, *ASK, against="rapidfuzz", ratio=peer),
        figure(NAME, "floor: rapidfuzz over the same", "ms", theirs),
        figure(NAME, "build, nothing cached", "s", [build], BUILD),
        figure(NAME, "build again from the cache", "s", [again], AGAIN),
        figure(NAME, "memory of encoder and index", "MB", [grown]),
    ]


def made_up(library: Library, count: int) -> list[str]:
    """The shipped phrasings, and more of their words exchanged, all different."""
    dice = random.Random(1)
    known = [bare(said) for faq in library.faqs.values() for said in (faq.question, *faq.ask)]
    vocabulary = sorted({word for text in known for word in rjieba.cut(text) if len(word) > 1})
    found = dict.fromkeys(known)
    while len(found) < count:
        parts = rjieba.cut(dice.choice(known))
        parts[dice.randrange(len(parts))] = dice.choice(vocabulary)
        found["".join(parts)] = None
    return list(found)[:count]


def questions(library: Library, count: int) -> list[str]:
    """Half of them disturbed questions that are known, half messages that no entry answers; none seen before."""
    dice = random.Random(2)
    known = [said for faq in library.faqs.values() for said in faq.examples.hit]
    foreign = [line for lines in bank().values() for line in lines]
    inside = [dice.choice(list(disturbed(dice.choice(known)).values())) for _ in range(count // 2)]
    return list(dict.fromkeys([*inside, *dice.sample(foreign, count - count // 2)]))


def _built(entries: list[Entry], library: Library, settings: configuration.Config) -> tuple[float, Engine]:
    started = time.perf_counter()
    engine = made(entries, library, settings)
    return time.perf_counter() - started, engine


def _timed(engine: Engine, question: str) -> float:
    started = time.perf_counter()
    engine.find(question)
    return (time.perf_counter() - started) * 1000


def _compared(phrasings: list[str], question: str) -> float:
    started = time.perf_counter()
    process.extractOne(bare(question), phrasings, scorer=fuzz.ratio)
    return (time.perf_counter() - started) * 1000


def _memory() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / MEGABYTE

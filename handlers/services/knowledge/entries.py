"""Which entry a reviewer means: by id, title, question, or its number in the list shown last."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from handlers.contract import Context
from handlers.matching import number
from playbooks.review import Standing
from playbooks.schema.faq import Faq
from storage.queries import reviews as stored

NEAR_ENOUGH = 50
MOST = 5


@dataclass(frozen=True, slots=True)
class Meant:
    """The one entry, or those it might be; `rest` is what stands after its name."""

    standing: Standing | None
    near: tuple[Standing, ...] = ()
    rest: str = ""


def meant(ctx: Context, written: str) -> Meant:
    """The entry at the beginning of what was written: the longest name that fits, else the nearest ones."""
    words = written.replace("《", " ").replace("》", " ").split()
    standings = list(ctx.index.reviewed.standings.values())
    for count in range(len(words), 0, -1):
        if found := _exactly(ctx, standings, " ".join(words[:count])):
            rest = " ".join(words[count:])
            return Meant(found[0], (), rest) if len(found) == 1 else Meant(None, tuple(found[:MOST]), rest)
    if not words or number(words[0]) is not None:  # a number means a place in the list or nothing
        return Meant(None)
    within = [one for one in standings if any(words[0] in name for name in _names(one))]
    if len(within) == 1 and len(words[0]) > 1:
        return Meant(within[0], (), " ".join(words[1:]))
    return Meant(None, tuple(within[:MOST] or _nearest(standings, words[0])), " ".join(words[1:]))


def key(standing: Standing) -> str:
    return "/".join(standing.key)


def _exactly(ctx: Context, standings: Iterable[Standing], name: str) -> list[Standing]:
    if (place := number(name)) is not None:
        listed = stored.seat(ctx.work, ctx.person_id).listed
        wanted = listed[place - 1] if 1 <= place <= len(listed) else None
        return [one for one in standings if key(one) == wanted]
    return [one for one in standings if name in _names(one)]


def _names(one: Standing) -> tuple[str, ...]:
    question = (one.entry.question,) if isinstance(one.entry, Faq) else ()
    return (one.entry.id, key(one), one.entry.title, *question)


def _nearest(standings: Iterable[Standing], word: str) -> list[Standing]:
    best: dict[str, tuple[float, Standing]] = {}
    for one in standings:
        found = process.extractOne(word, _names(one), scorer=fuzz.ratio, score_cutoff=NEAR_ENOUGH)
        if found is not None:
            best[key(one)] = (found[1], one)
    return [one for _, one in sorted(best.values(), key=lambda pair: -pair[0])][:MOST]

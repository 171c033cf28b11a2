"""From an answered case to a draft FAQ, and from its publication back to everybody who had asked."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from sqlalchemy.engine import RowMapping

from handlers.contract import Context, Happened, Kind, Outgoing, Scene, stored, to_person
from handlers.services.community.consents import held_back
from handlers.services.knowledge import answers, gaps
from handlers.services.knowledge.masking import PLACEHOLDER, kinds, mask, names_said, strip
from handlers.services.retrieval.outcome import Zone
from handlers.services.retrieval.text import bare
from playbooks.schema.common import UNFINISHED, Stage
from playbooks.schema.faq import Faq
from storage.queries import answered, people, staff
from storage.queries import gaps as rows
from storage.tables.gaps import Draft
from storage.tables.staff import Case

VERSIONS = "drafts_served"
"""The setting with the version of every draft's entry that was served last."""
ASK, HIT, MISS = 4, 3, 2
"""The fewest that the schema wants of each."""
SALUTATION = re.compile("^〔姓名〕[，,:：、 ]*")
MOST_ASK, SHORTEST, LONGEST, MOST_ANSWER = 8, 4, 200, 1200


@dataclass(frozen=True, slots=True)
class Collected:
    """A draft as it was written: what it lacks, and which personal data was left out of what."""

    faq_id: str
    path: str
    people: int
    variants: int
    missing: tuple[str, ...]
    """Of ask, see_doctor_when, sources, hit, miss, answer."""
    hidden: tuple[str, ...]
    nearest: str


class Emergency(ValueError):
    """The question is a red flag: that is no matter for an FAQ."""


def collect(ctx: Context, case: Case, faq_id: str) -> tuple[Collected, Happened]:
    """Write the draft, and remember which questions are behind it. Raises Emergency, or FileExistsError for a taken id."""
    if ctx.index.flags.seen(case.question):
        raise Emergency
    if rows.draft_called(ctx.work, faq_id) is not None:
        raise FileExistsError(faq_id)
    waiting = gaps.waiting(ctx)
    behind = gaps.alike(ctx, case.question, waiting)
    names = gaps.known_names(ctx, [case.person_id, *(row["person_id"] for row in behind)])
    names |= {name for said in (case.question, *(row["question"] for row in behind)) for name in names_said(said)}
    variants = _variants(case.question, behind, names)
    answer = _answer(case.answer or "", names)
    text, missing = _file(ctx, case, faq_id, variants, answer, names)
    path = ctx.process.keep_draft(faq_id, text)
    own = [row["id"] for row in waiting if row["case_id"] == case.id]
    draft = rows.add_draft(ctx.work, faq_id=faq_id, case_id=case.id, by=ctx.person_id, path=path, at=ctx.now)
    rows.into_draft(ctx.work, sorted({*own, *(row["id"] for row in behind)}), stored(draft.id))
    asked = {case.person_id, *(row["person_id"] for row in behind)}
    hidden = tuple(dict.fromkeys([*kinds(case.question, names), *kinds(case.answer or "", names)]))
    found = Collected(faq_id, path, len(asked), len(variants), missing, hidden, gaps.nearest(ctx.index, case.question))
    return found, Happened("draft_collected", {"case": case.id, "faq": faq_id, "gaps": len(behind)}, ctx.person_id)


def _variants(question: str, behind: list[RowMapping], names: frozenset[str]) -> list[str]:
    """Other ways to ask, without what names somebody, each once."""
    seen, found = {bare(strip(question, names))}, []
    for row in behind:
        said = strip(row["question"], names)
        if bare(said) not in seen and SHORTEST <= len(said) <= LONGEST:
            seen.add(bare(said))
            found.append(said)
    return found


def _answer(text: str, names: frozenset[str]) -> list[str]:
    """The reply line by line; where personal data stood, something is left to do."""
    lines = [SALUTATION.sub("", line.strip().replace("\t", " ")) for line in mask(text, names).splitlines()]
    return [PLACEHOLDER.sub(f"{UNFINISHED}：原有\\1，已略去】", line) for line in lines if line]


def _file(
    ctx: Context, case: Case, faq_id: str, variants: list[str], answer: list[str], names: frozenset[str]
) -> tuple[str, tuple[str, ...]]:
    """The YAML text, and what is missing in it."""
    question = strip(case.question, names)[:LONGEST]
    ask, hit = variants[:MOST_ASK], variants[MOST_ASK : MOST_ASK + HIT]
    lacks = {
        "answer": any(UNFINISHED in line for line in answer) or sum(map(len, answer)) > MOST_ANSWER,
        "ask": len(ask) < ASK,
        "see_doctor_when": True,
        "sources": True,
        "hit": len(hit) < HIT,
        "miss": True,
    }
    values: dict[str, Any] = {
        "id": faq_id,
        "case": case.id,
        "title": quoted(question),
        "owner": quoted(ctx.person.name),
        "ask": list(map(quoted, ask)),
        "ask_more": ASK - len(ask),
        "hit": list(map(quoted, hit)),
        "hit_more": HIT - len(hit),
        "miss_more": MISS,
        "answer": answer,
        "tags": ", ".join(map(quoted, gaps.terms(ctx.index, [[question, *variants]])[0])),
        "todo": UNFINISHED,
    }
    return ctx.words("draft/faq", **values) + "\n", tuple(name for name, lack in lacks.items() if lack)


def quoted(text: str) -> str:
    """A YAML scalar that reads back as this text, whatever is in it."""
    return "'" + " ".join(text.split()).replace("'", "''") + "'"


def tell_askers(scene: Scene) -> list[Outgoing]:
    """Drafts that have become vetted answers: to everybody who had asked, once. Call it when the library was swapped."""
    messages: list[Outgoing] = []
    known = dict(staff.setting(scene.work, VERSIONS) or {})
    for draft in rows.drafts(scene.work):
        faq = _published(scene, draft.faq_id)
        if faq is None:
            continue
        if known.get(draft.faq_id) != faq.version:
            _new_version(scene, draft, faq)
            known[draft.faq_id] = faq.version
            staff.set_setting(scene.work, VERSIONS, known, scene.now)
        for person_id, theirs in gaps.by_person(rows.untold(scene.work, stored(draft.id))):
            messages += _told(scene, faq, person_id, theirs)
    return messages


def _published(scene: Scene, faq_id: str) -> Faq | None:
    """The served entry that came of a draft, also under another id that replaces it. Samples are nobody's signature."""
    served = scene.index.library.faqs
    found = served.get(faq_id) or next((one for one in served.values() if faq_id in one.replaces), None)
    return found if found is not None and found.review.stage is Stage.PUBLISHED else None


def _new_version(scene: Scene, draft: Draft, faq: Faq) -> None:
    """Questions that came since the last version belong to it too, where the engine now answers them with it."""
    draft.published_at = draft.published_at or scene.now
    scene.work.add(draft)
    answered_now = [row["id"] for row in gaps.waiting(scene) if _answers(scene, faq, row["question"])]
    rows.into_draft(scene.work, answered_now, stored(draft.id))


def _answers(scene: Scene, faq: Faq, question: str) -> bool:
    match = scene.index.faq.find(question)
    return match.zone is Zone.ANSWER and match.best is not None and match.best.id == faq.id


def _told(scene: Scene, faq: Faq, person_id: int, theirs: list[RowMapping]) -> list[Outgoing]:
    """The message for one asker; nothing (and another chance later) for who may not be written to now."""
    person = people.person(scene.work, person_id)
    if person is None or held_back(person) or people.has_left(scene.work, person_id):
        return []
    rows.told(scene.work, [row["id"] for row in theirs], scene.now)
    question = theirs[-1]["question"]
    answered.give(scene.work, person_id, None, faq.id, faq.version, question, scene.now)
    text = scene.words("faq/now_answered", question=question, answer=answers.text(scene.words, faq))
    key = f"gap_told:{faq.id}@{faq.version}:{theirs[-1]['id']}:{person_id}"
    return [to_person(person_id, text, kind=Kind.PUSH, by="gap_answered", key=key)]

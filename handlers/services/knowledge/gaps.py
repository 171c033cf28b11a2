"""What patients asked and no playbook answers: kept for 30 days, grouped, ranked, told to staff once a week."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

import numpy as np
from sqlalchemy.engine import RowMapping

from handlers.contract import Context, Handled, Outgoing, Picture, Scene, Skip, stored
from handlers.index import Index, contrasts, function, synonyms
from handlers.services.care.days import at, day_of
from handlers.services.community.figures import Period, period
from handlers.services.knowledge.clusters import Matrix, Similar, central, cluster, kept_apart, key_terms, lexical
from handlers.services.knowledge.masking import SURNAMES, mask, strip
from handlers.services.retrieval.synonyms import Synonyms
from handlers.services.retrieval.text import bare
from handlers.services.safety.alerts import open_lately
from handlers.services.staff.roles import tell_staff
from storage.queries import due, gaps, people, staff
from storage.tables.gaps import Gap
from storage.tables.staff import Case

KEEP, MOMENT = dt.timedelta(days=30), dt.timedelta(microseconds=1)
WEEK = dt.timedelta(days=7)
REPORT_AT, REPORT_WAITS = "08:30", dt.timedelta(days=3)
MOST_TEXTS, EXAMPLES, SHOWN = 1000, 3, 8
UNLIKE = 0.60
"""In meaning, this much likeness is none at all; the rest is stretched to the scale of the words."""
NEAR_ENOUGH = 0.45
NO_QUESTION = frozenset({"reminder"})
"""Handlers whose cases are no questions that a playbook could answer (a dose taken twice)."""


@dataclass(frozen=True, slots=True)
class Topic:
    """Questions that mean the same. Words are masked; `before` counts the week before, None when not known.

    `collect` is an answered case that #收录 can turn into a draft, `draft` the draft there is.
    """

    terms: tuple[str, ...]
    examples: tuple[str, ...]
    people: int
    questions: int
    before: int | None
    nearest: str
    cases: tuple[int, ...]
    collect: int | None
    draft: str


def of_case(ctx: Context, case: Case, by: str) -> None:
    """A question became a case; unless its asker just wanted a person, it is a gap."""
    if not case.private and by not in NO_QUESTION:
        reason = "none_of_them" if by == "ask_faq" else "abstained"
        keep(ctx, case.room_id, case.question, reason, case_id=case.id)


def keep(ctx: Context, room_id: int | None, question: str, reason: str, **more: Any) -> Gap | None:
    """Remember the question, and that there is something to report on Monday. Emergencies and staff are no gaps."""
    if ctx.roles or open_lately(ctx) or ctx.index.flags.seen(question):
        return None
    _plan_report(ctx)
    row = {"person_id": ctx.person_id, "room_id": room_id, "question": question, "reason": reason, "at": ctx.now}
    return gaps.add(ctx.work, **row, **more)


def _plan_report(scene: Scene) -> None:
    zone = scene.settings.community.zone
    day = day_of(scene.now, zone)
    monday = day + dt.timedelta(days=7 - day.weekday())
    moment = at(monday, REPORT_AT, zone)
    due.plan(scene.work, [due.slot(f"gap_report:{monday}", "gap_report", moment, expires=moment + REPORT_WAITS)])


def report_due(scene: Scene, slot: RowMapping) -> Handled | Skip:
    """Monday morning: last week's gaps to staff."""
    span = period(scene, "上周")
    found = topics(scene, span)
    if not found:
        return Skip("nothing")
    told = tell_staff(scene, text(scene, span, found), "gaps", key=slot["key"])
    return Handled("gaps", tuple(replace(one, picture=picture(scene, span, found)) for one in told))


def text(scene: Scene, span: Period, found: Sequence[Topic]) -> str:
    """The report in words."""
    return scene.words("admin/gaps", span=span, topics=found[:SHOWN], total=len(found), all=found)


def picture(scene: Scene, span: Period, found: Sequence[Topic]) -> Picture:
    """The report as ranked bars."""
    rows = [[" · ".join(one.terms), one.people, one.questions, one.before] for one in found[:SHOWN]]
    return Picture(
        "gaps", {"title": "还没有答案的问题", "span": span.name, "rows": rows, "more": len(found) - len(rows)}
    )


def with_picture(scene: Scene, message: Outgoing, span: Period, found: Sequence[Topic]) -> Outgoing:
    return replace(message, picture=picture(scene, span, found))


def topics(scene: Scene, span: Period) -> list[Topic]:
    """The gaps of a span, those that most people have first. A month is not compared: words are kept 30 days only."""
    weekly = span.until - span.since <= WEEK
    before = span.since - WEEK if weekly else span.since
    rows = quotable(scene, gaps.between(scene.work, before, span.until))[-MOST_TEXTS:]
    similar = likeness(scene.index)
    texts = comparable(scene.index, [row["question"] for row in rows])
    near = similar(texts) if texts else None
    groups = [central(group, near) for group in cluster(texts, lambda _: near)] if near is not None else []
    groups = [group for group in groups if any(rows[one]["at"] >= span.since for one in group)]
    names = known_names(scene, [row["person_id"] for row in rows])
    words = terms(scene.index, [[strip(rows[one]["question"], names) for one in group] for group in groups])
    known = _Known.of(scene, rows)
    made = [
        _topic(scene, [rows[one] for one in group], terms, names, span.since, weekly, known)
        for group, terms in zip(groups, words, strict=True)
    ]
    return sorted(made, key=lambda one: (-one.people, -one.questions, one.cases, one.examples))


@dataclass(frozen=True, slots=True)
class _Known:
    """Cases that were answered, and drafts by their number."""

    answered: frozenset[int]
    drafts: Mapping[int, str]

    @classmethod
    def of(cls, scene: Scene, rows: Sequence[RowMapping]) -> _Known:
        cases = [staff.case(scene.work, row["case_id"]) for row in rows if row["case_id"]]
        answered = frozenset(stored(one.id) for one in cases if one is not None and one.answer)
        return cls(answered, {stored(one.id): one.faq_id for one in gaps.drafts(scene.work)})


def _topic(
    scene: Scene,
    rows: Sequence[RowMapping],
    terms: Sequence[str],
    names: frozenset[str],
    since: dt.datetime,
    weekly: bool,
    known: _Known,
) -> Topic:
    """`rows` are the group's questions, the most typical first."""
    now = [row for row in rows if row["at"] >= since]
    said = list({bare(row["question"]): mask(row["question"], names) for row in reversed(now)}.values())[::-1]
    cases = tuple(sorted({row["case_id"] for row in now if row["case_id"]}))
    draft = next((known.drafts[row["draft_id"]] for row in rows if row["draft_id"] in known.drafts), "")
    return Topic(
        terms=tuple(terms) or (said[0][:8],),
        examples=tuple(said[:EXAMPLES]),
        people=len({row["person_id"] for row in now}),
        questions=len(now),
        before=len(rows) - len(now) if weekly else None,
        nearest=nearest(scene.index, now[0]["question"]),
        cases=cases,
        collect=None if draft else next((one for one in cases if one in known.answered), None),
        draft=draft,
    )


def terms(index: Index, groups: Sequence[Sequence[str]]) -> list[list[str]]:
    """The key terms of each group of questions, words of our field before others."""
    lists = [one for one in index.library.lexicons.values() if one.use == "contrast"]
    named = [word for one in lists for term in one.terms for word in (term.say, *term.also)]
    named += [word for faq in index.library.faqs.values() for word in faq.keywords]
    common = function(index.library)
    return key_terms(groups, {word for word in named if len(word) > 1} - set(common), common)


def nearest(index: Index, question: str) -> str:
    """The question of the existing entry that comes nearest, or ""."""
    best = next(iter(index.faq.rank(question)), None)
    return best.question if best is not None and best.score >= NEAR_ENOUGH else ""


def quotable(scene: Scene, rows: Sequence[RowMapping]) -> list[RowMapping]:
    """Without what is a red flag by the words of today: emergencies and self-harm are nobody's statistics."""
    return [row for row in rows if not scene.index.flags.seen(row["question"])]


def likeness(index: Index) -> Similar:
    """How alike two comparable questions are, by the words of this library and, with an encoder, in meaning."""
    by_words = lexical(comparable(index, _phrasings(index)))

    def similar(texts: Sequence[str]) -> Matrix:
        near, meaning = by_words(texts), index.faq.likeness(texts)
        return near if meaning is None else np.maximum(near, (meaning - UNLIKE) / (1 - UNLIKE))

    return kept_apart(similar, contrasts(index.library))


def comparable(index: Index, questions: Sequence[str]) -> list[str]:
    """The questions without what names somebody, and with one spelling for synonyms."""
    alike = Synonyms(synonyms(index.library))
    return [alike.canonical(bare(strip(one))) for one in questions]


def _phrasings(index: Index) -> list[str]:
    return [said for faq in index.library.faqs.values() for said in (faq.question, *faq.ask)]


def known_names(scene: Scene, askers: Sequence[int]) -> frozenset[str]:
    """Names to take out of quotations: the askers', and everybody's that looks like a name and is no word of ours."""
    words = "\n".join(_phrasings(scene.index))
    asking = set(askers)
    named = (one.name for one in people.everybody(scene.work) if one.id in asking or one.name[:1] in SURNAMES)
    return frozenset(name for name in named if name not in words)


def waiting(scene: Scene) -> list[RowMapping]:
    """The questions of the last 30 days that are in no draft yet and may be quoted, oldest first."""
    rows = gaps.between(scene.work, scene.now - KEEP, scene.now + MOMENT)
    return quotable(scene, [row for row in rows if row["draft_id"] is None])


def alike(scene: Scene, question: str, rows: Sequence[RowMapping]) -> list[RowMapping]:
    """Those of `rows` that ask the same as `question`, oldest first."""
    rows = list(rows)[-MOST_TEXTS:]
    texts = comparable(scene.index, [question, *(row["question"] for row in rows)])
    mine = next(group for group in cluster(texts, likeness(scene.index)) if 0 in group)
    return [rows[one - 1] for one in mine if one]


def by_person(rows: Sequence[RowMapping]) -> list[tuple[int, list[RowMapping]]]:
    """(person, their questions) in order of the person's number."""
    ordered = sorted(rows, key=lambda row: (row["person_id"], row["id"]))
    return [(person, list(theirs)) for person, theirs in groupby(ordered, key=lambda row: int(row["person_id"]))]

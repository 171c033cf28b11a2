"""A message made whole – with the question it follows on, or as its several questions – and what the engine says to each."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from functools import partial

from handlers import choice, faq_reply
from handlers.contract import Context, Incoming
from handlers.services.knowledge import context, parts
from handlers.services.retrieval.engine import LONG
from handlers.services.retrieval.guards import CONTENT
from handlers.services.retrieval.outcome import Candidate, Match, Zone
from handlers.services.retrieval.text import bare
from playbooks.schema.faq import Faq
from storage.queries import answered

FOLLOWS_WITHIN = dt.timedelta(minutes=10)
LOST = 6
"""Characters; so short a question that nobody knows (真的吗) is of what was answered just before."""
SAME = re.compile(
    r"(?:我|俺)?(?:也)?(?:想|要)?(?:同问|问一样的|一样的问题|同样的问题|也想问|也想知道|问这个|想知道这个|这个问题)"
)
CHOICES = 3
OUT_OF_CONTEXT = 0.17
"""A clause without the story around it must be so much nearer to be offered."""


@dataclass(frozen=True, slots=True)
class Part:
    """One question: as it is judged, and what the engine says to it."""

    question: str
    match: Match


@dataclass(frozen=True, slots=True)
class Asked:
    """A message made whole. `told` is what staff read when a person has to answer."""

    msg: Incoming
    parts: tuple[Part, ...]
    told: str
    picture: bool = False
    follows: bool = False
    """It goes on with what the assistant answered or offered, and with no case."""
    just_given: str = ""
    """The entry that was given last, when this follows on it."""
    joined: bool = False
    """Short lines before it are part of it."""
    waited: bool = False
    """They say something that must not be lost."""
    taken: bool = False
    """Ours in any case: lines before it or a picture belong to it, or it follows on an answer."""


def _judge(ctx: Context, msg: Incoming, question: str) -> Match:
    """What the engine says; in rooms it must be surer."""
    return ctx.index.faq.find(question, 0.0 if msg.private else ctx.settings.faq.group_stricter_by)


def judged(ctx: Context, msg: Incoming) -> tuple[Part, ...]:
    """The questions of a message; the only one is kept as it was written."""
    if len(bare(msg.text)) > LONG:
        return (Part(msg.said, _offered(ctx, msg)),)
    found: list[Part] = []
    for one in parts.questions(msg.text, ctx.index.concepts, partial(_choose, ctx)):
        found.append(Part(one, _unlike(ctx, found, one, _judge(ctx, msg, one))))
    if len(found) > 1:
        return tuple(found)
    match = found[0].match
    if match.zone is Zone.ABSTAIN and parts.clauses(msg.text, ctx.index.concepts) != [msg.text]:
        match = _offered(ctx, msg)
    return (Part(msg.said, match),)


def _choose(ctx: Context, alone: str, carried: str) -> str:
    """怎么打卡 is not asked of the diabetes before it, and what nobody knows either way stays as it was said."""
    found = ctx.index.faq.find(alone)
    if found.zone is Zone.ANSWER and found.best is not None:
        named = {group for one in _said(ctx, found.best.id) for group, _ in one}
        return carried if named & context.SUBJECTS else alone
    unknown = found.zone is Zone.ABSTAIN and ctx.index.faq.find(carried).zone is Zone.ABSTAIN
    return alone if unknown else carried


def _unlike(ctx: Context, before: list[Part], one: str, match: Match) -> Match:
    """西瓜吗？那孕妇呢？ asks two things: what answers the first is neither answer nor choice for the second."""
    for earlier in before:
        faq = ctx.index.library.faqs.get(earlier.match.best.id) if earlier.match.best else None
        if faq and earlier.match.zone is Zone.ANSWER and _new(ctx, earlier.question, one):
            match = _fitting(ctx, match, earlier.question, one, faq) if _near(match, faq) else match
    return match


def _near(match: Match, faq: Faq) -> bool:
    return any(one.id == faq.id for one in match.candidates)


def _new(ctx: Context, before: str, now: str) -> frozenset[tuple[str, str]]:
    """(group, concept) of what the second question names and the first does not."""
    return context.says(now, ctx.index.concepts) - context.says(before, ctx.index.concepts)


def _offered(ctx: Context, msg: Incoming) -> Match:
    """A long story: the questions found in it, as choices; never an answer, because the story around them is lost."""
    pieces = [*parts.clauses(msg.text, ctx.index.concepts), *parts.questions(msg.text, ctx.index.concepts)]
    about = {
        one for one in ctx.index.concepts.named(bare(msg.text)) if one[0] == context.WHO and one[1] in context.FRAIL
    }
    best: dict[str, Candidate] = {}
    for one in pieces:
        found = _judge(ctx, msg, one)
        sure = ctx.index.faq.thresholds.clarify + OUT_OF_CONTEXT
        if found.best is None or found.zone is Zone.ABSTAIN or found.best.score < sure or found.best.id in best:
            continue
        if found.best.objection == CONTENT:
            continue
        if about <= frozenset().union(*_said(ctx, found.best.id)):
            best[found.best.id] = found.best
    nearest = sorted(best.values(), key=lambda one: -one.score)[:CHOICES]
    near = tuple(one for one in best.values() if one in nearest)  # in the order of the asking
    return Match(Zone.CLARIFY, near) if near else Match(Zone.ABSTAIN)


def follow_up(ctx: Context, msg: Incoming, alone: tuple[Part, ...]) -> Asked | None:
    """那孕妇呢 after an answer: judged as the whole question, and never answered with what does not name the new word."""
    if len(bare(msg.text)) > context.LONGEST or len(alone) > 1:
        return None
    leaning = context.leans(msg.text)
    if not leaning and alone[0].match.zone is Zone.ANSWER:
        return None
    known = _before(ctx, msg)
    if known is None:
        return None
    before, faq = known
    given = faq.id if faq else ""
    whole = before if SAME.fullmatch(bare(msg.text)) else context.combine(before, msg.text, ctx.index.concepts)
    if whole is None:
        lost = len(bare(msg.text)) <= LOST and alone[0].match.zone is Zone.ABSTAIN and parts.asks(msg.text)
        if not lost and not (leaning and context.dangling(msg.text)):
            return None
        told = ctx.words("faq/follow_up_case", said=msg.said, before=before, whole="")
        return Asked(msg, (Part(msg.said, Match(Zone.ABSTAIN)),), told, just_given=given, taken=True, follows=True)
    told = ctx.words("faq/follow_up_case", said=msg.said, before=before, whole=whole)
    judged = _judge(ctx, msg, whole)
    found = judged if whole == before else _fitting(ctx, judged, before, whole, faq)
    if not leaning and found.zone is Zone.ABSTAIN and alone[0].match.zone is Zone.CLARIFY:
        return None
    return Asked(msg, (Part(whole, found),), told, just_given=given, taken=True, follows=True)


def _before(ctx: Context, msg: Incoming) -> tuple[str, Faq | None] | None:
    """The question this may follow on, and its answer: one that is quoted, or what was answered or offered last."""
    if quoted := faq_reply.quoted(ctx, msg):
        found = ctx.index.faq.find(quoted)
        best = found.best.id if found.zone is Zone.ANSWER and found.best else ""
        return quoted, ctx.index.library.faqs.get(best)
    if SAME.fullmatch(bare(msg.text)):
        return None
    since = ctx.now - FOLLOWS_WITHIN
    last = answered.last(ctx.work, ctx.person_id, faq_reply.place(ctx, msg), since)
    if (open_one := choice.offered(ctx, faq_reply.place(ctx, msg))) and open_one[1] > (last["at"] if last else since):
        return open_one[0], None
    faq = ctx.index.library.faqs.get(last["faq_id"]) if last else None
    return (_question(ctx, last["question"], faq), faq) if last and faq else None


def _question(ctx: Context, asked: str, faq: Faq) -> str:
    """What was asked last; when it needed a choice to be understood, the question that was chosen."""
    best = ctx.index.faq.find(asked)
    return asked if best.zone is Zone.ANSWER and best.best and best.best.id == faq.id else faq.question


def _fitting(ctx: Context, found: Match, before: str, whole: str, given: Faq | None) -> Match:
    """An answer only from an entry one of whose phrasings says everything new; what was just read is given once more
    only when its answer speaks of it, and is no choice."""
    new, best = _new(ctx, before, whole), found.best
    still = best is not None and given is not None and best.id == given.id
    when = {one for one in new if one[0] == context.WHEN}
    told = bool(new - {context.DENIAL}) and (not given or when <= ctx.index.concepts.named(given.answer.text))
    if found.zone is Zone.ANSWER and best is not None and new and _names(ctx, best.id, new) and (told or not still):
        return found
    sure = ctx.index.faq.thresholds.clarify
    others = tuple(
        one
        for one in found.candidates
        if (given is None or one.id != given.id)
        and one.score >= sure + (OUT_OF_CONTEXT if one.objection else 0.0)
        and not (still and not (new and _names(ctx, one.id, new) and _about(ctx, one.id, whole)))
    )
    return Match(Zone.CLARIFY, others[:CHOICES]) if others else Match(Zone.ABSTAIN)


def _names(ctx: Context, faq_id: str, new: frozenset[tuple[str, str]]) -> bool:
    """Whether one phrasing of the entry says all of it."""
    return any(new <= one for one in _said(ctx, faq_id))


def _about(ctx: Context, faq_id: str, whole: str) -> bool:
    """Whether the entry speaks, here or there, of all that the question names: of the same food, the same illness."""
    things = {(one.group, one.concept) for one in context.things(whole, ctx.index.concepts)}
    return things <= frozenset().union(*_said(ctx, faq_id))


def _said(ctx: Context, faq_id: str) -> list[frozenset[tuple[str, str]]]:
    faq = ctx.index.library.faqs.get(faq_id)
    phrasings = (faq.question, *faq.ask, *faq.keywords) if faq else ()
    return [context.says(one, ctx.index.concepts) for one in phrasings]

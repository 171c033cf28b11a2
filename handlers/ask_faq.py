"""Questions: the one vetted answer, a choice of two or three, or nothing (a person takes over).

A message is made whole first: with the short lines before it, with the question it follows on, or as its two questions.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

from handlers import burst, chat, choice, faq_reply
from handlers.contract import Context, Handled, Handler, Happened, Incoming, Outgoing, What
from handlers.services.knowledge import answers, cases, context, parts
from handlers.services.retrieval.engine import LONG, Candidate, Match, Zone
from handlers.services.retrieval.text import bare, plain
from playbooks.schema.faq import Faq
from storage.queries import answered

FOLLOWS_WITHIN = dt.timedelta(minutes=10)
CHOICES = 3
OUT_OF_CONTEXT = 0.10
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
    just_given: str = ""
    """The entry that was given last, when this follows on it."""
    joined: bool = False
    """Short lines before it are part of it."""
    taken: bool = False
    """Ours in any case: lines before it or a picture belong to it, or it follows on an answer."""


def match(ctx: Context, msg: Incoming) -> Asked | None:
    """A question the engine knows something of. Unasked in a room only when certain and the room allows it."""
    if msg.what not in (What.TEXT, What.IMAGE) or not msg.text:
        return None
    if not msg.addressed:
        return _overheard(ctx, msg)
    before = burst.held(ctx, msg)
    picture = before.picture or msg.has_image or msg.what is What.IMAGE
    if before.lines:
        said = before.before(msg.said)
        msg = replace(msg, said=said, text=plain(said))
    taken = bool(before.lines) or msg.what is What.IMAGE or faq_reply.personal(ctx, msg)
    found = Asked(msg, _parts(ctx, msg), msg.said)
    found = _follow_up(ctx, msg, found.parts) or found
    found = replace(found, picture=picture, joined=bool(before.lines), taken=taken or found.taken)
    known = any(one.match.zone is not Zone.ABSTAIN for one in found.parts)
    return found if (known and not _said_on(ctx, msg, found)) or found.taken else None


def _said_on(ctx: Context, msg: Incoming, found: Asked) -> bool:
    """那要不要先测血糖 after a person's answer goes on with that person, unless there is a certain answer."""
    sure = any(one.match.zone is Zone.ANSWER for one in found.parts)
    return not sure and context.leans(msg.text) and cases.belongs_to(ctx, msg) is not None


def _overheard(ctx: Context, msg: Incoming) -> Asked | None:
    """Nobody asked us: only one certain answer, where the room allows it, and nothing personal."""
    own = ctx.room.settings.get("group_answers") if ctx.room else None
    if (own or ctx.settings.faq.group_answers) != "certain" or faq_reply.personal(ctx, msg):
        return None
    found = _parts(ctx, msg)
    return Asked(msg, found, msg.said) if len(found) == 1 and found[0].match.zone is Zone.ANSWER else None


def _judge(ctx: Context, msg: Incoming, question: str) -> Match:
    """What the engine says; in rooms it must be surer."""
    return ctx.index.faq.find(question, 0.0 if msg.private else ctx.settings.faq.group_stricter_by)


def _parts(ctx: Context, msg: Incoming) -> tuple[Part, ...]:
    if len(bare(msg.text)) > LONG:
        return (Part(msg.said, _offered(ctx, msg)),)
    found: list[Part] = []
    for one in parts.questions(msg.said, ctx.index.concepts):
        found.append(Part(one, _unlike(ctx, found, one, _judge(ctx, msg, one))))
    if len(found) == 1 and found[0].match.zone is Zone.ABSTAIN and parts.clauses(msg.said) != [plain(msg.said)]:
        return (Part(msg.said, _offered(ctx, msg)),)
    return tuple(found)


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
    return ctx.index.concepts.named(bare(now)) - ctx.index.concepts.named(bare(before))


def _offered(ctx: Context, msg: Incoming) -> Match:
    """A long story: the questions found in it, as choices; never an answer, because the story around them is lost."""
    pieces = [*parts.clauses(msg.said), *parts.questions(msg.said, ctx.index.concepts)]
    best: dict[str, Candidate] = {}
    for one in pieces:
        found = _judge(ctx, msg, one)
        sure = ctx.index.faq.thresholds.clarify + OUT_OF_CONTEXT
        if found.best and found.zone is not Zone.ABSTAIN and found.best.score >= sure and found.best.id not in best:
            best[found.best.id] = found.best
    nearest = sorted(best.values(), key=lambda one: -one.score)[:CHOICES]
    near = tuple(one for one in best.values() if one in nearest)  # in the order of the asking
    return Match(Zone.CLARIFY, near) if near else Match(Zone.ABSTAIN)


def _follow_up(ctx: Context, msg: Incoming, alone: tuple[Part, ...]) -> Asked | None:
    """那孕妇呢 after an answer: judged as the whole question, and never answered with what does not name the new word."""
    if len(bare(msg.text)) > context.LONGEST or len(alone) > 1:
        return None
    leaning = context.leans(msg.text)
    if not leaning and alone[0].match.zone is Zone.ANSWER:
        return None
    last = answered.last(ctx.work, ctx.person_id, faq_reply.place(ctx, msg), ctx.now - FOLLOWS_WITHIN)
    faq = ctx.index.library.faqs.get(last["faq_id"]) if last else None
    if last is None or faq is None:
        return None
    before = _question(ctx, last["question"], faq)
    whole = context.combine(before, msg.text, ctx.index.concepts)
    if whole is None:
        if not (leaning and context.dangling(msg.text)):
            return None
        told = ctx.words("faq/follow_up_case", said=msg.said, before=before, whole="")
        return Asked(msg, (Part(msg.said, Match(Zone.ABSTAIN)),), told, just_given=faq.id, taken=True)
    told = ctx.words("faq/follow_up_case", said=msg.said, before=before, whole=whole)
    found = _fitting(ctx, _judge(ctx, msg, whole), before, whole, faq)
    return Asked(msg, (Part(whole, found),), told, just_given=faq.id, taken=True)


def _question(ctx: Context, asked: str, faq: Faq) -> str:
    """What was asked last; when it needed a choice to be understood, the question that was chosen."""
    best = ctx.index.faq.find(asked)
    return asked if best.zone is Zone.ANSWER and best.best and best.best.id == faq.id else faq.question


def _fitting(ctx: Context, found: Match, before: str, whole: str, given: Faq) -> Match:
    """An answer only from an entry one of whose phrasings names everything new; what was just read is no choice."""
    new, best = _new(ctx, before, whole), found.best
    if found.zone is Zone.ANSWER and best is not None and new and _names(ctx, best.id, new):
        return found
    still = (
        best is not None and best.id == given.id
    )  # then a neighbour is worth offering only when it speaks of the new
    others = tuple(
        one
        for one in found.candidates
        if one.id != given.id
        and one.score >= ctx.index.faq.thresholds.clarify
        and not (still and new and not _names(ctx, one.id, new))
    )
    return Match(Zone.CLARIFY, others[:CHOICES]) if others else Match(Zone.ABSTAIN)


def _names(ctx: Context, faq_id: str, new: frozenset[tuple[str, str]]) -> bool:
    faq = ctx.index.library.faqs.get(faq_id)
    phrasings = (faq.question, *faq.ask, *faq.keywords) if faq else ()
    return any(new <= ctx.index.concepts.named(bare(one)) for one in phrasings)


def act(ctx: Context, msg: Incoming, asked: Asked) -> Handled | None:
    msg = asked.msg
    if asked.joined:
        burst.take(ctx, msg)
    if len(asked.parts) > 1 and (handled := _several(ctx, msg, asked)) is not None:
        return handled
    found = _together(asked.parts)
    best = found.best
    if found.zone is Zone.ANSWER and best is not None:
        return _answer(ctx, msg, asked, best)
    if found.zone is Zone.CLARIFY:
        return _offer(ctx, msg, asked, found)
    return _to_person(ctx, msg, asked) if asked.taken else None


def _together(found: tuple[Part, ...]) -> Match:
    """One outcome: that of the only question, or the choices of several that are not all the same."""
    known = [one.match for one in found if one.match.zone is not Zone.ABSTAIN]
    if len(found) == 1 or (len(known) == len(found) and len({one.best.id for one in known if one.best}) == 1):
        return known[0] if known else found[0].match
    each = 1 if len(known) >= CHOICES else 2
    near = {one.id: one for match in known for one in match.candidates[:each]}
    return Match(Zone.CLARIFY, tuple(near.values())[:CHOICES]) if near else Match(Zone.ABSTAIN)


def _answer(ctx: Context, msg: Incoming, asked: Asked, best: Candidate) -> Handled | None:
    faq = ctx.index.library.faqs.get(best.id)
    if faq is None:
        return None
    happened = faq_reply.give(ctx, msg, faq, best.score, asked.parts[0].question)
    reply = faq_reply.say(ctx, msg, answers.text(ctx.words, faq, rate=msg.private), faq, picture=asked.picture)
    return Handled("ask_faq", (reply,), (happened,))


def _offer(ctx: Context, msg: Incoming, asked: Asked, found: Match) -> Handled:
    ids = [one.id for one in found.candidates if one.id in ctx.index.library.faqs]
    text, happened = choice.offer(ctx, msg, faq_reply.place(ctx, msg), ids, asked.told)
    return Handled("ask_faq", (faq_reply.say(ctx, msg, text, picture=asked.picture),), (happened,))


def _to_person(ctx: Context, msg: Incoming, asked: Asked) -> Handled:
    """As any message nobody knows an answer to, with everything that belongs to it."""
    told = ctx.words("faq/picture_case", said=asked.told) if asked.picture else asked.told
    private = replace(msg, room_id=None) if faq_reply.personal(ctx, msg) else msg
    handled = chat.fallback(ctx, replace(private, said=told, text=plain(told)), True)
    if not asked.picture or not handled.replies:
        return handled
    first, *rest = handled.replies
    return replace(handled, replies=(replace(first, text=f"{first.text}\n{ctx.words('faq/picture_unread')}"), *rest))


def _several(ctx: Context, msg: Incoming, asked: Asked) -> Handled | None:
    """Each certain question answered in short, one choice for those nearly known, a person for all others.

    None when there is one outcome for all of them.
    """
    library = ctx.index.library.faqs
    sure = {one.match.best.id: one for one in asked.parts if one.match.zone is Zone.ANSWER and one.match.best}
    known = [(library[one], part) for one, part in sure.items() if one in library][: parts.MOST]
    given = {faq.id for faq, _ in known}
    near = [one for one in asked.parts if one.match.zone is Zone.CLARIFY and one.match.candidates][:CHOICES]
    rest = [one for one in asked.parts if one not in near and not _among(one, given)]
    if len(known) + bool(near) + bool(rest) < 2:
        return None
    blocks = [(part.question, answers.brief(ctx.words, faq)) for faq, part in known]
    events = [
        faq_reply.give(ctx, msg, faq, part.match.best.score if part.match.best else 0.0, part.question)
        for faq, part in known
    ]
    left, more, opened = _rest(ctx, msg, rest)
    choices, offered = _choices(ctx, msg, near)
    others = [(_joined(rest), left)] * bool(rest) + [(_joined(near), choices)] * bool(near)
    text = ctx.words("faq/several", blocks=blocks, others=others, count=len(known) + len(rest) + len(near))
    reply = faq_reply.say(ctx, msg, text, *(faq for faq, _ in known), picture=asked.picture)
    return Handled("ask_faq", (reply, *more), (*events, *opened, *offered))


def _among(one: Part, given: set[str]) -> bool:
    return one.match.zone is Zone.ANSWER and one.match.best is not None and one.match.best.id in given


def _joined(some: list[Part]) -> str:
    return "；".join(one.question for one in some)


def _rest(ctx: Context, msg: Incoming, rest: list[Part]) -> tuple[str, tuple[Outgoing, ...], tuple[Happened, ...]]:
    """(what is said of the questions that go to a person, messages to staff, events)."""
    if not rest:
        return "", (), ()
    told = ctx.words("faq/rest_case", rest=[one.question for one in rest], said=msg.said)
    private = replace(msg, room_id=None) if faq_reply.personal(ctx, msg) else msg
    handled = chat.fallback(ctx, replace(private, said=told, text=plain(told)), True)
    first, *more = handled.replies
    return first.text, tuple(more), handled.events


def _choices(ctx: Context, msg: Incoming, near: list[Part]) -> tuple[str, tuple[Happened, ...]]:
    """The lines of the choice; what is picked answers the questions in it, not the whole message."""
    if not near:
        return "", ()
    ids = [one.id for one in _together(tuple(near)).candidates[:CHOICES] if one.id in ctx.index.library.faqs]
    text, happened = choice.offer(ctx, msg, faq_reply.place(ctx, msg), ids, _joined(near))
    return text, (happened,)


def unfinished(ctx: Context, msg: Incoming) -> Handled:
    """Lines after which nothing more came: what the engine makes of them, or a friendly question back."""
    found = Asked(msg, _parts(ctx, msg), msg.said)
    if any(one.match.zone is not Zone.ABSTAIN for one in found.parts) and (handled := act(ctx, msg, found)):
        return handled
    return Handled("ask_faq", (faq_reply.say(ctx, msg, ctx.words("faq/go_on")),))


ASK = Handler("ask_faq", match, act)

"""Questions: the one vetted answer, a choice of two or three, or nothing (a person takes over).

A message is made whole first: with the short lines before it, with the question it follows on, or as its two questions.
"""

from __future__ import annotations

from dataclasses import replace

from handlers import burst, chat, choice, faq_reply
from handlers.contract import Context, Handled, Handler, Happened, Incoming, Outgoing, What
from handlers.question import CHOICES, Asked, Part, follow_up, judged
from handlers.services.knowledge import answers, cases, context, parts
from handlers.services.knowledge.heard import heard
from handlers.services.retrieval.outcome import Candidate, Match, Zone
from handlers.services.retrieval.text import plain


def match(ctx: Context, msg: Incoming) -> Asked | None:
    """A question the engine knows something of. Unasked in a room only when certain and the room allows it."""
    if msg.what not in (What.TEXT, What.IMAGE) or not msg.text:
        return None
    if not msg.addressed:
        return _overheard(ctx, replace(msg, text=heard(msg.said)))
    before = burst.held(ctx, msg)
    picture = before.picture or msg.with_picture
    said = before.before(msg.said)
    msg = replace(msg, said=said, text=heard(said))
    taken = bool(before.lines) or msg.what is What.IMAGE or faq_reply.personal(ctx, msg)
    found = Asked(msg, judged(ctx, msg), msg.said)
    found = follow_up(ctx, msg, found.parts) or found
    found = replace(
        found,
        picture=picture,
        joined=bool(before.lines),
        waited=not burst.empty(before.lines),
        taken=taken or found.taken,
    )
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
    found = judged(ctx, msg)
    return Asked(msg, found, msg.said) if len(found) == 1 and found[0].match.zone is Zone.ANSWER else None


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
    text, happened = choice.offer(ctx, msg, faq_reply.place(ctx, msg), ids, asked.told, asked.picture)
    if refused := ctx.index.refusals.template(asked.told):
        text = f"{ctx.words(refused)}\n{text}"
    return Handled("ask_faq", (faq_reply.say(ctx, msg, text, picture=asked.picture),), (happened,))


def to_person(ctx: Context, msg: Incoming) -> Handled:
    """Lines that waited and that nobody knows an answer to."""
    return _to_person(ctx, msg, Asked(msg, (), msg.said, waited=True))


def _to_person(ctx: Context, msg: Incoming, asked: Asked) -> Handled:
    """As any message nobody knows an answer to, with everything that belongs to it."""
    told = ctx.words("faq/picture_case", said=asked.told) if asked.picture else asked.told
    private = replace(msg, room_id=None) if faq_reply.personal(ctx, msg) else msg
    handled = chat.fallback(
        ctx, replace(private, said=told, text=plain(told)), True, sure=asked.waited, own=asked.follows
    )
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


def unfinished(ctx: Context, msg: Incoming) -> Handled | None:
    """Lines after which nothing more came: what the engine makes of them; None when it knows nothing of them."""
    found = Asked(msg, judged(ctx, msg), msg.said)
    known = any(one.match.zone is not Zone.ABSTAIN for one in found.parts)
    return act(ctx, msg, found) if known else None


ASK = Handler("ask_faq", match, act)

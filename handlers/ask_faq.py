"""Questions: the one vetted answer, a choice of two or three, or nothing (a person takes over)."""

from __future__ import annotations

import datetime as dt

from handlers.contract import Context, Handled, Handler, Happened, Incoming, What, reply
from handlers.matching import number, said
from handlers.services.knowledge import answers, cases
from handlers.services.retrieval.engine import Match, Zone
from storage.queries import answered, questions

CHOICE_KIND = "choice"
CHOICE_WAITS = dt.timedelta(minutes=30)
NONE_OF_THEM = {"都不是", "不是", "都不对", "没有", "以上都不是"}


def match(ctx: Context, msg: Incoming) -> Match | None:
    """A question the engine knows something of. Unasked in a room only when certain and the room allows it."""
    if msg.what not in (What.TEXT, What.IMAGE) or not msg.text:
        return None
    if not msg.addressed and _group_answers(ctx) != "certain":
        return None
    found = ctx.index.faq.find(msg.text, 0.0 if msg.private else ctx.settings.faq.group_stricter_by)
    if found.zone is Zone.ABSTAIN or (found.zone is Zone.CLARIFY and not msg.addressed):
        return None
    return found


def _group_answers(ctx: Context) -> str:
    own = ctx.room.settings.get("group_answers") if ctx.room else None
    return str(own or ctx.settings.faq.group_answers)


def act(ctx: Context, msg: Incoming, found: Match) -> Handled | None:
    best = found.best
    if found.zone is Zone.ANSWER and best is not None:
        return _answer(ctx, msg, best.id, best.score, msg.said)
    return _offer(ctx, msg, found)


def _answer(ctx: Context, msg: Incoming, faq_id: str, score: float, question: str) -> Handled | None:
    faq = ctx.index.library.faqs.get(faq_id)
    if faq is None:
        return None
    data = {"faq": faq.id, "version": faq.version, "score": score}
    answered.give(ctx.work, ctx.person_id, msg.room_id, faq.id, faq.version, question, ctx.now)
    happened = Happened("faq_answered", data, ctx.person_id, msg.room_id)
    return Handled("ask_faq", (reply(msg, answers.text(ctx.words, faq, rate=msg.private), by="ask_faq"),), (happened,))


def _offer(ctx: Context, msg: Incoming, found: Match) -> Handled:
    ids = [one.id for one in found.candidates]
    data = {"ids": ids, "question": msg.said}
    questions.ask(ctx.work, ctx.person_id, msg.room_id, CHOICE_KIND, data, ctx.now + CHOICE_WAITS)
    text = ctx.words("faq/choices", titles=[one.question for one in found.candidates])
    happened = Happened("faq_offered", {"faqs": ids}, ctx.person_id, msg.room_id)
    return Handled("ask_faq", (reply(msg, text, by="ask_faq"),), (happened,))


def choice_match(ctx: Context, msg: Incoming) -> tuple[str | None, str] | None:
    """(chosen faq or None for "none of them", the question as asked)."""
    if msg.what is not What.TEXT or len(msg.text) > 20:
        return None
    chosen = number(said(msg))
    if chosen is None and said(msg) not in NONE_OF_THEM:
        return None
    waiting = ctx.question(msg.room_id)
    if waiting is None or waiting[0] != CHOICE_KIND:
        return None
    ids = waiting[1]["ids"]
    if chosen is not None and not 1 <= chosen <= len(ids) + 1:
        return None
    picked = ids[chosen - 1] if chosen is not None and chosen <= len(ids) else None
    return picked, waiting[1]["question"]


def choice(ctx: Context, msg: Incoming, found: tuple[str | None, str]) -> Handled | None:
    picked, question = found
    questions.close(ctx.work, ctx.person_id, msg.room_id)
    if picked is None:
        return cases.open_case(ctx, msg, question, "ask_faq")
    if picked not in ctx.index.library.faqs:  # withdrawn or expired since it was offered
        return cases.open_case(ctx, msg, question, "ask_faq", gone=True)
    return _answer(ctx, msg, picked, 1.0, question)


CHOICE = Handler("ask_faq", choice_match, choice)
ASK = Handler("ask_faq", match, act)

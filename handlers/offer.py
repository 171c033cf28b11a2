"""好 after an offer of a rule: the challenge or the journey begins, the answer is shown; 不用 ends it."""

from __future__ import annotations

from dataclasses import replace

from handlers import challenge as challenges
from handlers import faq_reply, plans
from handlers.contract import Context, Handled, Handler, Happened, Incoming, What, privately
from handlers.matching import keyword
from handlers.services.community.rules import OFFER
from handlers.services.knowledge import answers
from storage.queries import questions

YES = keyword(
    "好", "好的", "好呀", "好啊", "可以", "行", "要", "想", "想要", "愿意", "参加", "我要", "要的", "同意参加", "来吧"
)
NO = keyword("不", "不用", "不用了", "不要", "不想", "不愿意", "不参加", "算了", "先不用", "谢谢不用", "不了")


def match(ctx: Context, msg: Incoming) -> tuple[str, dict[str, str]] | None:
    """(yes or no, what was offered)."""
    waiting = ctx.question(None)
    if waiting is None or waiting[0] != OFFER or not msg.private or msg.what is not What.TEXT:
        return None
    answer = "yes" if YES(ctx, msg) else "no" if NO(ctx, msg) else ""
    return (answer, waiting[1]) if answer else None


def act(ctx: Context, msg: Incoming, found: tuple[str, dict[str, str]]) -> Handled | None:
    answer, offered = found
    questions.close(ctx.work, ctx.person_id, None)
    data = {"rule": offered["rule"]}
    if answer == "no":
        text = ctx.words("chat/offer_declined", name=ctx.person.name)
        return Handled("offer", (privately(msg, text, by="offer"),), (Happened("offer_declined", data, ctx.person_id),))
    handled = _begin(ctx, msg, offered)
    if handled is None:
        return Handled("offer", (privately(msg, ctx.words("chat/offer_gone"), by="offer"),))
    return replace(handled, events=(*handled.events, Happened("offer_taken", data, ctx.person_id)))


def _begin(ctx: Context, msg: Incoming, offered: dict[str, str]) -> Handled | None:
    """None when what was offered is no longer served."""
    library = ctx.index.library
    if (challenge := library.challenges.get(offered.get("challenge") or "")) is not None:
        return challenges.join(ctx, msg, challenge)
    if (journey := library.journeys.get(offered.get("journey") or "")) is not None:
        return plans.join(ctx, msg, journey)
    if (faq := library.faqs.get(offered.get("faq") or "")) is not None:
        happened = faq_reply.give(ctx, msg, faq, 1.0, faq.question)
        return Handled("offer", (faq_reply.say(ctx, msg, answers.text(ctx.words, faq, rate=True), faq),), (happened,))
    return None


OFFERED = Handler("offer", match, act, needs_consent=True)

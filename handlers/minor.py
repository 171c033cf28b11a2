"""我今年12岁: a child is told kindly that a guardian comes first; questions are answered all the same."""

from __future__ import annotations

from dataclasses import replace

from handlers.contract import Context, Handled, Handler, Happened, Incoming, What, privately
from handlers.services.community import consents, minors
from handlers.services.knowledge.parts import QUESTION
from handlers.services.staff.roles import tell_staff
from storage.queries import people


def match(ctx: Context, msg: Incoming) -> bool | None:
    """Said to us, for the first time, and not by staff."""
    if msg.what is not What.TEXT or not msg.addressed or not minors.says_minor(ctx, msg.text) or ctx.roles:
        return None
    return None if minors.MINOR in people.tags(ctx.work, ctx.person_id) else True


def act(ctx: Context, msg: Incoming, matched: bool) -> Handled:
    minors.declare(ctx, (consents.PURPOSE, *consents.TITLES))
    text = ctx.words("consent/guardian_first")
    notice = ctx.words("consent/minor_staff", name=ctx.person.name, number=ctx.person_id)
    told = tell_staff(ctx, notice, "minor", key=f"minor:{ctx.person_id}:{msg.inbox_id}", about=ctx.person_id)
    replies = (privately(msg, text, by="minor"), *told)
    handled = Handled("minor", replies, (Happened("minor_declared", {}, ctx.person_id),))
    more = ctx.process.route(ctx, msg) if QUESTION.search(msg.text) else None
    if more is None:
        return handled
    return replace(handled, replies=(*more.replies, *replies), events=(*handled.events, *more.events))


SAYS_SO = Handler("minor", match, act, own=True)

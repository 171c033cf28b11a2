"""退订 and 订阅: whether the bot may speak first. Reminders one asked for, and safety, go on."""

from __future__ import annotations

from handlers.contract import Context, Handled, Handler, Happened, Incoming, privately
from handlers.matching import keyword
from storage.queries import care, people


def stop(ctx: Context, msg: Incoming, matched: str) -> Handled:
    people.change(ctx.work, ctx.person_id, unsubscribed=True)
    left = len(care.reminders(ctx.work, ctx.person_id))
    text = ctx.words("subscription/stopped", reminders=left)
    happened = Happened("unsubscribed", {}, ctx.person_id)
    return Handled("subscription", (privately(msg, text, by="subscription"),), (happened,))


def resume(ctx: Context, msg: Incoming, matched: str) -> Handled:
    people.change(ctx.work, ctx.person_id, unsubscribed=False)
    happened = Happened("subscribed", {}, ctx.person_id)
    return Handled("subscription", (privately(msg, ctx.words("subscription/resumed"), by="subscription"),), (happened,))


STOP = Handler("subscription", keyword("退订", "td", "TD", "不要再发了", "别发了", "别再发了", "取消订阅"), stop)
RESUME = Handler("subscription", keyword("订阅", "恢复订阅", "重新订阅"), resume)

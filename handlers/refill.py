"""阿司匹林还剩20片，每天吃1片; 药还有一周的量: kept, said back, and a word when it runs out."""

from __future__ import annotations

import re

from handlers.contract import Context, Handled, Handler, Happened, Incoming, What, privately, stored
from handlers.matching import keyword, prefixed, said
from handlers.services.care import reach, stock
from handlers.services.care.days import shown_day
from handlers.services.care.stock import Told
from storage.queries import due
from storage.queries import stock as rows
from storage.tables.stock import Stock

FRONT = re.compile(r"^(?:你好|您好|记一下|帮我记一下|麻烦记一下)[，, ]*")


def match(ctx: Context, msg: Incoming) -> Told | None:
    if msg.what is not What.TEXT or not msg.addressed:
        return None
    return stock.told(FRONT.sub("", said(msg)))


def act(ctx: Context, msg: Incoming, told: Told) -> Handled:
    """Kept when it is clear how long it lasts; else one question."""
    before = stock.known(ctx, ctx.person_id, told.what)
    if before is None and len(rows.of(ctx.work, ctx.person_id)) >= stock.MOST_KINDS:
        return _say(msg, ctx.words("refill/how", what=told.what, many=True))
    row = stock.keep(ctx, ctx.person, told, before)
    if row is None:
        return _say(msg, ctx.words("refill/how", what=told.what, many=False))
    text = ctx.words("refill/kept", row=row, warns=_warns(ctx, row), honest=reach.honest(ctx, ctx.person))
    return _say(msg, text, Happened("stock_told", {"stock": row.id}, ctx.person_id))


def _warns(ctx: Context, row: Stock) -> str:
    moment = due.next_of(ctx.work, stock.KIND, stored(row.id))
    return shown_day(moment, ctx.now, ctx.person.zone) if moment else ""


def _say(msg: Incoming, text: str, *events: Happened) -> Handled:
    return Handled("refill", (privately(msg, text, by="refill"),), events)


def mine(ctx: Context, msg: Incoming, matched: str) -> Handled:
    found = [(row, _warns(ctx, row)) for row in rows.of(ctx.work, ctx.person_id)]
    return _say(msg, ctx.words("refill/mine", rows=found))


def stop(ctx: Context, msg: Incoming, rest: str) -> Handled:
    """Forget one, or all of it."""
    return _say(msg, ctx.words("refill/stopped", names=stock.forget(ctx, ctx.person_id, rest)))


MINE = Handler("refill", keyword("我的药量", "药量", "药还剩多少", "我的药还有多少", "还剩多少药"), mine, own=True)
STOP = Handler(
    "refill", prefixed("不记药量", "停止药量", "删掉药量", "别记药量", "不用提醒买药", "别提醒买药"), stop, own=True
)
TOLD = Handler("refill", match, act, own=True, needs_consent=True)

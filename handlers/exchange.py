"""兑换: what points can be exchanged for, exchanging them, one's own codes; 我的荣誉: titles, level and privileges."""

from __future__ import annotations

import re

from handlers.contract import Context, Handled, Handler, Happened, Incoming, What, privately
from handlers.matching import keyword, number, said
from handlers.services.care.days import shown_date
from handlers.services.community import account, honours
from playbooks.schema.reward import Item
from storage.queries import points, standing

WANTED = re.compile(
    r"(?:我要|我想|想)?(?:积分)?(?:兑换|换)(?:积分)?\s*第?(?P<what>\d{1,3}|[一二三四五六七八九十]|[\u4e00-\u9fffA-Za-z0-9]{2,12}?)?号?(?:吧|了)?"
)
STATES = {"open": "还没领", "handed": "已领", "returned": "已退，积分还您了"}
SHOWN = 5


def match(ctx: Context, msg: Incoming) -> str | None:
    """兑换, or with the number or name of what is wanted."""
    if msg.what is not What.TEXT or not msg.addressed:
        return None
    found = WANTED.fullmatch(said(msg))
    if found is None:
        return None
    what = found["what"] or ""
    return what if not what or number(what) is not None or _item(ctx, what) is not None else None


def _catalogue(ctx: Context) -> tuple[Item, ...]:
    return ctx.index.reward.catalogue if ctx.index.reward else ()


def _item(ctx: Context, what: str) -> Item | None:
    """By its place in the list, or by its name."""
    items = _catalogue(ctx)
    place = number(what)
    if place is not None:
        return items[place - 1] if 1 <= place <= len(items) else None
    named = [one for one in items if what in one.item]
    return named[0] if len(named) == 1 else None


def act(ctx: Context, msg: Incoming, what: str) -> Handled:
    item = _item(ctx, what) if what else None
    if item is None:
        return Handled("exchange", (privately(msg, _shown(ctx, wrong=what), by="exchange"),))
    row = account.redeem(ctx, ctx.person_id, item)
    left = points.total(ctx.work, ctx.person_id)
    if row is None:
        why = account.why_not(ctx, ctx.person_id, item)
        text = ctx.words("points/cannot", item=item, why=why, left=left)
        return Handled("exchange", (privately(msg, text, by="exchange"),))
    text = ctx.words("points/redeemed", item=item, code=row.code, left=left)
    happened = Happened("item_redeemed", {"redemption": row.id}, ctx.person_id)
    return Handled("exchange", (privately(msg, text, by="exchange"),), (happened,))


def _shown(ctx: Context, wrong: str = "") -> str:
    taken = standing.taken(ctx.work)
    rows = [(one, None if one.stock is None else max(0, one.stock - taken.get(one.item, 0))) for one in _catalogue(ctx)]
    mine = standing.redemptions(ctx.work, ctx.person_id, "open")
    left = points.total(ctx.work, ctx.person_id)
    return ctx.words("points/catalogue", rows=rows, left=left, mine=mine, wrong=wrong)


def codes(ctx: Context, msg: Incoming, matched: str) -> Handled:
    """What somebody has exchanged, newest first."""
    mine = standing.redemptions(ctx.work, ctx.person_id)[:SHOWN]
    rows = [(shown_date(one.at, ctx.person.zone), one.item, one.code, STATES[one.state]) for one in mine]
    return Handled("exchange", (privately(msg, ctx.words("points/codes", rows=rows), by="exchange"),))


def titles(ctx: Context, msg: Incoming, matched: str) -> Handled:
    """Level with its privileges, what the next one takes, and titles; the newest as a picture to keep."""
    reward = ctx.index.reward
    grown = points.grown(ctx.work, ctx.person_id)
    level = reward.level(grown) if reward else None
    above = next((one for one in reward.levels if one.from_ > grown), None) if reward else None
    given = standing.honours(ctx.work, [ctx.person_id]).get(ctx.person_id, [])
    rows = [(name, shown_date(at, ctx.person.zone)) for name, at in reversed(given)]
    text = ctx.words("points/titles", level=level, grown=grown, above=above, rows=rows, name=ctx.person.name)
    picture = honours.certificate(ctx, rows[0][0], ctx.person.name, "谢谢您和大家在一起") if rows else None
    return Handled("exchange", (privately(msg, text, by="exchange", picture=picture),))


EXCHANGE = Handler("exchange", match, act, own=True)
CODES = Handler("exchange", keyword("我的兑换", "兑换码", "我的兑换码", "兑换记录"), codes, own=True)
TITLES = Handler("exchange", keyword("我的荣誉", "荣誉", "我的证书", "会员权益", "我的权益"), titles, own=True)

"""退订 and 订阅: whether the bot may speak first; reminders one asked for, and safety, go on. 安静几天: nothing but safety and answers."""

from __future__ import annotations

import datetime as dt
import re

from handlers.contract import Context, Handled, Handler, Happened, Incoming, What, privately
from handlers.matching import keyword, said
from handlers.services.care.chinese_number import to_number
from handlers.services.care.days import at, local, shown_date
from storage.queries import care, people

QUIET = re.compile(
    r"(?:请|让我|我想|想|麻烦)?(?:先|都)?(?:安静|清静|免打扰|别打扰我?|不要打扰我?|先?别发(?:消息|提醒)?(?:给我)?|暂停(?:消息|提醒|所有消息)?|静音)(?:我)?(?:个)?"
    r"(?:这?几天|这?两天|一阵子?|一段时间|(?P<count>\d{1,2}|[一二两三四五六七八九十半]{1,3})个?(?P<unit>天|周|星期|礼拜|月))(?:吧|好吗|可以吗|谢谢)?"
)
FEW, MOST = 3, 60
UNITS = {"天": 1, "周": 7, "星期": 7, "礼拜": 7, "月": 30}


def stop(ctx: Context, msg: Incoming, matched: str) -> Handled:
    people.change(ctx.work, ctx.person_id, unsubscribed=True)
    left = len(care.reminders(ctx.work, ctx.person_id))
    text = ctx.words("subscription/stopped", reminders=left)
    happened = Happened("unsubscribed", {}, ctx.person_id)
    return Handled("subscription", (privately(msg, text, by="subscription"),), (happened,))


def resume(ctx: Context, msg: Incoming, matched: str) -> Handled:
    people.change(ctx.work, ctx.person_id, unsubscribed=False, quiet_until=None, life=None)
    happened = Happened("subscribed", {}, ctx.person_id)
    return Handled("subscription", (privately(msg, ctx.words("subscription/resumed"), by="subscription"),), (happened,))


def quiet_match(ctx: Context, msg: Incoming) -> int | None:
    """How many days."""
    found = QUIET.fullmatch(said(msg)) if msg.what is What.TEXT and msg.addressed else None
    if found is None:
        return None
    if found["count"] is None:
        return FEW
    count = 0.5 if found["count"] == "半" else to_number(found["count"]) or 0
    days = round(count * UNITS[found["unit"]])
    return min(days, MOST) if days >= 1 else None


def quiet(ctx: Context, msg: Incoming, days: int) -> Handled:
    """Until the morning after so many days; what would have come is not made up for later."""
    zone = ctx.person.zone
    ends = at(local(ctx.now, zone).date() + dt.timedelta(days=days), ctx.settings.send.quiet.end, zone)
    people.change(ctx.work, ctx.person_id, quiet_until=ends)
    reminders = len(care.reminders(ctx.work, ctx.person_id))
    text = ctx.words("subscription/quiet", until=shown_date(ends, zone), reminders=reminders)
    happened = Happened("quiet_days", {"days": days}, ctx.person_id)
    return Handled("subscription", (privately(msg, text, by="subscription"),), (happened,))


STOP = Handler("subscription", keyword("退订", "td", "TD", "不要再发了", "别发了", "别再发了", "取消订阅"), stop)
RESUME = Handler("subscription", keyword("订阅", "恢复订阅", "重新订阅", "恢复消息", "恢复提醒", "可以发了"), resume)
QUIET_DAYS = Handler("subscription", quiet_match, quiet)

"""我的打卡 and 我的积分; always in private."""

from __future__ import annotations

import datetime as dt

from handlers.contract import Context, Handled, Handler, Incoming, privately
from handlers.matching import keyword
from handlers.services.care.check_ins import today
from handlers.services.care.days import day_of
from handlers.services.care.streaks import streak
from handlers.services.care.trends import SPANS, trend
from handlers.services.community.points import level_name
from storage.queries import care, points

LOOK_BACK = dt.timedelta(days=6)
NEWEST = 10


def check_ins(ctx: Context, msg: Incoming, matched: str) -> Handled:
    day = today(ctx, ctx.person.zone)
    rows = care.check_ins(ctx.work, ctx.person_id, since=day - LOOK_BACK)
    measures = ctx.index.library.measures
    lines = [
        (
            one.day,
            measures[one.measure].title if one.measure in measures else one.measure,
            one.value.get("said", ""),
            day_of(one.at, ctx.person.zone, ctx.settings.community.day_turns_at) > one.day,
        )
        for one in rows[-NEWEST:]
    ]
    text = ctx.words("record/check_ins", lines=lines, total=len(rows), streak=streak(ctx, ctx.person, day).days)
    week = trend(ctx, ctx.person, SPANS[0], fewest=2)
    return Handled("my_records", (privately(msg, text, by="my_records", picture=week.picture if week else None),))


def my_points(ctx: Context, msg: Incoming, matched: str) -> Handled:
    total = points.total(ctx.work, ctx.person_id)
    latest = points.latest(ctx.work, ctx.person_id, 5)
    level = level_name(ctx, points.grown(ctx.work, ctx.person_id))
    text = ctx.words("record/points", total=total, level=level, latest=latest)
    return Handled("my_records", (privately(msg, text, by="my_records"),))


CHECK_INS = Handler(
    "my_records",
    keyword("我的打卡", "打卡记录", "我的记录", "我的数据", "我的血压", "我的血糖"),
    check_ins,
    own=True,
)
POINTS = Handler("my_records", keyword("我的积分", "积分", "查积分", "我的等级", "等级"), my_points, own=True)

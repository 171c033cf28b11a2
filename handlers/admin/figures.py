"""#指标: the figures of a community by their written definitions."""

from __future__ import annotations

import datetime as dt

from handlers.admin.grammar import EVERYBODY, Command, said
from handlers.contract import Context, Handled, Incoming
from handlers.services.care.days import local
from handlers.services.community.figures import UnknownPeriod, period
from handlers.services.community.log import today
from handlers.services.community.metrics import measure

MONTH = dt.timedelta(days=30)


def figures(ctx: Context, msg: Incoming, rest: str) -> Handled:
    """Of the last thirty days, or of 本周, 上周, 本月."""
    last = today(ctx)
    first = last - MONTH + dt.timedelta(days=1)
    if rest.strip():
        try:
            span = period(ctx, rest)
        except UnknownPeriod:
            return said(ctx, msg, "admin/which_period", words=rest)
        zone = ctx.settings.community.zone
        first = local(span.since, zone).date()
        last = min(last, local(span.until, zone).date() - dt.timedelta(days=1))
    return said(ctx, msg, "metrics/all", now=measure(ctx, first, last))


COMMANDS = (Command("指标", EVERYBODY, "#指标 上周", "活跃、留存、推荐、满意、服务转化等，近 30 天或某一段", figures),)

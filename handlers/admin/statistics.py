"""#统计: the community in figures, as a picture with three sentences."""

from __future__ import annotations

from handlers.admin.grammar import EVERYBODY, Command, answer, said
from handlers.contract import Context, Handled, Incoming, Picture
from handlers.services.community.figures import UnknownPeriod, figures, period


def statistics(ctx: Context, msg: Incoming, rest: str) -> Handled:
    """Today's figures, or those of 昨天, 本周, 上周, 本月, each with the change to the span before."""
    try:
        span = period(ctx, rest)
    except UnknownPeriod:
        return said(ctx, msg, "admin/which_period", words=rest)
    found = figures(ctx, span)
    text = ctx.words("admin/statistics", span=span, rows={one.name: one for one in found})
    data = {
        "title": ctx.settings.community.name,
        "span": span.name,
        "rows": [[one.name, one.now, one.before] for one in found],
    }
    return Handled("admin", (answer(ctx, msg, text, picture=Picture("figures", data)),))


COMMANDS = (
    Command(
        "统计",
        EVERYBODY,
        "#统计 本周",
        "看今天、昨天、本周、上周或本月的数字",
        statistics,
        also=("报告", "日报", "周报"),
    ),
)

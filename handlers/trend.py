"""我的趋势, 血糖趋势 30天, 最近90天血压: one's own readings as a picture, in private."""

from __future__ import annotations

import re
from dataclasses import dataclass

from handlers.contract import Context, Handled, Handler, Incoming, What, privately
from handlers.matching import said
from handlers.services.care import trends
from handlers.services.care.chinese_number import to_number
from playbooks.schema.measure import Measure, Number

TREND = re.compile(r"趋势图?|曲线图?|走势图?|变化图|折线图")
DAYS = re.compile(r"(?P<count>\d{1,3}|[一二两三四五六七八九十半]{1,3})个?(?P<unit>天|日|周|星期|礼拜|月|季度|年)")
UNITS = {"天": 1, "日": 1, "周": 7, "星期": 7, "礼拜": 7, "月": 30, "季度": 90, "年": 365}
FILLER = re.compile(r"我|的|看看|查看|看|查|一下|最近|近|过去|这|请|帮|给|发|画|记录|打卡|[\s,，。:：]")
LONGEST = 30
USUAL = 30


@dataclass(frozen=True, slots=True)
class Wanted:
    """None: the measure with the most readings."""

    measure: Measure | None
    days: int


def match(ctx: Context, msg: Incoming) -> Wanted | None:
    """The words of it and nothing else: with 趋势, or with a number of days and a measure."""
    text = said(msg)
    if msg.what is not What.TEXT or not msg.addressed or len(text) > LONGEST:
        return None
    asked, span = TREND.search(text), DAYS.search(text)
    if asked is None and span is None:
        return None
    rest = DAYS.sub("", TREND.sub("", text, count=1), count=1)
    name, measure = _named(ctx, rest)
    if FILLER.sub("", rest.replace(name, "", 1)) or (asked is None and measure is None):
        return None
    return Wanted(measure, _days(span))


def _named(ctx: Context, text: str) -> tuple[str, Measure | None]:
    """(the word, the measure) of the longest name in the text."""
    measures = [one for one in ctx.index.measures if isinstance(one.value, Number)]
    names = [(say, one) for one in measures for say in (one.title, *one.say) if say in text]
    return max(names, key=lambda pair: len(pair[0]), default=("", None))


def _days(span: re.Match[str] | None) -> int:
    """The shortest of 7, 30 and 90 that has them all."""
    if span is None:
        return USUAL
    count = 0.5 if span["count"] == "半" else to_number(span["count"]) or 0
    return next((one for one in trends.SPANS if one >= count * UNITS[span["unit"]]), trends.SPANS[-1])


def act(ctx: Context, msg: Incoming, wanted: Wanted) -> Handled:
    found = trends.trend(ctx, ctx.person, wanted.days, wanted.measure)
    text = ctx.words(
        "record/trend", found=found, days=wanted.days, title=wanted.measure.title if wanted.measure else ""
    )
    return Handled("trend", (privately(msg, text, by="trend", picture=found.picture if found else None),))


SHOW = Handler("trend", match, act, own=True)

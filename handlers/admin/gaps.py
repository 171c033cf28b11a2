"""#缺口 #收录 #评价: what the playbooks lack, and what readers say of them."""

from __future__ import annotations

import datetime as dt
import re

from handlers.admin.grammar import CARERS, Command, answer, numbered, said
from handlers.contract import Context, Handled, Incoming
from handlers.services.community.figures import UnknownPeriod, period
from handlers.services.knowledge import drafts, gaps, ratings
from storage.queries import gaps as rows
from storage.queries import staff

ID = re.compile(r"[a-z0-9][a-z0-9_-]{1,63}")
SPANS = ("本周", "上周", "本月")
LOOK_BACK = dt.timedelta(days=90)
MOST = 15


def show_gaps(ctx: Context, msg: Incoming, rest: str) -> Handled:
    """The gaps of 本周 (when nothing is said), 上周 or 本月, ranked, with a picture."""
    try:
        span = period(ctx, rest or SPANS[0])
    except UnknownPeriod:
        return said(ctx, msg, "admin/gaps_how", words=rest)
    if span.name not in SPANS:
        return said(ctx, msg, "admin/gaps_how", words=rest)
    found = gaps.topics(ctx, span)
    told = answer(ctx, msg, gaps.text(ctx, span, found))
    return Handled("admin", (gaps.with_picture(ctx, told, span, found) if found else told,))


def collect(ctx: Context, msg: Incoming, rest: str) -> Handled:
    """`#收录 12 [id]`: an answered case becomes a draft file."""
    found = numbered(rest)
    if found is None or (found.rest and not ID.fullmatch(found.rest)):
        return said(ctx, msg, "admin/collect_how", why="id" if found else "", number="")
    number, case = found.number, staff.case(ctx.work, found.number)
    if case is None:
        return said(ctx, msg, "admin/no_case", number=found.written)
    known = rows.draft_of_case(ctx.work, number)
    if known is not None or not case.answer:
        why = "known" if known is not None else "unanswered"
        return said(ctx, msg, "admin/collect_how", why=why, number=number, path=known.path if known else "")
    faq_id = found.rest or f"case-{number}"
    try:
        made, happened = drafts.collect(ctx, case, faq_id)
    except drafts.Emergency:
        return said(ctx, msg, "admin/collect_how", why="emergency", number=number)
    except FileExistsError:
        return said(ctx, msg, "admin/collect_how", why="taken", number=number, faq_id=faq_id)
    return Handled("admin", (answer(ctx, msg, ctx.words("admin/collected", case=case, made=made)),), (happened,))


def show_ratings(ctx: Context, msg: Incoming, rest: str) -> Handled:
    """Entries by what their readers said in the last 90 days, the worst first."""
    found = ratings.rated(ctx.work, ctx.now - LOOK_BACK)
    poor = {one.faq_id for one in ratings.poor(found, ctx.settings.ratings)}
    faqs = ctx.index.library.faqs
    shown = [(one, faqs[one.faq_id].question if one.faq_id in faqs else "", one.faq_id in poor) for one in found]
    shown.sort(key=lambda row: not row[2])
    return said(ctx, msg, "admin/ratings", rows=shown[:MOST], total=len(shown), poor=len(poor))


AUTHORS = frozenset({"owner", "manager", "clinician", "expert"})
COMMANDS = (
    Command("缺口", CARERS, "#缺口 上周", "看病友问了什么还没有答案：本周、上周或本月", show_gaps),
    Command("收录", AUTHORS, "#收录 12", "把答复过的 12 号问题写成问答草稿", collect, also=("收进问答",)),
    Command("评价", CARERS, "#评价", "看每条问答有多少人说有用、没用", show_ratings),
)

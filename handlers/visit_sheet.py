"""复诊一页纸, 复诊想问 …, 最近不舒服 …, 删掉问题 2, 撤回一页纸: one page for the doctor, shown to its owner first."""

from __future__ import annotations

import datetime as dt
import re

from handlers.contract import Context, Handled, Handler, Happened, Incoming, What, privately
from handlers.matching import EDGES, keyword, number, said
from handlers.services.care import sheet
from handlers.services.care.days import shown_day
from handlers.services.staff.roles import tell_staff
from storage.queries import questions
from storage.tables.visits import VisitSheet

APPROVE, WITHIN = "sheet_approve", dt.timedelta(days=2)
LONGEST = 60
WRITTEN = {
    "questions": re.compile(
        r"(?:复诊|看病|看医生|下次|这次)(?:时|的时候)?(?:我?想|要|得|记得)?问(?:问|一下)?(?:医生|大夫)?[：:，, ]*(?P<text>.+)|(?:记下|记一下|帮我记)(?:来|着)?问(?:医生|大夫)[：:，, ]*(?P<other>.+)"
    ),
    "unwell": re.compile(r"(?:复诊)?(?:要说|想说|告诉医生)[：:，, ]*(?P<text>.+)|最近不舒服[：:，, ]+(?P<other>.+)"),
}
GONE = re.compile(r"(?:删掉|删除|去掉|不要)(?P<which>问题|不舒服)\s*(?P<number>.+)")
YES, EDIT, NO = (
    ("可以", "行", "好", "好的", "同意"),
    ("先改改", "改改", "改"),
    ("不用了", "不用", "不行", "不可以", "算了"),
)


def show(ctx: Context, msg: Incoming, matched: str) -> Handled:
    """The page for its owner's eyes, and the question whether the doctor may have it."""
    found = sheet.of(ctx, ctx.person_id)
    questions.ask(ctx.work, ctx.person_id, None, APPROVE, {}, ctx.now + WITHIN)
    picture = sheet.page(ctx, ctx.person, found)
    text = ctx.words("sheet/shown", room=sheet.MOST_LINES - len(found.questions))
    return Handled("sheet", (privately(msg, text, by="sheet", picture=picture),))


def line_match(ctx: Context, msg: Incoming) -> tuple[str, str] | None:
    """(which list, the line)."""
    if msg.what is not What.TEXT or not msg.addressed:
        return None
    for which, form in WRITTEN.items():
        if found := form.fullmatch(msg.text.strip()):
            return which, (found["text"] or found["other"]).strip(EDGES)
    return None


def line(ctx: Context, msg: Incoming, found: tuple[str, str]) -> Handled:
    which, text = found
    kept = sheet.of(ctx, ctx.person_id)
    added = 0 < len(text) <= LONGEST and sheet.add(ctx, kept, which, text)
    happened = (Happened("sheet_line_added", {"list": which}, ctx.person_id),) if added else ()
    return _listed(ctx, msg, kept, which, "added" if added else "long" if len(text) > LONGEST else "full", *happened)


def _listed(ctx: Context, msg: Incoming, kept: VisitSheet, which: str, what: str, *events: Happened) -> Handled:
    lines = [one["text"] for one in getattr(kept, which)]
    text = ctx.words("sheet/lines", which=which, what=what, lines=lines, most=sheet.MOST_LINES, longest=LONGEST)
    return Handled("sheet", (privately(msg, text, by="sheet"),), events)


def gone_match(ctx: Context, msg: Incoming) -> tuple[str, int] | None:
    found = GONE.fullmatch(said(msg)) if msg.what is What.TEXT and msg.addressed else None
    place = number(found["number"]) if found else None
    if found is None or place is None:
        return None
    return ("questions" if found["which"] == "问题" else "unwell"), place


def gone(ctx: Context, msg: Incoming, found: tuple[str, int]) -> Handled:
    which, place = found
    kept = sheet.of(ctx, ctx.person_id)
    return _listed(ctx, msg, kept, which, "gone" if sheet.drop(ctx, kept, which, place) else "none")


def approve_match(ctx: Context, msg: Incoming) -> str | None:
    """1 可以, 2 先改改, 3 不用了, after the page was shown."""
    waiting = ctx.question(None) if msg.private and msg.what is What.TEXT else None
    if waiting is None or waiting[0] != APPROVE:
        return None
    chosen = number(said(msg))
    if chosen is not None:
        return {1: "yes", 2: "edit", 3: "no"}.get(chosen)
    return next((what for what, words in (("yes", YES), ("edit", EDIT), ("no", NO)) if said(msg) in words), None)


def approve(ctx: Context, msg: Incoming, what: str) -> Handled:
    questions.close(ctx.work, ctx.person_id, None)
    kept = sheet.of(ctx, ctx.person_id)
    if what != "yes":
        sheet.withdraw(ctx, kept)
        return Handled("sheet", (privately(msg, ctx.words("sheet/answered", what=what, until=""), by="sheet"),))
    until = shown_day(sheet.share(ctx, kept), ctx.now, ctx.person.zone)
    text = ctx.words("sheet/answered", what=what, until=until)
    told = tell_staff(ctx, ctx.words("sheet/told", name=ctx.person.name), "sheet", about=ctx.person_id)
    happened = Happened("sheet_shared", {}, ctx.person_id)
    return Handled("sheet", (privately(msg, text, by="sheet"), *told), (happened,))


def withdraw(ctx: Context, msg: Incoming, matched: str) -> Handled:
    was = sheet.withdraw(ctx, sheet.of(ctx, ctx.person_id))
    text = ctx.words("sheet/withdrawn", was=was)
    return Handled("sheet", (privately(msg, text, by="sheet"),), (Happened("sheet_withdrawn", {}, ctx.person_id),))


SHOW = Handler(
    "sheet",
    keyword("复诊一页纸", "一页纸", "就诊一页纸", "我的一页纸", "看病一页纸"),
    show,
    own=True,
    needs_consent=True,
)
WITHDRAW = Handler("sheet", keyword("撤回一页纸", "收回一页纸", "不给医生看了"), withdraw, own=True)
APPROVED = Handler("sheet", approve_match, approve, own=True)
GONE_LINE = Handler("sheet", gone_match, gone, own=True)
LINE = Handler("sheet", line_match, line, own=True, needs_consent=True)

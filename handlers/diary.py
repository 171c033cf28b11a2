"""日记 今天能下楼了: a diary of getting better, for its writer alone; 我的日记 shows it with the days since the operation."""

from __future__ import annotations

import datetime as dt
import re

from handlers.contract import Context, Handled, Handler, Happened, Incoming, What, privately
from handlers.matching import keyword, number, said
from handlers.services.care import dates
from handlers.services.care.check_ins import today
from storage.queries import diary
from storage.tables.voices import Diary

WRITES = re.compile(r"^\s*(?:写|记)?(?:一下|一条)?日记\s*[:：,，]?\s*(?P<text>\S.*)$", re.S)
DROPS = re.compile(
    r"(?:删掉|删除|删)(?:第)?(?P<which>\d{1,3}|[一二三四五六七八九十])(?:条|篇|个)?日记|(?:删掉|删除|删)日记\s*(?:第)?(?P<other>\d{1,3}|[一二三四五六七八九十])(?:条|篇|个)?"
)
ASKS = re.compile(r"[?？]\s*$|怎么|吗$")
SHOWN, LONGEST = 10, 1000


def match(ctx: Context, msg: Incoming) -> str | None:
    """What stands after 日记, in private."""
    if msg.what is not What.TEXT or not msg.private:
        return None
    found = WRITES.match(msg.said)
    return found["text"].strip() if found and not ASKS.search(found["text"]) else None


def write(ctx: Context, msg: Incoming, text: str) -> Handled:
    day = today(ctx, ctx.person.zone)
    diary.write(ctx.work, Diary(person_id=ctx.person_id, text=text[:LONGEST], day=day, at=ctx.now))
    written = diary.count(ctx.work, ctx.person_id)
    text = ctx.words("diary/kept", written=written, after=_after(ctx, day))
    return Handled("diary", (privately(msg, text, by="diary"),), (Happened("diary_written", {}, ctx.person_id),))


def _after(ctx: Context, day: dt.date) -> int | None:
    """How many days after the operation that is."""
    known = dates.known(ctx, ctx.person_id, "surgery")
    days = (day - known).days if known else -1
    return days if days >= 0 else None


def show(ctx: Context, msg: Incoming, matched: str) -> Handled:
    """The newest, numbered from 1, so that one can be taken out."""
    rows = [(one.day, _after(ctx, one.day), one.text) for one in diary.latest(ctx.work, ctx.person_id, SHOWN)]
    text = ctx.words("diary/mine", rows=rows, total=diary.count(ctx.work, ctx.person_id))
    return Handled("diary", (privately(msg, text, by="diary"),))


def drop_match(ctx: Context, msg: Incoming) -> int | None:
    if msg.what is not What.TEXT or not msg.private:
        return None
    found = DROPS.fullmatch(said(msg))
    return number(found["which"] or found["other"]) if found else None


def drop(ctx: Context, msg: Incoming, place: int) -> Handled:
    rows = diary.latest(ctx.work, ctx.person_id, SHOWN)
    row = rows[place - 1] if 1 <= place <= len(rows) else None
    done = row is not None and row.id is not None and diary.drop(ctx.work, ctx.person_id, row.id)
    return Handled("diary", (privately(msg, ctx.words("diary/dropped", done=done, total=len(rows)), by="diary"),))


WRITE = Handler("diary", match, write, needs_consent=True)
MINE = Handler("diary", keyword("我的日记", "看日记", "日记"), show, own=True)
DROP = Handler("diary", drop_match, drop, own=True)

"""#更正 #更正进度: those who got an old answer are told, once staff have seen the words and said so."""

from __future__ import annotations

import datetime as dt

from handlers.admin.grammar import Command, answer, said
from handlers.contract import Context, Handled, Happened, Incoming, What, stored
from handlers.matching import said as words_said
from handlers.services.knowledge import recalls
from handlers.services.knowledge.entries import meant
from handlers.services.knowledge.reviews import REVIEWERS
from handlers.words import one_line
from storage.queries import questions
from storage.queries import recalls as rows
from storage.tables.review import Recall

QUESTION = "recall"
WAITS = dt.timedelta(minutes=30)
YES, NO = {"发送", "发", "发出"}, {"不用", "不用了", "不发", "不发了"}
AT_ONCE = "马上"


def offer(ctx: Context, msg: Incoming) -> str:
    """The words of what a decision made necessary, or ""; 发送 or 不用 answers the last of them."""
    found = recalls.offers(ctx)
    if found:
        data = {"recall": stored(found[-1].id)}
        questions.ask(ctx.work, ctx.person_id, _place(ctx, msg), QUESTION, data, ctx.now + WAITS)
    return "\n\n".join(recalls.offer_text(ctx, one, one is found[-1]) for one in found)


def _place(ctx: Context, msg: Incoming) -> int | None:
    """Where the answer to a command is read."""
    return msg.room_id if ctx.room is not None and ctx.room.is_staff else None


def correct(ctx: Context, msg: Incoming, rest: str) -> Handled:
    """`#更正 dm-x`: send what was offered; alone, what is offered. 马上 sends by night as well. Own words are not sent."""
    words = rest.split()
    name = " ".join(one for one in words if one != AT_ONCE)
    if not name:
        return said(ctx, msg, "recall/offers", texts=[recalls.offer_text(ctx, one) for one in recalls.waiting(ctx)])
    row, more = _offered(ctx, name)
    if row is None or not recalls.still_due(ctx, row):
        return said(ctx, msg, "recall/none", name=one_line(name, 40))
    if more:
        return said(ctx, msg, "recall/words", recall=row, preview=recalls.preview(ctx, row))
    return _send(ctx, msg, row, AT_ONCE in words)


def _offered(ctx: Context, name: str) -> tuple[Recall | None, str]:
    """(the last offer for the entry that is named, what is written after its name); its file may be gone."""
    found = meant(ctx, name)
    if found.standing is not None:
        return rows.newest(ctx.work, found.standing.entry.id), found.rest
    faq_id, _, more = name.partition(" ")
    return rows.newest(ctx.work, faq_id), more


def _send(ctx: Context, msg: Incoming, row: Recall, at_once: bool) -> Handled:
    messages, events = recalls.confirm(ctx, row, at_once)
    night = any(one.after is not None for one in messages)
    text = ctx.words("recall/confirmed", recall=row, count=len(messages), night=night)
    return Handled("admin", (answer(ctx, msg, text), *messages), tuple(events))


def answer_match(ctx: Context, msg: Incoming) -> tuple[Recall, bool] | None:
    """发送 or 不用 from the reviewer who was offered a correction here."""
    if msg.what is not What.TEXT or words_said(msg) not in YES | NO or not ctx.roles & REVIEWERS:
        return None
    waiting = ctx.question(_place(ctx, msg) if msg.room_id is not None else None)
    if waiting is None or waiting[0] != QUESTION or (msg.room_id is not None and _place(ctx, msg) is None):
        return None
    row = rows.get(ctx.work, waiting[1]["recall"])
    return (row, words_said(msg) in YES) if row is not None and row.state == "offered" else None


def answered(ctx: Context, msg: Incoming, found: tuple[Recall, bool]) -> Handled:
    row, yes = found
    questions.close(ctx.work, ctx.person_id, _place(ctx, msg))
    if yes and recalls.still_due(ctx, row):
        return _send(ctx, msg, row, False)
    recalls.settle(ctx, row, "dropped")
    happened = Happened("recall_dropped", {"faq": row.faq_id, "recall": row.id}, ctx.person_id)
    return Handled("admin", (answer(ctx, msg, ctx.words("recall/dropped", recall=row, asked=not yes)),), (happened,))


def progress(ctx: Context, msg: Incoming, rest: str) -> Handled:
    """How far corrections have come. Who could not be reached has a name, so this is told in private only."""
    standing = meant(ctx, rest).standing if rest else None
    wanted = standing.entry.id if standing is not None else rest
    found = [one for one in rows.latest(ctx.work, "confirmed") if not rest or one.faq_id == wanted][:5]
    lines = [(one, *recalls.reached(ctx, one)) for one in found]
    return said(ctx, msg, "recall/progress", private=True, rows=lines)


COMMANDS = (
    Command(
        "更正", REVIEWERS, "#更正 dm-fruit", "把更正私信给收到过旧答案的人；夜里也要发写：#更正 dm-fruit 马上", correct
    ),
    Command("更正进度", REVIEWERS, "#更正进度 dm-fruit", "看更正送到了几人、谁没送到（只发给您本人）", progress),
)

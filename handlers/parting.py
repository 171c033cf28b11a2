"""The answer to 最近没见您: what it was, and what we offer for just that; nobody is talked into staying."""

from __future__ import annotations

import datetime as dt

from handlers.contract import Context, Handled, Handler, Happened, Incoming, Outgoing, What, privately
from handlers.matching import number, said
from handlers.services.community import advising, churn
from handlers.services.staff.roles import tell_adviser, tell_staff
from storage.queries import partings, people, questions
from storage.tables.standing import Parting

REASONS = ("noise", "neglected", "service", "changed", "busy")
WORDS = {
    "noise": ("太多", "太吵", "烦", "老发", "一直发"),
    "neglected": ("没人理", "没人管", "没人回", "不理", "没回"),
    "service": ("不好用", "没用", "不会用", "麻烦", "看不懂", "答非所问", "没效果"),
    "changed": ("不需要", "好了", "换了", "不用了", "康复了", "转院"),
    "busy": ("忙", "没空", "没时间", "忘了", "出门", "旅游"),
}
QUIET = dt.timedelta(days=7)
LONGEST = 60


def match(ctx: Context, msg: Incoming) -> tuple[int, str] | None:
    """(number of the parting, reason) when the question waits and this answers it."""
    waiting = ctx.question(None)
    if waiting is None or waiting[0] != churn.BY or not msg.private or msg.what is not What.TEXT:
        return None
    place = number(said(msg))
    if place is not None:
        return (waiting[1]["parting"], REASONS[place - 1]) if 1 <= place <= len(REASONS) else None
    if len(msg.text) > LONGEST or msg.text.rstrip().endswith(("?", "？", "吗", "呢")):
        return None
    meant = next((name for name, words in WORDS.items() if any(word in msg.text for word in words)), None)
    return (waiting[1]["parting"], meant) if meant else None


def act(ctx: Context, msg: Incoming, found: tuple[int, str]) -> Handled | None:
    row = partings.get(ctx.work, found[0])
    if row is None or row.person_id != ctx.person_id:
        return None
    reason = found[1]
    row.reason, row.state = reason, "answered"
    row.said = msg.said[:200] if number(said(msg)) is None else None
    ctx.work.add(row)
    questions.close(ctx.work, ctx.person_id, None)
    told = _offer(ctx, row, reason)
    text = ctx.words("parting/answered", reason=reason, name=ctx.person.name)
    happened = Happened("parting_answered", {"reason": reason}, ctx.person_id)
    return Handled("parting", (privately(msg, text, by="parting"), *told), (happened,))


def _offer(ctx: Context, row: Parting, reason: str) -> list[Outgoing]:
    """By reason: quiet days, somebody who calls, staff who mend it; nothing for who is only busy."""
    if reason == "noise":
        people.change(ctx.work, ctx.person_id, quiet_until=ctx.now + QUIET)
    if reason == "neglected":
        advising.owe(ctx, ctx.person_id, f"parting{row.id}")
        text = ctx.words("parting/staff", reason=reason, name=ctx.person.name, number=ctx.person_id)
        return tell_adviser(ctx, ctx.person_id, text, "parting", key=f"parting:{row.id}:staff")
    if reason == "service":
        text = ctx.words("parting/staff", reason=reason, name=ctx.person.name, number=ctx.person_id)
        return tell_staff(ctx, text, "parting", key=f"parting:{row.id}:staff", about=ctx.person_id)
    return []


ANSWERED = Handler("parting", match, act, needs_consent=True)

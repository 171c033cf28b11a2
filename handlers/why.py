"""为什么收到这条: where a message came from, and 停这个 to end just that."""

from __future__ import annotations

import datetime as dt
import re

from sqlalchemy.engine import RowMapping

from handlers.contract import Context, Handled, Handler, Happened, Incoming, What, privately
from handlers.matching import keyword, said
from handlers.services.care.days import shown
from handlers.services.care.origins import end, origin
from handlers.services.retrieval.text import plain
from storage.queries import outbox, questions

KIND, WAITS = "why", dt.timedelta(minutes=30)
ASKS = re.compile(
    r"(?:(?:我)?(?:为什么|为啥|怎么|咋)(?:我)?(?:会|又|老是?|总是?)?(?:收到|给我发|发给我|跟我发|发我)(?:了)?(?:的)?(?:这条|这个|这|这种|上面|上一条)*(?:消息|信息|通知|提醒)?(?:的)?(?:啊|呀|呢|了)?"
    r"|(?:这条|这个|上面那?条|刚才那?条)(?:消息|信息|通知|提醒)?(?:是)?(?:谁发的|哪来的|怎么来的|从哪来的|谁让发的|为什么发给我|为什么发))"
)
MADE_UP = frozenset({"why"})


def match(ctx: Context, msg: Incoming) -> bool | None:
    return True if msg.what is What.TEXT and msg.private and ASKS.fullmatch(said(msg)) else None


def act(ctx: Context, msg: Incoming, matched: bool) -> Handled:
    row = _meant(ctx, msg)
    if row is None:
        return Handled("why", (privately(msg, ctx.words("why/nothing"), by="why"),))
    found = origin(ctx, row)
    if found.stop:
        data = {"stop": found.stop, "ref": found.ref, "title": found.title}
        questions.ask(ctx.work, ctx.person_id, None, KIND, data, ctx.now + WAITS)
    at = shown(row["sent_at"], ctx.person.zone)
    return Handled("why", (privately(msg, ctx.words("why/because", found=found, at=at), by="why"),))


def _meant(ctx: Context, msg: Incoming) -> RowMapping | None:
    """The message that is quoted; else the last that was not just an answer to what they wrote; else the last."""
    rows = [one for one in outbox.sent_to(ctx.work, ctx.person_id) if one["by"] not in MADE_UP]
    if quoted := plain(msg.quote).split(":", 1)[-1].strip():
        rows = [one for one in rows if quoted[:30] in plain(one["text"] or "")]
    unasked = [one for one in rows if one["kind"] != "reply"]
    return next(iter([*unasked, *rows]), None)


def stop_match(ctx: Context, msg: Incoming) -> dict[str, str] | None:
    """停这个 after it was told what this is."""
    if not msg.private or STOP_WORDS(ctx, msg) is None:
        return None
    kind, data = ctx.question(None) or ("", {})
    return data if kind == KIND else None


def stop(ctx: Context, msg: Incoming, data: dict[str, str]) -> Handled:
    done = end(ctx, ctx.person_id, data["stop"], data["ref"])
    questions.close(ctx.work, ctx.person_id, None)
    text = ctx.words("why/stopped", done=done, **data)
    happened = (Happened("rule_stopped", {"stop": data["stop"]}, ctx.person_id),) if done else ()
    return Handled("why", (privately(msg, text, by="why"),), happened)


STOP_WORDS = keyword(
    "停这个",
    "停掉这个",
    "停了这个",
    "停这条",
    "不要这个",
    "不要这个了",
    "停",
    "停掉",
    "停止",
    "不要了",
    "别发这个了",
    "这个不要了",
    "不想收这个",
    "关掉",
)
WHY = Handler("why", match, act, own=True)
STOP = Handler("why", stop_match, stop, own=True)

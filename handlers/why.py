"""为什么收到这条: where a message came from, and 停这个 to end just that."""

from __future__ import annotations

import datetime as dt
import re

from sqlalchemy.engine import RowMapping

from handlers.contract import Context, Handled, Handler, Happened, Incoming, What, privately
from handlers.matching import keyword, number, said
from handlers.services.care.days import shown
from handlers.services.care.origins import end, origin
from handlers.services.retrieval.text import plain
from storage.queries import outbox, questions

KIND, WAITS = "why", dt.timedelta(minutes=30)
ASKS = re.compile(
    r"(?:(?:我)?(?:为什么|为啥|怎么|咋)(?:我)?(?:会|又|老是?|总是?)?(?:收到|给我发|发给我|跟我发|发我)(?:了)?(?:的)?(?:这条|这个|这|这种|上面|上一条)*(?:消息|信息|通知|提醒)?(?:的)?(?:啊|呀|呢|了)?"
    r"|(?:这条|这个|上面那?条|刚才那?条)(?:消息|信息|通知|提醒)?(?:是)?(?:谁发的|哪来的|怎么来的|从哪来的|谁让发的|为什么发给我|为什么发))"
)
WHICH = re.compile(r"(?:停止|停掉|停这个|停|不要)?第?\s*(\d|[一二两三四五六七八九])\s*个?")
MADE_UP = frozenset({"why"})


def match(ctx: Context, msg: Incoming) -> bool | None:
    return True if msg.what is What.TEXT and msg.private and ASKS.fullmatch(said(msg)) else None


def act(ctx: Context, msg: Incoming, matched: bool) -> Handled:
    rows = _meant(ctx, msg)
    if not rows:
        return Handled("why", (privately(msg, ctx.words("why/nothing"), by="why"),))
    found = list(dict.fromkeys(origin(ctx, row) for row in rows))
    stops = [{"stop": one.stop, "ref": one.ref, "title": one.title} for one in found if one.stop]
    if stops:
        questions.ask(ctx.work, ctx.person_id, None, KIND, {"stops": stops}, ctx.now + WAITS)
    at = shown(rows[0]["sent_at"], ctx.person.zone)
    text = ctx.words("why/because", found=sorted(found, key=lambda one: not one.stop), at=at, stops=stops)
    return Handled("why", (privately(msg, text, by="why"),))


def _meant(ctx: Context, msg: Incoming) -> list[RowMapping]:
    """The rows of the message that is quoted; else the last that was not just an answer to what they wrote; else the last."""
    sent: dict[int, list[RowMapping]] = {}
    for one in outbox.sent_to(ctx.work, ctx.person_id):
        if one["by"] not in MADE_UP:
            sent.setdefault(one["merged_into"] or one["id"], []).insert(0, one)
    messages = list(sent.values())
    if quoted := plain(msg.quote).split(":", 1)[-1].strip():
        messages = [rows for rows in messages if quoted[:30] in plain("\n\n".join(one["text"] or "" for one in rows))]
    unasked = [rows for rows in messages if rows[0]["kind"] != "reply"]
    return next(iter([*unasked, *messages]), [])


def stop_match(ctx: Context, msg: Incoming) -> dict[str, str] | None:
    """停这个 after it was told what this is; 停 2 when that was several."""
    kind, data = ctx.question(None) or ("", {})
    if kind != KIND or not msg.private or msg.what is not What.TEXT:
        return None
    stops = data.get("stops", ())
    chosen = WHICH.fullmatch(said(msg))
    place = number(chosen[1]) if chosen else None
    if place is not None and 1 <= place <= len(stops):
        return dict(stops[place - 1])
    if not stops or STOP_WORDS(ctx, msg) is None:
        return None
    return dict(stops[0]) if len(stops) == 1 else {"which": str(len(stops))}


def stop(ctx: Context, msg: Incoming, data: dict[str, str]) -> Handled:
    if "which" in data:
        return Handled("why", (privately(msg, ctx.words("why/which", most=data["which"]), by="why"),))
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

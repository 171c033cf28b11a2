"""学完了: the lecture task is done."""

from __future__ import annotations

from handlers.contract import Context, Handled, Handler, Incoming, privately
from handlers.matching import keyword
from handlers.services.care import journeys

WORDS = keyword("学完了", "看完了", "听完了", "已学习", "学习完了", "已看完", "已学完", "学完")


def match(ctx: Context, msg: Incoming) -> str | None:
    """The words, while the task is open."""
    matched = WORDS(ctx, msg)
    return matched if matched and journeys.open_task(ctx, ctx.person_id, "lecture") else None


def act(ctx: Context, msg: Incoming, matched: str) -> Handled | None:
    words, events, more = journeys.task_done(ctx, ctx.person_id, "lecture")
    if not events:
        return None
    return Handled("lecture", (privately(msg, words, by="lecture"), *more), tuple(events))


DONE = Handler("lecture", match, act, needs_consent=True)

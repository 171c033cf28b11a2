"""有用 · 没用 right after an answer: a rating; who was not helped is offered a person."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from sqlalchemy.engine import RowMapping

from handlers.contract import Context, Handled, Handler, Happened, Incoming, What, reply
from handlers.services.knowledge import cases, gaps
from storage.queries import answered, questions
from storage.queries import gaps as gap_rows

WITHIN = dt.timedelta(minutes=30)
OFFER_STANDS = dt.timedelta(minutes=10)
NOT_HELPED = "not_helped"
NOISE = re.compile(r"[\s，。、！？!?,.~～;；:：\"'“”‘’（）()【】\[\]\u200d\ufe0f\U0001f3fb-\U0001f3ff]+")
ANSWER = r"(?:你?(?:这个|这条|这次|刚才的?|上面的?)?(?:回答|答案|回复|解答)?(?:得|的)?(?:还是|对我|倒是|确实|也)?)"
VERY = r"(?:很|挺|蛮|非常|特别|真|太|还|比较|都|就|是|十分|好|真的|还是){0,2}"
USEFUL = re.compile(
    rf"{ANSWER}{VERY}(?:有用|有帮助|有帮到|帮到我?|有用处|管用|答得好|说得好|解决)(?:了|的|啊|呀|哦|呢|啦|谢谢[你您]?了?|多谢|感谢)*"
    r"|(?:👍|👏|🌹|👌|💯)+|[强赞]{1,3}|点赞|谢谢[你您]?(?:很|挺)?有用"
)
USELESS = re.compile(
    rf"{ANSWER}(?:真|真的|就是|是)?(?:完全|根本|一点都?|一点儿|都|并)?"
    r"(?:没有?用|无用|没有?帮助|没什么用|没啥用|没有?帮到我?|答非所问|文不对题|答错了|不对题|没有?回答(?:到)?(?:我的?)?问题|不是我(?:要)?问的|不是我想问的)"
    r"(?:答非所问|文不对题|没回答我的问题|不是我问的)*(?:了|的|啊|呀|哦|呢|啦|吧)*"
    r"|👎+|弱{1,3}"
)
YES = frozenset(
    {"转人工", "转", "要", "好", "好的", "可以", "需要", "是", "是的", "嗯", "行", "要的", "麻烦了", "好啊", "帮我转"}
)


def _verdict(msg: Incoming) -> bool | None:
    """Useful or not, when the whole message says so."""
    if msg.what is not What.TEXT or not msg.addressed or len(msg.text) > 24:
        return None
    words = NOISE.sub("", msg.text)
    return True if USEFUL.fullmatch(words) else False if USELESS.fullmatch(words) else None


def match(ctx: Context, msg: Incoming) -> tuple[bool, RowMapping] | None:
    """(useful?, the answer meant) when the whole message is a verdict and there was an answer in this place lately."""
    useful = _verdict(msg)
    if useful is None:
        return None
    given = answered.last(ctx.work, ctx.person_id, msg.room_id, ctx.now - WITHIN)
    return (useful, given) if given is not None else None


def rate(ctx: Context, msg: Incoming, found: tuple[bool, RowMapping]) -> Handled:
    """Remember the verdict; the latest counts. Without use, the question is a gap, and a person is offered."""
    useful, given = found
    news = given["useful"] is not useful
    answered.rate(ctx.work, given["id"], useful, ctx.now)
    if useful:
        gap_rows.take_back(ctx.work, given["id"])
        if (ctx.question(msg.room_id) or ("",))[0] == NOT_HELPED:
            questions.close(ctx.work, ctx.person_id, msg.room_id)
    else:
        if gap_rows.of_answer(ctx.work, given["id"]) is None:
            gaps.keep(ctx, msg.room_id, given["question"], "not_useful", answered_id=given["id"])
        held = {"question": given["question"], "answered": given["id"]}
        questions.ask(ctx.work, ctx.person_id, msg.room_id, NOT_HELPED, held, ctx.now + OFFER_STANDS)
    data: dict[str, Any] = {"faq": given["faq_id"], "version": given["version"], "useful": useful}
    happened = (Happened("answer_rated", data, ctx.person_id, msg.room_id),) if news else ()
    return Handled("rating", (reply(msg, ctx.words("faq/rated", useful=useful), by="rating"),), happened)


def person_match(ctx: Context, msg: Incoming) -> dict[str, Any] | None:
    """转人工 (or a plain yes) after the offer: with the question that was asked, not with that word."""
    if msg.what is not What.TEXT or not msg.addressed or NOISE.sub("", msg.text) not in YES:
        return None
    kind, held = ctx.question(msg.room_id) or ("", None)
    if kind != NOT_HELPED or not held:
        return None
    given = answered.last(ctx.work, ctx.person_id, msg.room_id, ctx.now - WITHIN - OFFER_STANDS)
    return dict(held) if given is not None and given["id"] == held["answered"] else None


def person(ctx: Context, msg: Incoming, held: dict[str, Any]) -> Handled:
    questions.close(ctx.work, ctx.person_id, msg.room_id)
    handled = cases.open_case(ctx, msg, held["question"], "rating", asked_for=True)
    opened = next((one.data["case"] for one in handled.events if one.name == "case_opened"), None)
    if opened is not None:
        gap_rows.to_case(ctx.work, held["answered"], opened)
    return handled


def stray_match(ctx: Context, msg: Incoming) -> bool | None:
    """A verdict in a room from somebody who got no answer there: it is on another's, or on something else."""
    return True if msg.room_id is not None and _verdict(msg) is not None else None


def stray(ctx: Context, msg: Incoming, matched: bool) -> Handled:
    return Handled("rating")


STRAY = Handler("rating", stray_match, stray)
RATE = Handler("rating", match, rate)
PERSON = Handler("rating", person_match, person)

"""Courtesy, asking for a person, and what nobody else took."""

from __future__ import annotations

import re

from handlers.contract import Context, Handled, Handler, Incoming, Kind, What, privately, reply
from handlers.matching import always, keyword, said
from handlers.services.knowledge import cases
from handlers.services.safety import alerts
from storage.queries import staff

HUMAN_WORDS = re.compile(
    r"^(?:我要)?(?:转人工|找人工|人工服务|人工客服|找医生|联系医生|找真人|真人|人工(?=$|[,，。:：\s]))[,，。:： ]*(.*)$",
    re.S,
)
QUESTION = re.compile(
    r"[?？]|吗|呢$|么$|怎么|咋|为什么|为啥|什么|啥|多少|多久|几|能不能|可不可以|要不要|是不是|有没有|会不会|好不好|如何|哪|请问|咨询|可以.{0,12}$|能.{1,12}$"
)
UNWELL = re.compile(
    r"[疼痛血吐晕喘肿烧麻死怕累撑痒胀咳]|难受|不舒服|害怕|没劲|没力|投诉|删除我的|删掉我|导出我的|注销|不安全|没人管"
)
LONG_ENOUGH = 12
THANKS = keyword(
    "谢谢",
    "谢谢你",
    "谢谢您",
    "多谢",
    "感谢",
    "非常感谢",
    "谢了",
    "好的谢谢",
    "好的谢谢您",
    "谢谢医生",
    "谢谢杏林",
    "谢谢啦",
)
NODS = keyword("好的", "好", "嗯", "嗯嗯", "知道了", "收到", "明白了", "明白", "ok", "OK", "哦", "行", "可以", "哈哈")
HELLO = keyword(
    "你好",
    "您好",
    "在吗",
    "在不在",
    "早上好",
    "下午好",
    "晚上好",
    "大家好",
    "hi",
    "hello",
    "嗨",
    "早",
    "早安",
    "晚安",
    "杏林",
)


def human_match(ctx: Context, msg: Incoming) -> str | None:
    found = HUMAN_WORDS.match(said(msg)) if msg.addressed and msg.what is What.TEXT else None
    return (found[1].strip() or said(msg)) if found else None


def human(ctx: Context, msg: Incoming, question: str) -> Handled:
    return cases.open_case(ctx, msg, question, "human", asked_for=True)


def courtesy_match(ctx: Context, msg: Incoming) -> str | None:
    return "thanks" if THANKS(ctx, msg) else "hello" if HELLO(ctx, msg) else "nod" if NODS(ctx, msg) else None


def courtesy(ctx: Context, msg: Incoming, what: str) -> Handled:
    """A nod needs no answer."""
    if what == "nod":
        return Handled("courtesy")
    return Handled("courtesy", (reply(msg, ctx.words(f"chat/{what}", name=ctx.person.name), by="courtesy"),))


def fallback(ctx: Context, msg: Incoming, matched: bool) -> Handled:
    """A question, or a word of being unwell, becomes a case; anything else gets one line of help.

    Somebody with an open alert is not left alone: what they write goes to staff. Staff open no cases.
    """
    if ctx.roles or not msg.text:
        return Handled("fallback", (reply(msg, ctx.words("chat/hint"), by="fallback"),))
    if msg.private and ctx.person.locked and (open_alerts := staff.open_alerts(ctx.work, ctx.person_id)):
        told = alerts.follow_up(ctx, open_alerts[-1], msg)
        return Handled(
            "fallback",
            (privately(msg, ctx.words("safety/stay", told=bool(told)), by="fallback", kind=Kind.SAFETY), *told),
        )
    if QUESTION.search(msg.text) or UNWELL.search(msg.text) or len(said(msg)) >= LONG_ENOUGH:
        return cases.open_case(ctx, msg, msg.said, "fallback")
    return Handled("fallback", (reply(msg, ctx.words("chat/hint"), by="fallback"),))


def picture_match(ctx: Context, msg: Incoming) -> bool | None:
    return True if msg.what is What.IMAGE and msg.private and not msg.text else None


def picture(ctx: Context, msg: Incoming, matched: bool) -> Handled:
    return Handled("picture", (privately(msg, ctx.words("chat/no_pictures"), by="picture"),))


HUMAN = Handler("human", human_match, human)
COURTESY = Handler("courtesy", courtesy_match, courtesy)
PICTURE = Handler("picture", picture_match, picture)
FALLBACK = Handler("fallback", always, fallback)

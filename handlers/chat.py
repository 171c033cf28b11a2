"""Courtesy, asking for a person, and what nobody else took."""

from __future__ import annotations

import re

from handlers import burst, go_on
from handlers.contract import Context, Handled, Handler, Incoming, Kind, What, privately, reply
from handlers.matching import always, said
from handlers.services.knowledge import cases
from handlers.services.knowledge.courtesy import courtesy as courteous
from handlers.services.knowledge.parts import TOPIC
from handlers.services.retrieval.text import bare
from handlers.services.safety import alerts
from storage.queries import staff
from storage.tables.staff import Alert

HUMAN_WORDS = re.compile(
    r"^(?:我要)?(?:转人工|找人工|人工服务|人工客服|找医生|联系医生|找真人|真人|人工(?=$|[,，。:：\s]))[,，。:： ]*(.*)$",
    re.S,
)
QUESTION = re.compile(
    r"[?？]|吗|呢$|么$|怎么|咋|为什么|为啥|什么|啥|多少|多久|几|能不能|可不可以|要不要|是不是|有没有|会不会|好不好|如何|哪|请问|咨询|可以.{0,12}$|能.{1,12}$"
)
UNWELL = re.compile(
    r"[疼痛血吐晕喘肿烧麻死怕累撑痒胀咳]|难受|不舒服|害怕|没劲|没力|投诉|删除我的|删掉我|导出我的|注销|不安全|没人[管理]"
)
LONG_ENOUGH = 12
CRY = 4
"""Characters of a question that names nothing: 怎么办啊."""
VOICE = re.compile(r"^\[?语音(?:消息)?\]?\s*(?:\d{1,3}\s*(?:\"|'|″|秒)*)?$")


def human_match(ctx: Context, msg: Incoming) -> str | None:
    found = HUMAN_WORDS.match(said(msg)) if msg.addressed and msg.what is What.TEXT else None
    return (found[1].strip() or said(msg)) if found else None


def human(ctx: Context, msg: Incoming, question: str) -> Handled:
    """The short lines just before belong to it."""
    if (before := burst.held(ctx, msg)).lines:
        question = before.before(question)
        burst.take(ctx, msg)
    return cases.open_case(ctx, msg, question, "human", asked_for=True)


def courtesy_match(ctx: Context, msg: Incoming) -> str | None:
    return courteous(msg.text) if msg.addressed and msg.what is What.TEXT else None


def courtesy(ctx: Context, msg: Incoming, what: str) -> Handled:
    """A nod needs no answer. Thanks after an answer close its case."""
    if what == "nod":
        return Handled("courtesy")
    events = cases.helped(ctx, msg) if what in ("thanks", "solved") and not ctx.roles else ()
    words = ctx.words("chat/hello" if what == "hello" else "chat/thanks", name=ctx.person.name)
    return Handled("courtesy", (reply(msg, words, by="courtesy"),), events)


def fallback(ctx: Context, msg: Incoming, matched: bool, *, sure: bool = False, own: bool = False) -> Handled:
    """A question, or a word of being unwell, becomes a case; anything else gets one line of help.

    `sure`: it is a question, whatever its words. `own`: it goes on with no case that is open. Somebody with an open
    alert is not left alone: what they tell of it goes to staff. Staff open no cases.
    """
    if ctx.roles or not msg.text:
        return Handled("fallback", (reply(msg, ctx.words("chat/hint"), by="fallback"),))
    unwell = bool(UNWELL.search(msg.text))
    asks = sure or bool(QUESTION.search(msg.text) or (TOPIC.search(said(msg)) and not unwell))
    if alert := _about(ctx, msg, asks, unwell):
        told = alerts.follow_up(ctx, alert, msg)
        stay = ctx.words("safety/stay", told=bool(told))
        return Handled("fallback", (privately(msg, stay, by="fallback", kind=Kind.SAFETY), *told))
    if VOICE.match(said(msg)):
        return Handled("fallback", (reply(msg, ctx.words("chat/no_voice"), by="fallback"),))
    refused = ctx.index.refusals.template(msg.text)
    asks = asks or bool(refused)
    tells = unwell or len(said(msg)) >= LONG_ENOUGH
    if not own and (went_on := go_on.left_over(ctx, msg, asks, tells)) is not None:
        return went_on
    if asks or tells:
        return cases.open_case(ctx, msg, msg.said, "fallback", refused=refused)
    return Handled("fallback", (reply(msg, ctx.words("chat/hint"), by="fallback"),))


def _about(ctx: Context, msg: Incoming, asks: bool, unwell: bool) -> Alert | None:
    """The open alert that a message goes on about: 怎么办啊, still unwell, or told within half an hour.

    The lock holds back what we would send unasked; a question of its own (医保卡去哪里补办) is answered as for anybody.
    """
    found = staff.open_alerts(ctx.work, ctx.person_id) if msg.private and ctx.person.locked else []
    about = len(bare(msg.text)) <= CRY if asks else unwell or alerts.open_lately(ctx) is not None
    return found[-1] if found and about else None


def picture_match(ctx: Context, msg: Incoming) -> bool | None:
    return True if msg.what is What.IMAGE and msg.private and not msg.text else None


def picture(ctx: Context, msg: Incoming, matched: bool) -> Handled:
    """The question about it may come as a message of its own."""
    burst.picture_seen(ctx, msg)
    return Handled("picture", (privately(msg, ctx.words("chat/no_pictures"), by="picture"),))


HUMAN = Handler("human", human_match, human)
COURTESY = Handler("courtesy", courtesy_match, courtesy)
PICTURE = Handler("picture", picture_match, picture)
FALLBACK = Handler("fallback", always, fallback)

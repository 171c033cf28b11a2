"""Where an answer goes, what is remembered of it, and the line about a picture nobody looked at."""

from __future__ import annotations

import re

from handlers.contract import Context, Happened, Incoming, Outgoing, privately, reply
from handlers.services.knowledge.outdated import reply_key
from handlers.services.retrieval.text import plain
from handlers.services.safety.exposed import Exposed
from playbooks.schema.faq import Faq
from storage.queries import answered

VALUE = re.compile(
    r"(?:血糖|血压|高压|低压|空腹|[餐饭]后|糖化|尿酸|血脂|体温|体重|心率|眼压|白细胞|血小板|肌酐|度数)[^\d,，。?？]{0,8}\d"
)
OWN = re.compile(r"[我俺咱妈爸]|老公|老婆|爱人|孩子|刚|今[天早晚]|昨|[测量查][了的出]")


def personal(ctx: Context, msg: Incoming) -> bool:
    """A question with the asker's own values, doses or results in a room: its answer is for them alone."""
    if msg.room_id is None:
        return False
    if ctx.index.exposed(msg.text, msg.with_picture) in (Exposed.DOSE, Exposed.LAB):
        return True
    return bool(ctx.index.readings(msg.text)) or bool(VALUE.search(msg.text) and OWN.search(msg.text))


def place(ctx: Context, msg: Incoming) -> int | None:
    """The room where the talk goes on, or None for private."""
    return None if personal(ctx, msg) else msg.room_id


def quoted(ctx: Context, msg: Incoming) -> str:
    """What somebody quotes and asks about, without the name before it; "" when the words quoted are our own."""
    name, _, words = plain(msg.quote).partition(":")
    return "" if name.strip() == ctx.settings.community.bot_name else words.strip()


def say(ctx: Context, msg: Incoming, text: str, *faqs: Faq, picture: bool = False) -> Outgoing:
    """The reply in the place it belongs to, with the answers it gives; with a picture, only the words were read."""
    text = f"{text}\n{ctx.words('faq/picture_unread')}" if picture else text
    key = reply_key(msg.inbox_id, faqs)
    return (privately if personal(ctx, msg) else reply)(msg, text, by="ask_faq", key=key)


def give(ctx: Context, msg: Incoming, faq: Faq, score: float, question: str) -> Happened:
    """An answer is on its way: it is remembered in its version for recall, ratings and follow-up questions."""
    answered.give(ctx.work, ctx.person_id, place(ctx, msg), faq.id, faq.version, question, ctx.now)
    data = {"faq": faq.id, "version": faq.version, "score": score}
    return Happened("faq_answered", data, ctx.person_id, msg.room_id)

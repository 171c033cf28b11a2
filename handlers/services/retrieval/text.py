"""Makes two ways of writing comparable: width, traditional characters, invisible characters, politeness, emoji."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from opencc import OpenCC

from handlers.services.retrieval.fillers import without_fillers

TO_SIMPLIFIED = OpenCC("t2s")
MAX_CHARACTERS = 2_000

GREETING = re.compile(
    r"^(?:(?:医生|大夫|护士|老师|专家|管理员|小助手|助手|杏林|各位|大家|亲|你|您|群主|家人们|病友们?)+(?:早上|上午|中午|下午|晚上|早|晚)?|早上|上午|中午|下午|晚上|早|晚)好(?:啊|呀|呢|的)?(?=[^吃喝用做能])"
)
OPENING = re.compile(
    r"^(?:请问一下|请问下|请问|想请教一下|请教一下|请教|咨询一下|咨询下|咨询|麻烦问一下|麻烦问下|麻烦您?|问一下|问下|打扰一下|打扰了?|想问一下|想问下|我想问|想问|"
    r"我想知道|想知道|我想咨询|想了解一下|想了解|谁知道|有没有人知道|帮我看看|帮忙看看|嗯+|啊+|哎+|唉+)+"
)
ENDING = re.compile(
    r"(?:谢谢(?:您|你|医生|大夫|老师|啦|了)*|多谢|感谢|麻烦(?:了|您了|你了)|(?<![尿气内着焦心])急|在线等|求解答?|求助|拜托了?|求回复|跪求|辛苦了?)+$"
)
KEEP = re.compile(r"[^0-9a-zα-ω\u3400-\u9fff.%℃+/<>-]+")
DECIMAL = re.compile(r"(?<=\d)[。，,](?=\d)")
DOT = re.compile(r"(?<!\d)[.+/-]+|[.+/-]+(?!\d)")


def plain(text: str) -> str:
    """The text in one form: NFKC, simplified, lower case, without format, control and surrogate characters."""
    text = unicodedata.normalize("NFKC", text)
    text = "".join(
        sign for sign in text if unicodedata.category(sign) not in ("Cf", "Cc", "Cs", "Co") or sign in "\n\t"
    )
    if any("\u4e00" <= sign <= "\u9fff" for sign in text):
        text = TO_SIMPLIFIED.convert(text)
    return text.strip()


@lru_cache(maxsize=4096)
def bare(text: str) -> str:
    """The question itself: `plain`, then no greeting, no politeness, no thinking aloud, no punctuation, no emoji."""
    text = DECIMAL.sub(".", without_fillers(plain(text[:MAX_CHARACTERS])).lower())
    parts = [KEEP.sub("", part) for part in re.split(r"[,，。!！?？;；~～\n\s]+", text)]
    parts = [stripped for part in parts if (stripped := _without_politeness(part))]
    return DOT.sub("", "".join(parts)) or DOT.sub("", KEEP.sub("", text))


def _without_politeness(part: str) -> str:
    part = GREETING.sub("", part + "\0").rstrip("\0")
    part = OPENING.sub("", part)
    return "" if part in ("你好", "您好", "大家好", "医生", "大夫", "老师") else ENDING.sub("", part)

"""Two questions in one message, each with what was said of the asker; nothing that changes an answer is cut off.

血糖高能吃西瓜吗？还有打胰岛素的针头要换吗 is two questions. 我怀孕了。能吃西瓜吗？能喝咖啡吗？ is two, each with 我怀孕了.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from handlers.services.knowledge.context import (
    CONDITIONS,
    DRUG,
    SUBJECTS,
    WHO,
    Concepts,
    carried,
    combine,
    conditions,
    leans,
    things,
)
from handlers.services.retrieval.text import MAX_CHARACTERS, bare, plain

SIGNS = re.compile(r"[①-⑨⑴-⑼⒈-⒐]|[1-9]\ufe0f?\u20e3")
LIST = re.compile(
    r"(?:(?<=^)|(?<=[\s,，、。;；:：!！?？吗呢么题下个是事]))"
    r"(?:[(（]?(?P<sign>[1-9一二三四五六七八九])[)）.、．]|第(?P<word>[一二三四五六七八九])(?:个?问题|个)?[是,，、:：.．]?)(?!\d)"
)
"""1. … 2. …, 一、… 二、…, 第一… 第二…: signs of a list when they count from one; 餐后9、, 第二针 and 1型 are none."""
ALONE = re.compile(
    r"^(?:[(（]?[1-9][)）.、．](?=\D+$)|第[一二三四五六](?:个?问题是?|[点个]?[,，、:：]|个?是)[,，、:：\s]*)"
)
"""The sign of a list whose other lines are messages of their own."""
COUNTED = re.compile(r"第(?P<sign>[一二三四五六七八九])(?P<what>[\u4e00-\u9fff])")
AND = r"(?:还有(?![没多点些啥什哪别])|另外|然后(?!呢)|其次|再就是|再问(?:一下|一个|下)?|还想问(?:一下|下)?|顺便问(?:一下|下)?)"
BREAK = re.compile(
    rf"(?P<end>[。！!？?；;\n]+\s*)|[,，、:：\s]+(?={AND})|(?<=[吗呢么吧])(?=[,，、\s]*{AND})|(?<=[吗呢么])[,，\s]+"
)
OPENING = re.compile(rf"^[\s,，、]*(?:{AND})?[\s,，、:：是]*?(?=\S)")
QUESTION = re.compile(
    r"吗|呢$|么$|怎么|咋|为什么|为啥|什么|啥|多少|多久|多长|多大|多远|多高"
    r"|几(?:[个次天点岁度片周月年回粒颗杯碗针支种瓶号成级期步顿餐滴两斤米层分]|小时|毫升)"
    r"|能不能|可不可以|要不要|是不是|有没有|会不会|好不好|行不行|需不需要|用不用|该不该|如何|哪"
    r"|([\u4e00-\u9fff])[^,，。]{0,8}还是[^,，。]{0,8}\1|(?<=[\u4e00-\u9fff])还是(?:先|应该|该|要)?[吃打做用换戴看去等喝滴选买量测住开查]"
    r"|(?:能|可以|会|要|该|用|吃|喝|行).{0,10}不$"
)
"""血糖还是高 tells; 饭前吃还是饭后吃 and 吃药还是打针 ask."""
TOPIC = re.compile(
    r"(?:副作用|不良反应|后果|后遗症|并发症|危害|坏处|好处|费用|价格|原因|症状|区别|注意事项|禁忌|正常值|风险|办法|方法|用法|用量|剂量|食谱|流程|步骤|报销)$|还是"
)
"""Telegram style: 胰岛素副作用 asks as much as 胰岛素有什么副作用."""
TAG = re.compile(
    r"(?:那|这样|那样)*(?:可以|行|能行|好|对|是|会|真的|是这样|要紧)(?:吗|么|不)[啊呀]?"
    r"|行不行|可不可以|好不好|能不能|对不对|是不是|会不会"
)
"""Asks once more what was asked before it."""
RUN_ON = re.compile(r"(.{3,}?吗)(?![啡丁])[啊呀]?(.{3,})", re.S)
HARMLESS = re.compile(
    r"(?:我|想|有|要|来|问|请教|咨询|一下|两|二|三|几|一|个|件|问题|事情?|请|您|你|医生|大夫|老师|麻烦|帮|看看|说|下|新来|刚进群|的|了|是|谢谢|感谢|辛苦|打扰|不好意思|先|再|还|哦|啊|呀|哈|嗯|大家|各位|病友)*"
)
CLAUSE = re.compile(r"[,，、。！!？?；;\s]+")
Choose = Callable[[str, str], str]
DIGITS = "123456789一二三四五六七八九"
LEAD = re.compile(
    r"(?<!不)(?=(?:我|就|还)*想(?:要)?(?:问|请教|咨询|知道|了解)|请问|请教|咨询)(?:(?:我|就|还)*想(?:要)?(?:问|请教|咨询|知道|了解)|请问|请教|咨询)(?:问|一下|下)*"
)
MOST = 3
TOO_MANY = 6
LONGEST = 400
"""Characters; a longer message is not cut in parts."""
RUNS = re.compile(r"([\s,，、.。!！?？;；~～])[\s,，、.。!！?？;；~～]{3,}")


def questions(text: str, groups: Concepts, choose: Choose = lambda alone, carried: carried) -> tuple[str, ...]:
    """The questions of a message, each standing on its own; the whole message when it holds fewer than two, or a flood.

    `choose` has the last word between a question alone and with the illness of the question before it.
    """
    if len(text) > LONGEST:
        return (text,)
    asked: list[str] = []
    told: list[str] = []
    for piece, marked in _pieces(text):
        if asked and TAG.fullmatch(bare(piece)):
            continue
        if marked or QUESTION.search(bare(piece)):
            asked.append(piece)
        elif bare(piece) and not HARMLESS.fullmatch(bare(piece)):
            told.append(piece)
    if not 2 <= len(asked) <= TOO_MANY:
        return (ALONE.sub("", text),)
    whole: list[str] = []
    for one in asked:
        whole.append(_whole(one, whole, groups, choose))
    return tuple("，".join([*told, one]) for one in whole)


def asks(text: str) -> bool:
    """Whether the words ask something."""
    return bool(
        QUESTION.search(bare(text)) or TOPIC.search(bare(text)) or re.search(r"[?？]|(?:可以|行|能)[不没]?$", text)
    )


def clauses(text: str, groups: Concepts) -> list[str]:
    """Questions found in a long story, with the illness told of last; what else was told around them is missing, so they
    may be offered, never answered.
    """
    found: list[str] = []
    about = ""
    for one in CLAUSE.split(LEAD.sub("\n", plain(text[:MAX_CHARACTERS]))):
        named = [span for span in conditions(one, groups) if span.group in SUBJECTS]
        if QUESTION.search(bare(one)):
            found.append(one if named else about + one)
        if named:
            last = max(named, key=lambda span: (span.stop, span.stop - span.start))
            about = bare(one)[last.start : last.stop]
    return list(dict.fromkeys(found))[: 2 * TOO_MANY]


def _pieces(text: str) -> list[tuple[str, bool]]:
    """(piece, whether a question mark ends it)."""
    text = _unlisted(plain(RUNS.sub(r"\1", SIGNS.sub("\n", text))))
    pieces, start = [], 0
    for found in BREAK.finditer(text):
        pieces.append((text[start : found.start()], "?" in (found["end"] or "")))
        start = found.end()
    pieces.append((text[start:], False))
    cleaned = [(OPENING.sub("", piece).strip(" ,，、"), marked) for piece, marked in pieces]
    return [pair for piece, marked in cleaned if piece for pair in _run_on(piece, marked)]


def _run_on(piece: str, marked: bool) -> list[tuple[str, bool]]:
    """高血压能喝酒吗能抽烟吗, as speech is written down: a second question right behind the first."""
    found = RUN_ON.fullmatch(piece)
    if found is None or not (marked or QUESTION.search(bare(found[2]))):
        return [(piece, marked)]
    return [(found[1], False), *_run_on(OPENING.sub("", found[2]), marked)]


def _unlisted(text: str) -> str:
    """Each sign of a list gives way to a line's end; numbers and ordinals that say something stay."""
    signs = list(LIST.finditer(text))
    counted = [DIGITS.find(found["sign"] or found["word"]) % 9 + 1 for found in signs]
    if len(signs) < 2 or counted != [*range(1, len(signs) + 1)] or _ordinals(text):
        return ALONE.sub("", text)
    for found in reversed(signs):
        text = f"{text[: found.start()]}\n{text[found.end() :]}"
    return text


def _ordinals(text: str) -> bool:
    """第一针… 第二针…: the same thing is counted twice."""
    things = [found["what"] for found in COUNTED.finditer(text)]
    return len(set(things)) < len(things) and not set(things) & set(",，个是问")


def _whole(one: str, before: list[str], groups: Concepts, choose: Choose) -> str:
    """A question that leans on the one before it is completed; who it is about, and of what, is carried on."""
    if not before:
        return one
    own = {span.group for span in conditions(one, groups)}
    if (leans(one) or not things(one, groups)) and (combined := combine(before[-1], one, groups)) is not None:
        return combined
    if not own & SUBJECTS:
        about = {span.group for span in conditions(before[-1], groups)} & SUBJECTS
        taken = carried(before[-1], CONDITIONS - own - ({DRUG} if about - {DRUG} else set()), groups)
        return choose(one, taken + one) if taken else one
    if WHO in own:
        return one
    return next((who for last in reversed(before) if (who := carried(last, {WHO}, groups))), "") + one

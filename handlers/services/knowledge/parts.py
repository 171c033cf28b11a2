"""Two questions in one message, each with what was said of the asker; nothing that changes an answer is cut off.

血糖高能吃西瓜吗？还有打胰岛素的针头要换吗 is two questions. 我怀孕了。能吃西瓜吗？能喝咖啡吗？ is two, each with 我怀孕了.
"""

from __future__ import annotations

import re

from handlers.services.knowledge.context import CONDITIONS, WHO, Concepts, combine, leans
from handlers.services.retrieval.text import MAX_CHARACTERS, bare, plain

CIRCLED = re.compile(r"[①-⑨]")
AND = r"(?:还有(?![没多点些啥什哪别])|另外|然后(?!呢)|其次|再就是|再问(?:一下|一个|下)?|还想问(?:一下|下)?|顺便问(?:一下|下)?|第[一二三四](?:个(?:问题)?)?(?![天次周期个年型代餐针]))"
NUMBERED = r"(?:(?<![\d.])[(（]?[1-9][)）.、．](?!\d)|(?:(?<=^)|(?<=[\s,，]))[一二三四][、.．](?!\d))"
BREAK = re.compile(
    rf"(?P<end>[。！!？?；;\n]+\s*)|[,，、:：\s]+(?={AND}|{NUMBERED})|(?<=[吗呢么吧])(?=[,，、\s]*{AND})|(?<=[吗呢么])[,，\s]+|(?={NUMBERED})"
)
OPENING = re.compile(rf"^[\s,，、]*(?:{AND}|{NUMBERED})?[\s,，、:：是]*?(?=\S)")
QUESTION = re.compile(
    r"吗|呢$|么$|怎么|咋|为什么|为啥|什么|啥|多少|多久|多长|几[个次天点岁度片周月年]|能不能|可不可以|要不要|是不是|有没有|会不会|好不好|行不行|如何|哪"
    r"|(?:能|可以|会|要|该|用|吃|喝|行).{0,10}不$"
)
HARMLESS = re.compile(
    r"(?:我|想|有|要|来|问|请教|咨询|一下|两|二|三|几|一|个|件|问题|事情?|请|您|你|医生|大夫|老师|麻烦|帮|看看|说|下|新来|刚进群|的|了|是|谢谢|感谢|辛苦|打扰|不好意思|先|再|还|哦|啊|呀|哈|嗯|大家|各位|病友)*"
)
WITHOUT_SUBJECT = re.compile(r"(?:那|还|也)?(?:能|可以|可不可以|多久|多长时间|要不要|会不会|要|会|需要|什么时候|几天)")
CLAUSE = re.compile(r"[,，、。！!？?；;\s]+")
MOST = 3
TOO_MANY = 6
LONGEST = 400
"""Characters; a longer message is not cut in parts."""
RUNS = re.compile(r"([\s,，、.。!！?？;；~～])[\s,，、.。!！?？;；~～]{3,}")


def questions(text: str, groups: Concepts) -> tuple[str, ...]:
    """The questions of a message, each standing on its own; the whole message when it holds fewer than two, or a flood."""
    if len(text) > LONGEST:
        return (text,)
    asked, told = [], []
    for piece, marked in _pieces(text):
        if marked or QUESTION.search(bare(piece)):
            asked.append(piece)
        elif bare(piece) and not HARMLESS.fullmatch(bare(piece)):
            told.append(piece)
    if not 2 <= len(asked) <= TOO_MANY:
        return (text,)
    whole: list[str] = []
    for one in asked:
        whole.append(_whole(one, whole, groups))
    return tuple("，".join([*told, one]) for one in whole)


def clauses(text: str) -> list[str]:
    """Questions found in a long story; what was told around them is missing, so they may be offered, never answered."""
    found = [one for one in CLAUSE.split(plain(text[:MAX_CHARACTERS])) if QUESTION.search(bare(one))]
    return list(dict.fromkeys(found))[: 2 * TOO_MANY]


def _pieces(text: str) -> list[tuple[str, bool]]:
    """(piece, whether a question mark ends it)."""
    text = plain(RUNS.sub(r"\1", CIRCLED.sub("\n", text)))
    pieces, start = [], 0
    for found in BREAK.finditer(text):
        pieces.append((text[start : found.start()], "?" in (found["end"] or "")))
        start = found.end()
    pieces.append((text[start:], False))
    cleaned = [(OPENING.sub("", piece).strip(" ,，、"), marked) for piece, marked in pieces]
    return [(piece, marked) for piece, marked in cleaned if piece]


def _whole(one: str, before: list[str], groups: Concepts) -> str:
    """A question that leans on the one before it is completed; who it is about, and of what, is carried on."""
    if not before:
        return one
    if leans(one) and (combined := combine(before[-1], one, groups)) is not None:
        return combined
    own = {span.group for span in groups.spans(bare(one))}
    if WITHOUT_SUBJECT.match(bare(one)) and not own & CONDITIONS:
        return _carried(before[-1], CONDITIONS, groups) + one
    return (
        one
        if WHO in own
        else next((who for last in reversed(before) if (who := _carried(last, {WHO}, groups))), "") + one
    )


def _carried(text: str, kinds: set[str], groups: Concepts) -> str:
    """The words of these kinds in a text, in order, each place once."""
    core, found, end = bare(text), [], 0
    spans = [span for span in groups.spans(core) if span.group in kinds]
    for span in sorted(spans, key=lambda one: (one.start, -one.stop)):
        if span.start >= end:
            found.append(core[span.start : span.stop])
            end = span.stop
    return "".join(found)

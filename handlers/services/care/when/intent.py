"""Is this a request to be reminded, and of what? A talk about reminders (为什么没有提醒我) is not one."""

from __future__ import annotations

import re

from handlers.services.care.when.spoken import plain

LONGEST = 500
_WIDE = {0xFF01 + i: 0x21 + i for i in range(94)} | {0x3000: " "}
# Punctuation stays Chinese, so that what is read back looks as it was written.
_WIDE = {wide: narrow for wide, narrow in _WIDE.items() if chr(wide) not in "，！？；（）"}
_MENTION = re.compile(r"@[^\s@]{1,20}(?:\s|\u2005|$)")
_SPACE = re.compile(r"(?<![A-Za-z0-9])\s+|\s+(?![A-Za-z0-9])|[\u200b-\u200f\ufeff\u2060]")

_KIN = r"(?!妈|爸|家|老公|老婆|老伴|爱人|孩子|儿子|女儿|奶奶|爷爷|公公|婆婆|外婆|外公|姥|弟|妹|哥|姐|娃|闺女|姑|丫头|孙|先生|太太|妻|丈夫|爹|娘|叔|伯|舅|姨|婶|嫂)"
_ME = rf"(?:我{_KIN}|俺|咱们?)"
VERB = re.compile(
    rf"(?:记得|别忘了?|不要忘了?|到时候?|准时|定时|按时)?"
    rf"(?:提醒(?:一下|一声)?{_ME}?(?:一下|一声)?|[叫喊]醒?(?:一下)?{_ME}(?:一下|一声)?"
    r"|(?:设|定|订|加|建)(?:置|立|定)?一?个?(?:闹钟|闹铃|提醒)|闹钟|闹铃)"
)
_DIRECT = re.compile(rf"提醒(?:一下|一声)?(?:我|{_ME})|(?:帮|给|替|请|麻烦).{{0,4}}(?:设|定|订|加|建)")

_OFFICE = r"(?:医生|大夫|护士|主任|老师|群主|群里|管理员|手机|系统|有人|谁)"
_SOMEONE = rf"(?:{_OFFICE}|妈妈?|爸爸?|老公|老婆|爱人|家人|家里人|儿子|女儿|媳妇|闺女|姑娘|老伴|丫头|孙[子女]|同事|朋友|他们?|她们?)"
_PAST = r"(?:昨天|昨晚|前天|上周|上次|上回|刚才|刚刚|(?:^|(?<=[，,。]))(?:以前|之前))"
_NOT = re.compile(
    "|".join(
        (
            r"为什么|为啥|怎么|咋|什么时候|啥时候|几点|哪些|什么提醒|多久提醒|是不是",
            r"(?:没|没有|未|无|(?<![能会要])不|别|甭)(?:再|用|需要?|要|想|会|能|人|收到|收着|听到|看到)?(?:再)?(?:提醒|叫我|喊我)",
            r"(?:没|没有|未)收到.{0,6}提醒|提醒.{0,8}(?:没|没有|未)收到|忘了?提醒我?(?:了|啊|吧)",
            r"(?:换成|改成|改到|改为|取消|删除|删掉|关闭|关掉|停止|停掉|暂停|修改|更改|查看|看看|看一下|查询|恢复|退订|收到|[改换](?:一下|个|掉)).{0,12}(?:提醒|闹钟)",
            r"(?<!提醒我)(?:提醒|闹钟)(?!我).{0,6}(?:换成|改成|改到|改为|取消|删除|删掉|关闭|关掉|关了|停了|停掉|改成|改到|改为|还在|响)",
            r"提醒(?:功能|列表|时间|设置|方式|服务|记录|过|了|得|很|的|吗|音|声|消息|信息)|提醒我(?:了|没|过|的)",
            r"我的提醒|(?:温馨|友情|特别|安全|重要|特此|善意|郑重)提醒|提醒(?:一下)?(?:大家|各位|群友|您|你|病友)",
            r"(?:谢谢|多谢|感谢)(?:你|您|小杏|杏林|医生|老师|大家)?(?:们)?的?(?:[^，,。！？；]{0,4})提醒",
            rf"{_SOMEONE}[^，,。！？；请]{{0,4}}(?:提醒|叫|喊)(?:了|过)?我",
            rf"{_SOMEONE}[^，,。！？；请]{{0,14}}提醒(?!我)",
            rf"{_OFFICE}[^，,。！？；请]{{0,14}}提醒我",
            # 我妈每天早上8点提醒我吃药 tells who reminds; 我妈每天早上8点吃药提醒我 asks.
            rf"^[我俺]家?(?:{_SOMEONE}|[爸妈爹娘])[每天日早中午晚上下夜里都会要总\d零一二两三四五六七八九十点半分:周月号]{{0,14}}(?:提醒|叫|喊)我",
            rf"{_PAST}[^，,。！？；]{{0,12}}(?:提醒|叫|喊)(?:了|过)?我",
            r"(?:要是|如果|假如|万一).{0,30}(?:就好|多好)",
        )
    )
)
# A daily time with one of these, and nothing else, asks for a reminder even without 提醒.
_CARE = re.compile(
    r"(?:(?:要|得|该|都|按时|准时)*(?:[吃服][^，,。！？；的了过不没和]{0,10}药|用药|打针|[打注射]{1,2}[^，,。！？；的了过不没]{0,5}胰岛素"
    r"|[测量][^，,。！？；的了过不没]{0,4}(?:血糖|血压)|复查|[滴点][^，,。！？；的了过不没]{0,6}(?:眼药水?|药水)))"
    r"(?:各?一次|[一二两三半\d]{1,2}[片粒颗支针次滴袋])?"
)
_TALK = re.compile(
    r"[?？了过吗么嘛呢]|怎么|咋|为什么|什么|多少|[能可]不[能可]|可以|是不是|行不行|好不好|对不对|要不要|还是|昨|前天|以前|之前|的$"
)
_NOUN = re.compile(r"的(?:提醒|闹钟)")
_MAKE = re.compile(r"(?:设|定|订|加|建|弄|来)(?:置|立|定)?一?个")
_ASKS_A_NAME = re.compile(r"^(?:大夫|护士|医生|老师)?[，,]?(?:请|麻烦|劳驾|拜托|辛苦)")

_LEAD = re.compile(
    r"(?:麻烦|劳驾|拜托|辛苦|请问|请|帮忙|帮我|给我|替我|帮|你好|您好|你|您|能不能|可不可以|能否|可否|可以|能|行不行"
    r"|记得|别忘了?|不要忘了?|一定要?|务必|小杏|杏林|助手|小助手|大夫|护士|医生|老师|那|就|都|各|从|自|在|于|(?:让|要求|嘱咐)我|到时候?|开始|起(?!床|来|身|夜)|以后"
    rf"|我?(?:想|要|需要|得|该)(?:让你|请你|在)?|我{_KIN}|一下|一声|左右|的时候|(?:设|定|订|加|建)(?:置|立|定)?一?个"
    r"|[，,。.：:、；;！!~\s的])"
)
_TAIL = re.compile(
    r"(?:谢谢(?:你|您|了|啦|哈)?|多谢|感谢|好吗|好不好|好么|可以吗|可以不|行吗|行不行|行么|能吗|吗|么|吧|呀|啊|哦|哈|呢|哟|嘛|啦"
    r"|一下|一声|的?(?:提醒|闹钟)|的|辛苦了?|拜托了?|麻烦了?|请|你能?|您能?|从|[，,。.！!？?~、；;：:\s])$"
)


def tidy(text: str) -> str:
    """Half-width signs and no blanks. The grammar marks places in this text."""
    return plain(_SPACE.sub("", _MENTION.sub("", text.translate(_WIDE))).strip())


def has_verb(text: str) -> bool:
    return bool(VERB.search(text))


def is_care(what: str) -> bool:
    return bool(_CARE.search(what))


def is_care_plan(text: str, what: str, starts: int) -> bool:
    """每天8点吃药 and 吃药每天8点: nothing but a care action beside the time; no question, no memory."""
    return bool(_CARE.fullmatch(what)) and not _TALK.search(text) and (starts == 0 or text.startswith(what))


def wants_reminder(text: str) -> bool:
    """A verb that asks, and nothing that shows the person talks about reminders instead."""
    if not VERB.search(text):
        return False
    if _NOUN.search(text) and not _MAKE.search(text):
        return False
    found = _NOT.search(text)
    if not found:
        return True
    return bool(_ASKS_A_NAME.match(text)) and bool(re.match(_SOMEONE, found[0]))


def is_direct(text: str) -> bool:
    """提醒我 or 帮我设个: asked for even when no time is said."""
    return bool(_DIRECT.search(text))


def clauses_with_verb(text: str) -> list[str]:
    return [c for c in re.split(r"[，,。；;！!？?\n]", text) if VERB.search(c)]


def what_of(text: str, spans: list[tuple[int, int]]) -> str:
    """What to be reminded of: the text without the time words, the verb and the politeness."""
    rest = list(text)
    for start, end in spans:
        rest[start:end] = "\0" * (end - start)
    return _kin(_strip(_own(VERB.split("".join(rest))).replace("\0", "")))[:100]


def _kin(what: str) -> str:
    """我妈吃药 is said by 我; the reminder says 妈妈吃药."""
    what = re.sub(r"^我([爸妈哥姐弟妹])(?!\1|[夫媳妹弟嫂])", r"\1\1", what)
    return re.sub(rf"^我(?!家){_KIN.replace('!', '=')}", "", what)


def _own(pieces: list[str]) -> str:
    """昨天忘了吃药，今晚8点提醒我吃药: an earlier clause is not what to be reminded of, if something else is."""
    first, rest = pieces[0], "".join(pieces[1:])
    if _strip(rest.replace("\0", "")):
        first = re.split(r"[，,。；;！!？?]", first)[-1]
    return first + rest


def _strip(body: str) -> str:
    """One polite word after the other, from both ends; each round makes the text shorter."""
    while True:
        if lead := _LEAD.match(body):
            body = body[lead.end() :]
        elif tail := _TAIL.search(body[-8:]):
            body = body[: len(body[:-8]) + tail.start()]
        else:
            return body

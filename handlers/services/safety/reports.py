"""What is said with a red flag's words: that it is so now, that it is over or feared, or something else altogether.

Judged by the clause the words stand in. Whoever speaks of now (刚才, 突然, 又, 厉害) is always believed.
"""

from __future__ import annotations

import itertools
import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from enum import IntEnum


class Report(IntEnum):
    """From what needs no answer to what needs one at once."""

    OTHER = 0
    """Taught, told, read, asked about in general, denied, or long past."""
    UNSURE = 1
    """It was and is over, or it is feared: one question, and the 120 line with it."""
    NOW = 2


NOW = re.compile(
    "今[天早晚晨日儿]|刚才|刚刚|现在|这会|此刻|正在|突然|忽然|一下子|昨[天晚夜]|半夜|凌晨|越来越|厉害|得不行|受不了|怎么办|咋办|咋整"
    "|快[来救点]|又[发犯疼痛晕吐流开来]|还在|一直|老是|总是|这[次几两]|好几[天次]"
)
TAUGHT = re.compile(
    "科普|讲座|文章|推文|公众号|小知识|宣教|课程|课件|培训|义诊|直播|手册|指南|海报|标语|视频号|抖音"
    "|预防|防止|避免|防范|提防|以防|怎么防|咋防|如何防|电视剧|这部剧|追剧|剧里|剧情|电影|片子里|小说|书里|主角|男主|女主|演的|动画片|游戏"
    "|新闻|报道|热搜|网上说|听说过|什么叫|什么是|啥叫|啥是|是什么病|是啥病|什么意思|啥意思|有什么症状|有哪些症状|有啥症状|症状有哪些"
    "|什么症状|哪些症状|有什么前兆|有哪些前兆|前兆是什么|前兆有|有什么区别|有啥区别|的区别|和.{1,8}区别|保险|险种|理赔|报销|赔吗"
    "|遗传吗|会遗传|传染吗|什么引起的病|几率|概率|风险|高危|病人能|患者能|病人可以|患者可以|的人能|的人可以"
)
PAST = re.compile(
    "去年|前年|大前年|(?:19|20)\\d\\d年|年前|那[年时]|当年|以前|从前|曾经|小时候|年轻时|上学时|得过|有过|病史|既往|后遗症|康复期|恢复期|术后恢复|多年"
    "|[一二两三四五六七八九十几\\d]年(?:多)?了|[一二两三四五六七八九十几\\d]{1,6}年(?:没|都没|不)|上[大高初中小]学|那会儿?|二十几岁|三十几岁"
)
SYMPTOM = "(?:头晕|头痛|头疼|头昏|恶心|呕吐|发烧|发热|高烧|咳嗽|心慌|胸闷|胸痛|胸疼|气短|气喘|红肿|渗液|流脓|流血|出血|黑影|闪光|腹痛|腹泻|便血|黑便|抽搐|晕倒|和|也|或|或者|以及|还有|什么|的)"
DENIED = re.compile(
    "(?:(?<!有)没有?|无|未|(?<!是)不|未见|否认|排除了?)"
    f"(?:再|出现|发生|发现|任何|明显|感觉到?|觉得|过|啥|什么|得|是|有|继续|又)*(?P<others>{SYMPTOM}*)$"
)
NONE = re.compile("(?:没有?|无|未)(?:任何|明显|出现|发现|发生)?$")
LESS = re.compile("(?:没再|不再|没那么|不那么|不怎么|不太|不会|没怎么|不咋|没咋|(?<!是)不)$")
FEARED = re.compile(
    "(?:怕|担心|害怕|恐怕|生怕|万一|如果|要是|假如|假设|一旦|以后|将来|下次)(?:以后|将来|哪天|自己|我|他|她|老|爸|妈|孩子|会|要|得|再|又|突然|引起|出现|发生|有|的话|发|犯|上了?|半夜|晚上|在家|一个人){0,15}$"
)
GENERAL = re.compile(
    "(?:会不会|会|能不能|可能|容易|可以|是否会?|要不要|该不该|能|导致|引起|引发|造成|诱发)(?:不会|会|引起|导致|造成|引发|诱发|变成|发展成|得|有|出现|发生|让人|再){0,15}$"
)
ASKING = re.compile("[吗么嘛不]$|会不会|是否|[吗么嘛]|多久|几天|什么时候")
OVER = re.compile(
    "^.{0,6}?(?:已经|都|现在|早就|早|后来|也|全|慢慢|就|终于)*+(?:好了|好多了|不疼了|不痛了|不闷了|不喘了|不晕了|不肿了|不红了|不流了|不吐了|不麻了|没事了|没有了|没了|缓解了|缓过来了|过去了|消失了|消了|消肿了|恢复了|止住了|醒了|退了|下去了|正常了)"
)
NEAR = 60
"""Characters before the words in which it is denied or feared; a clause without a stop may be as long as a message."""
LATELY = re.compile("刚|今[天早晚晨]|昨[天晚夜]|早上|上午|中午|下午|晚上|夜里|半夜")


Places = Sequence[tuple[int, int]]


def report(text: str, places: Places, breaks: Sequence[int], beside: Places = ()) -> Report:
    """What the words at these places say. `text`: without breaks; `breaks`: where it had them, its ends included.

    `beside`: places of words that the list names as harmless company; they count in the same clause and the next.
    """
    start, end = min(one[0] for one in places), max(one[1] for one in places)
    opens, closes = bisect_right(breaks, start) - 1, bisect_left(breaks, end)
    first, last = breaks[opens], breaks[closes]
    clause, before, after = text[first:last], text[max(first, start - NEAR) : start], text[end:last]
    urgent = bool(NOW.search(clause))
    gaps = [text[one[1] : two[0]] for one, two in itertools.pairwise(places)]
    if any(NONE.search(gap) for gap in gaps):
        return Report.OTHER
    if any(LESS.search(gap) for gap in gaps):
        return Report.OTHER if PAST.search(clause) or any("没有" in gap for gap in gaps) else Report.UNSURE
    if denied := DENIED.search(before):
        return Report.UNSURE if denied["others"] or after.startswith("了") else Report.OTHER
    if urgent:
        return Report.NOW
    around = breaks[max(opens - 1, 0)], breaks[min(closes + 1, len(breaks) - 1)]
    if TAUGHT.search(clause) or any(around[0] <= one[0] and one[1] <= around[1] for one in beside):
        return Report.OTHER
    if FEARED.search(before):
        return Report.UNSURE
    if GENERAL.search(before) and ASKING.search(after + clause[-1:]):
        return Report.OTHER
    if PAST.search(clause):
        return Report.OTHER
    return Report.UNSURE if OVER.search(text[end : end + 16]) and not LATELY.search(clause) else Report.NOW

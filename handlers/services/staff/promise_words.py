"""我问下医生再回您: does a sentence of staff promise an answer, and by when?

Precision before recall: a promise that was none costs a member of staff a reply, and trust in the list.
"""

from __future__ import annotations

import datetime as dt
import re
from zoneinfo import ZoneInfo

from handlers.services.care.when import Request, parse_request
from handlers.services.care.when.chinese_time import N
from handlers.services.staff.duty import Duty

LONGEST = 80
"""Characters of one sentence; a longer one is a text to read, not a word to somebody."""
_SENTENCE = re.compile(r"[。！!;；\n]+")
_YOU = r"(?:您|你)(?:们|家人)?"
_BACK = (
    rf"(?:(?:回复|答复|回|告诉|告知|通知|联系|回应){_YOU}(?!的|们的|复印)|(?:给|跟|和|向|打给){_YOU}(?:个|一个|准确的?|明确的?)?"
    r"(?:回复|答复|回话|回信|回音|准信|消息|回电|答案|结果|说(?!明)|讲(?!解|座)|打(?:个)?电话|打过去|发过去|反馈|解答|汇报)"
    rf"|(?:回电|反馈|打电话)给{_YOU}|给{_YOU}打(?:个)?电话)"
)
_SELF = r"(?:我们?|咱们?|俺)"
_ASK = r"(?:(?:去|先|再|来|帮您|帮你|给您|给你|替您|替你|马上|现在|这就|得|要|需要){0,3}(?:问|咨询|请教|请示|查|核实|核对|确认|了解|沟通|落实|商量|联系|汇报|跟|和|看))"
_SOON = r"(?:稍后|稍候|稍晚|一会儿?|待会儿?|等会儿?|过会儿?|等下|等一下|等一会儿?|回头|晚点儿?|晚些时?候?|过一会儿?|尽快|马上|立刻|有空|忙完|下班前|上班后|开完会|查完房|查房后|下了?门诊后?|下手术后?)"
_DAY = r"(?:今天|明天|后天|今晚|明早|明晚|今日|明日|(?:下|这|本)?个?(?:周|星期|礼拜)[一二三四五六日天])"
_PART = r"(?:早上|上午|中午|下午|傍晚|晚上|晚间)"
_CLOCK = rf"(?:{N}点(?:半|{N}分?)?|\d{{1,2}}[:：]\d\d)"
_SPAN = rf"(?:半个?小时|{N}个半?小时|{N}小时|{N}分钟|[一二两三]刻钟|[一二两三半]天)(?:之?内|以内|之?后|以后|左右)"
_WHEN = rf"(?:(?:{_DAY}|{_PART}|{_CLOCK}|{_SPAN}|{_SOON})(?:之?前|以前|左右|钟)?)+"
_GAP = r"[^，,？?]{0,6}"
_AFTER = rf"(?:再|之后|以后|后|了|完|好|清楚|{_WHEN}|第一时间|就|来)"
PROMISES = (
    # 我问下医生再回您 · 我查一下，明天告诉您
    re.compile(
        rf"(?:{_SELF}[^，,？?]{{0,4}}|^|[，,]){_ASK}[^？?]{{0,14}}?{_AFTER}[，, ]?[^，,？?]{{0,8}}?(?P<back>{_BACK})"
    ),
    # 稍后回复您 · 下午给您答复 · 我明天上午跟您说
    re.compile(
        rf"(?P<when>{_WHEN})(?:{_SELF}|再|会|就|一定|来|统一|单独|把结果|把答案|有结果|，|,){{0,4}}(?P<back>{_BACK})"
    ),
    # 我稍后回复 · 我们明天答复
    re.compile(rf"{_SELF}(?P<when>{_WHEN})(?:再|会|就|一定){{0,2}}(?P<back>回复|答复|回电)(?=$|[，,吧哈哦啊的])"),
    # 我去问问医生，您稍等
    re.compile(
        rf"(?:^|[，,]|好的)?{_SELF}(?:去|先|帮您|帮你|给您|替您|马上|现在|这就){{0,3}}(?:问|咨询|请教|请示|查|核实|确认|了解)"
        rf"[^，,？?]{{0,12}}[，, ]?{_YOU}?(?:先)?(?P<back>稍等|等我|等一下|等等|稍候)"
    ),
)
_NO = re.compile(
    r"[？?]|吗$|不(?:会|能|可以|便|用|必|方便|一定|负责|打算)|没(?:有|法|办法|空|时间)|无法|别|如果|要是|假如|万一|一旦|的话"
    r"|已经|刚才|刚刚|昨天|前天|上次|上周|之前就|以前|曾|过(?:您|你)?了|请(?:您|你)|(?:您|你)(?:可以|能|再|去|自己|需要|要|应该|最好|记得)"
    rf"|(?:回复|答复|告诉|告知|通知)过?了{_YOU}|{_BACK}(?:一遍|一次|过|了(?!，)|[:：]|一个好消息|(?:怎么|如何|哪|什么|为什么))"
)
_OTHERS = re.compile(
    r"(?:医生|大夫|护士长?|药师|专家|主任|老师|教授|同事|工作人员|客服|前台|门诊|医院|科室|系统|短信|小程序|公众号|护士站|检验科|化验室|营养师|他们?|她们?|管理员|杏林|助手)"
    rf"(?:那边)?(?:[^，,我]{{0,3}})(?:会|将|{_WHEN}|再|就|直接)[^，,我]{{0,8}}$"
)
_HAND_ON = re.compile(r"我[^，,]{0,6}(?:让|请|叫|找|安排|转告|转给|通知|问)")
_EXACT = re.compile(rf"(?:{_DAY})?(?:{_PART})?{_CLOCK}|{_SPAN}")
_ROUGH = re.compile(rf"(?P<day>{_DAY})?(?P<part>{_PART})?")
_ENDS = {
    "早上": "10:00",
    "上午": "12:00",
    "中午": "14:00",
    "下午": "18:00",
    "傍晚": "19:00",
    "晚上": "21:00",
    "晚间": "21:00",
}
"""By when a part of the day is over."""


def promised(text: str) -> str | None:
    """The sentence that promises an answer; None when none does."""
    for sentence in map(str.strip, _SENTENCE.split(re.sub(r"[@＠]\S+\s?", "", text))):
        if 4 <= len(sentence) <= LONGEST and _promises(sentence):
            return sentence
    return None


def _promises(sentence: str) -> bool:
    for pattern in PROMISES:
        found = pattern.search(sentence)
        if found is None:
            continue
        clause = re.split(r"[，,](?=[^，,]*$)", sentence[: found.start("back")])
        around = sentence[max(0, found.start() - 12) :]
        if _NO.search(around):
            continue
        if _OTHERS.search(clause[-1]) and not _HAND_ON.search(sentence[: found.start("back")]):
            continue
        return True
    return False


def due_at(sentence: str, now: dt.datetime, zone: ZoneInfo, duty: Duty, within: dt.timedelta) -> dt.datetime:
    """By when, as said; `within` of duty time where no time was said, or it has passed."""
    exact = _EXACT.search(sentence)
    if exact:
        words = re.sub(r"(?:之|以)?内$|左右$", "后", exact[0].replace("：", ":"))
        read = parse_request(f"{words}提醒我回复", now, zone)
        if isinstance(read, Request) and read.times:
            return read.times[0].first
    rough = _rough(sentence, now, zone, duty)
    return rough if rough is not None and rough > now else duty.duty_time_after(now, within)


def _rough(sentence: str, now: dt.datetime, zone: ZoneInfo, duty: Duty) -> dt.datetime | None:
    """明天 is the end of that day's duty, 下午 the end of the afternoon."""
    found = next((one for one in _ROUGH.finditer(sentence) if one[0]), None)
    today = now.astimezone(zone).date()
    if "下班前" in sentence:
        return duty.closes(today)
    if found is None:
        return None
    day, part = (
        found["day"] or "今天",
        found["part"] or {"今晚": "晚上", "明晚": "晚上", "明早": "早上"}.get(found["day"]),
    )
    read = parse_request(f"{_plain_day(day)}晚上11点59分提醒我回复", now, zone)
    date = read.times[0].first.astimezone(zone).date() if isinstance(read, Request) and read.times else today
    closing = duty.closes(date)
    if part in (None, "下午") and closing is not None:
        return closing
    clock = dt.time.fromisoformat(_ENDS[part or "下午"])
    return dt.datetime.combine(date, clock, zone).astimezone(dt.UTC)


def _plain_day(day: str) -> str:
    return {"今晚": "今天", "明晚": "明天", "明早": "明天", "今日": "今天", "明日": "明天"}.get(day, day)

"""Finds the time words in a Chinese sentence. It only marks them; `when.py` puts them together.

Every pattern is bounded and none nests a repeat, so a scan is linear in the length of the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from handlers.services.care.chinese_number import to_int
from handlers.services.care.when import lunar

N = r"(?:\d{1,3}|[零〇一二两三四五六七八九十]{1,3})"
_WEEK = r"(?:周|星期|礼拜)"
# 每周三次 and 每周一三点: a digit that counts something else is no weekday; 二十点 is an hour.
_WD = r"(?:[一三四五六日天1-7](?![点时:次遍回\d])|二(?![点时:次遍回]|十[一二三]?点))"
PART = r"(?:凌晨|半夜|深夜|夜里|夜间|清晨|清早|一早|早上|早晨|早间|上午|中午|正午|午后|下午|傍晚|晚上|晚间|夜晚)"
_LATER = r"(?:以后|之后|过后|后)"
_SPAN = rf"(?:半个?(?:小时|钟头)|{N}个半(?:小时|钟头)|{N}个?(?:小时|钟头)(?:半|{N}分钟?)?|{N}分钟|[一二两三]刻钟)"
_MEAL_OF = r"(?:早上?|中午?|午|晚上?)[饭餐]?"
_MEALS = rf"(?:{_MEAL_OF}[、,，和跟及与]?){{1,2}}(?:早上?|中午?|午|晚上?)(?:各|三|两)?(?:顿饭|餐饭|吃?[饭餐])"
_MEAL = (
    rf"(?:{_MEALS}|(?:早上|中午|晚上)吃?[饭餐]|早饭|早餐|午饭|午餐|中饭|中餐|晚饭|晚餐|一日三餐"
    r"|三餐饭?|三顿饭|每餐|每顿饭?|吃饭|吃完饭|饭|餐)"
)


@dataclass(frozen=True, slots=True)
class Token:
    """One time word: its kind, where it stands, and what the pattern caught."""

    kind: str
    start: int
    end: int
    text: str
    got: tuple[str | None, ...]


def _compile(rows: tuple[tuple[str, str], ...]) -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((kind, re.compile(pattern)) for kind, pattern in rows)


# Order matters: the longer reading stands first.
PATTERNS = _compile(
    (
        ("meal", rf"({_MEAL})(?:的)?(前|后|以后|之后|之前|以前)({_SPAN})?"),
        ("vague", r"(?:等|待|过|呆)(?:一)?会儿?|一会儿?|等一下|稍后|晚一?点儿?(?!钟|半|\d)|早一点儿?(?!钟|半)"),
        ("freq", rf"(?:每|一)(?:天|日)(?:要|吃|服|滴|用|测|量|打|提醒我?)?({N})(?:次|遍|顿(?!饭)|回)"),
        ("freq", r"(早、?中、?晚|早、?晚)(?:各|都)?(?:一次|1次|提醒我?一次|各)?(?![0-9一二三四五六七八九十点饭餐])"),
        ("week_freq", rf"(?:每|一)个?{_WEEK}({N})(?:次|遍|回)"),
        ("weekdays", rf"每?个?{_WEEK}({_WD})(?:到|至|-|~){_WEEK}?({_WD})"),
        ("weekdays", r"每?个?(工作日)"),
        ("lunar_monthly", lunar.MONTHLY),
        ("lunar_date", lunar.DATE),
        ("lunar_blank", lunar.LONE),
        ("weekend", r"(每个?)?(?:这|本|下)?个?(?:周末|双休日)"),
        ("weekly", rf"每(隔?(?:{N}|一)个?)?个?{_WEEK}的?(?:{_WEEK})?({_WD}(?:[、,，和跟及与/]?{_WEEK}?{_WD}){{0,6}})"),
        ("bare_weekly", rf"{_WEEK}({_WD}(?:[、,，和跟及与/]?{_WEEK}?{_WD}){{1,6}})"),
        ("week_blank", rf"每(?:{N}个?)?个?{_WEEK}(?!末)"),
        ("monthly", rf"每个?月的?({N}[号日]?(?:[、,，和跟及与]{N}[号日]?){{0,5}})(?<=[号日])"),
        ("month_end", r"每个?月(?:的)?(?:最后一天|月?底)|每月末"),
        ("month_blank", r"每个?月"),
        ("yearly", rf"每年的?({N})月({N})[号日]"),
        ("hourly", rf"每隔?(半)个?(?:小时|钟头)|每隔?({N})?个?(半)?(?:小时|钟头)"),
        ("minutely", rf"每隔?({N})分钟|每(一)?刻钟"),
        ("gap", rf"(?:每隔|隔)({N})天|(?:每隔|隔)[天日]"),
        ("days", rf"每({N})天"),
        ("daily", r"每一?[天日]|天天|日日|每(?=[早晚])"),
        (
            "last",
            rf"(?:连续|连着|接下来|未来|持续|坚持|为期|一共|共|连|这(?=[三四五六七八九十3-9]))(?:吃|用|打|滴|服|测)?({N})个?(天|{_WEEK}|月)",
        ),
        ("last", rf"(?:吃|用|打|滴|服)满?({N})个?(天|{_WEEK}|月)(?!后|以后|之后|[一二三四五六日天])"),
        ("after", rf"(?:再?过)?({_SPAN}){_LATER}|再?过({_SPAN})"),
        ("in_days", rf"(?:再?过)?({N})个?(天|{_WEEK}|月){_LATER}|再?过({N})个?(天|{_WEEK}|月)"),
        ("relday", r"(大后天|今天|今日|明天|明日|后天|后日|今(?=[早晚夜])|明(?=[早晚]))"),
        ("weekday", rf"(下下|下|这|本)?个?{_WEEK}({_WD})"),
        ("date", rf"(?:(\d{{4}}|明|今)年)?({N})月({N})(?:日|号|(?![\d点个]))"),
        ("date", r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)"),
        ("monthday", rf"(下个?月|这个?月|本月)?的?({N})[号日](?![楼线门床诊厅窗院])"),
        ("day_blank", rf"下个?(?:{_WEEK}|月)|这个?周|月底"),
        (
            "to",
            r"(?:一?直|截止)?(?:吃|用|打|滴|服)?(?:到|至|~|-)"
            rf"(?=\d{{4}}[年-]|{N}月|{N}[号日]|下|这|本|明|后天|大后天|{_WEEK})",
        ),
        ("dual", rf"早(?:上)?[、和]?晚(?:上)?(?:各)?(?=(?:{N}点|\d{{1,2}}:\d\d))"),
        ("pair", rf"早({N})点?晚({N})点?(?!\d)"),
        ("part", rf"{PART}|[早晚](?=(?:{N}点|\d{{1,2}}:\d\d))|(?<=[每今明天日一二三四五六])[早晚夜](?![饭餐期点间])"),
        ("clock", r"(?<!\d)(\d{1,2}):(\d{2})(?!\d)"),
        ("before", rf"差({N}|一刻)分?钟?到?({N})点"),
        (
            "clock",
            r"(\d{1,2}|[零〇一二两三四五六七八九十]{1,3})点"
            r"(?:(半)|([一二三123])刻|[过零]?(\d\d)(?!\d)分?|(\d)分(?!钟)"
            r"|([过零]\d(?:分(?!钟))?|[二三四五]?十[一二三四五六七八九]?(?:分(?!钟))?|[零〇过][一二三四五六七八九](?:分(?!钟))?"
            r"|[一二三四五六七八九]分(?!钟))|整|钟)?(?:左右|前后)?",
        ),
        ("clock", r"(\d{1,2})时(?:整|(\d{1,2})分)?"),
        ("bed", rf"(?:临睡|睡觉|睡)(?:之|以)?前({_SPAN})?"),
        ("ahead", rf"提前({_SPAN})"),
        ("rise", r"起床(?:之|以)?后|早起后"),
        ("times", rf"({N})次"),
    )
)
_STARTS = frozenset(
    "农阴旧老初冬腊闰直等待过呆一稍晚早每周星礼工这本下双天日隔连接未持坚为共再大今明后月到"
    "至~-截吃用打滴服差临睡起三饭餐提0123456789零〇二两四五六七八九十半凌深夜清上中正午傍礼刻"
)


def scan(text: str) -> Iterator[Token]:
    """All time words, left to right, without overlap."""
    at = 0
    while at < len(text):
        token = _match(text, at) if text[at] in _STARTS else None
        if token:
            yield token
        at = token.end if token else at + 1


def _match(text: str, at: int) -> Token | None:
    for kind, pattern in PATTERNS:
        if (found := pattern.match(text, at)) and found.end() > at:
            return Token(kind, at, found.end(), found[0], found.groups())
    return None


def minutes_of(text: str) -> int:
    """The length of 一个半小时, 2小时20分钟, 一刻钟."""
    hours = re.match(rf"(半)|({N})个?(半)?(?=小时|钟头)", text)
    rest = re.search(rf"(半)$|({N})(?:分钟?|(刻)钟)$", text)
    total = 0
    if hours:
        total = 30 if hours[1] else 60 * to_int(hours[2]) + (30 if hours[3] else 0)
    if rest:
        total += 30 if rest[1] else to_int(rest[2]) * (15 if rest[3] else 1)
    return total

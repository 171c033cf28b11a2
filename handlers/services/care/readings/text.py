"""One spelling for what people type: half-width, digits for Chinese numerals, no clock times, no dates."""

from __future__ import annotations

import re
import unicodedata

from handlers.services.care.chinese_number import to_number
from handlers.services.care.readings.look_alikes import CN as _CN
from handlers.services.care.readings.look_alikes import N as _N
from handlers.services.care.readings.look_alikes import without_look_alikes
from handlers.services.care.when.chinese_time import minutes_of

LONGEST = 500
_PART = r"(?:凌晨|半夜|早上|早晨|清晨|上午|中午|下午|傍晚|晚上|夜里|早|晚)"
_INVISIBLE = re.compile(r"[\u200b-\u200f\ufeff\u2060]")

_MEANT = (
    (re.compile(r"血[唐搪塘]"), "血糖"),
    (re.compile(r"(?<!发)烧了(?=\s?[\d一二两三四五六七八九十]{1,3}天)"), "发烧"),
    (re.compile(r"空[复服](?=血|[\s:]*[\d零一二两三四五六七八九十])"), "空腹"),
)
# 血糖六块五 is 6.5; 血糖试纸六块五 is money.
_PIECES = re.compile(
    r"((?:血糖|空腹|[餐饭]后|[餐饭]前|睡前|随机|小时)(?:今天|今早|早上|是|测|量|才|有|了|[\s:,])*[\d一二两三四五六七八九十]{1,3})"
    r"块([\d一二三四五六七八九])(?![\d十百毛钱元])"
)
_OVER = re.compile(r"(?<=\d)\s?over\s?(?=\d)")
_POINT = re.compile(r"(?<![\d.,/])(\d{1,2})\s?[,。·]\s?(\d)(?![\d./])")
_THOUSANDS = re.compile(r"(?<![\d,])(\d{1,2}),(\d{3})(?=\s?步)")
# 千 in a unit is no thousand.
_UNITS = (("千克", "公斤"), ("千米", "公里"), ("千帕", "kpa"))
_SPOKEN_POINT = re.compile(r"(\d{1,3})点(\d)(?![\d分])")
_GRADES = rf"(?:[\d.]{{1,6}}|[{_CN}点半]{{1,6}})"
_WEIGHTS = r"\s?[多来几]?\s?(?:公斤|千克|市斤|斤|kg)"
# 瘦了5斤 is a change and no weight; 血氧 is no measure.
_CHANGE = (
    rf"(?:掉|瘦|胖|减|降|涨|增|轻|重|长|少|多|增加|减少|减轻|下降|上升)(?:了|掉|下去|上去|下来)+(?:有|快|大约|大概|差不多|将近|\s)*{_GRADES}{_WEIGHTS}"
    rf"|(?:掉|瘦|胖|减|涨|轻|增加|减少|减轻|下降){_GRADES}{_WEIGHTS}"
)
_OXYGEN = rf"(?:血氧(?:饱和度)?|spo2)[^\d{_CN},。;]{{0,4}}(?:百分之)?(?:\d{{1,3}}(?:\.\d)?%?|[{_CN}]{{1,4}})"
_NOISE = re.compile(
    "|".join(
        (
            _OXYGEN,
            _CHANGE,
            r"\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}[日号]?",
            rf"{_N}月{_N}[日号]?",
            rf"{_N}[号日](?!\d)",
            r"\d{1,2}:\d{2}(?::\d{2})?(?!\d)",
            rf"{_PART}{_N}点(?:半|[一二三]刻|钟|整|{_N}分?)?",
            rf"{_N}点(?:半|[一二三]刻|钟|整|\d\d分?(?!\d)|[一二三四五]?十[一二三四五六七八九]?分?|{_N}分)",
            rf"{_N}点(?![\d零〇一二两三四五六七八九])",
            rf"百分之{_N}",
            r"\d型|[一二]型",
            r"pm2\.5|hba1c|b12",
            rf"{_N}(?:个?小时|分钟)(?:以?[后前]|之[后前])",
            r"十分(?=[^\s,。.!?钟])",
            r"(?:二|两)甲双胍",
        )
    )
)
_ROUGH = re.compile(r"(?:多|来|几)(?=个?(?:小时|分钟|步|钟头))|(?<=\d)余(?=步)|将近|大约|大概|差不多")
_SPAN = re.compile(
    rf"(?<![后前.\d])(?<![后前]\s)(?:半个?(?:小时|钟头)|{_N}个半(?:小时|钟头)|{_N}个?(?:小时|钟头)(?:半|{_N}分钟?)?|[一二两三]刻钟)"
)
_NUMERAL = re.compile(
    rf"(?<![\d.])(?:\d+(?:\.\d+)?|[一二两三四五六七八九十零〇])[{_CN}\d]*(?:点[零〇一二两三四五六七八九\d]+)?"
)
_COUNTED = re.compile(r"\s?(?:分钟?(?!之|享|别)|步|公斤|千克|斤|度|毫米)")
_DEGREE = re.compile(r"(\d{2})\s?度\s?([\d一二两三四五六七八九])(?![\d十.])")


_FIRST = re.compile(r"^\s*1\s*[.、)](?=\s*[^\d\s.])")
_NEXT = re.compile(r"(?<=[\s。?!;,])[1-9]\s*[.、)](?=\s*[^\d\s.])")


def _unnumbered(text: str) -> str:
    """Without the numbers of a list that begins with 1.: they count questions and measure nothing."""
    return _NEXT.sub(" ", _FIRST.sub("", text)) if _FIRST.match(text) else text


def tidy(text: str) -> str:
    """Half-width and lower case, one decimal sign: 6。5, 5，6 and ６．５ become 6.5 and so on."""
    plain = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text)).lower()
    plain = _unnumbered(plain)
    for unit, same in _UNITS:
        plain = plain.replace(unit, same)
    for typo, meant in _MEANT:
        plain = typo.sub(meant, plain)
    plain = _PIECES.sub(r"\1点\2", plain)
    plain = _THOUSANDS.sub(r"\1\2", plain)
    return _POINT.sub(r"\1.\2", _OVER.sub("/", plain))


def numbers_only(text: str) -> str:
    """`text` (tidied) with times and dates blanked and all amounts in digits."""
    plain = _ROUGH.sub("", _NOISE.sub(" ", without_look_alikes(text)))
    plain = _SPAN.sub(lambda m: f"{minutes_of(m[0])}分钟", plain)
    plain = _NUMERAL.sub(lambda m: _digits(m, plain), plain)
    plain = _SPOKEN_POINT.sub(r"\1.\2", plain)
    return _DEGREE.sub(lambda m: f"{m[1]}.{to_number(m[2]) or 0:.0f}度", plain)


def _digits(found: re.Match[str], text: str) -> str:
    said = found[0]
    if said.replace(".", "").isascii() and "点" not in said:
        return said
    counted = bool(_COUNTED.match(text, found.end()))
    # A lone 一 or 两 is a number only before a unit: 一直 and 两只 are words.
    if not counted and not ("点" in said or (len(said) > 1 and any(c in said for c in "十百千万"))):
        return said
    number = to_number(said)
    return said if number is None else f"{number:.4f}".rstrip("0").rstrip(".")

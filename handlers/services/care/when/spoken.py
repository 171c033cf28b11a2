"""Other ways to write the same time: traditional characters, dialect, the order of speech. Rewritten before reading."""

from __future__ import annotations

import re

from handlers.services.care.when.chinese_time import PART, N

_PLAIN = str.maketrans("點週後個號鐘兩覺飯陰曆農晝誰葯開時間", "点周后个号钟两觉饭阴历农昼谁药开时间")
_DATE = r"(1[0-2]|0?[1-9])[./](3[01]|[12]\d|0?[1-9])(?=(?:号|日)?(?:早|上午|中午|下午|傍晚|晚|凌晨))"
_HOUR = r"(?=的?(?:早|上午|中午|下午|傍晚|晚|凌晨|\d))"
_ALIKE = tuple(
    (re.compile(pattern), instead)
    for pattern, instead in (
        (r"([今明])儿个?(?![子女童])", r"\1天"),
        (r"(?<!以)(?<!之)(?<!然)后儿个?(?![子女童])", "后天"),
        (r"上班日", "工作日"),
        (rf"(?:除夕|(?<!每)大?年三十){_HOUR}", "农历腊月三十"),
        (rf"大年初一{_HOUR}", "农历正月初一"),
        (rf"腊八节?{_HOUR}", "农历腊月初八"),
        (rf"(?<!五)中秋节?{_HOUR}", "农历八月十五"),
        (rf"端午节?{_HOUR}", "农历五月初五"),
        (r"提示(?=[我俺])", "提醒"),
        (r"大?晌午(?!觉)", "中午"),
        (r"(?:后半夜|下半夜|天不亮|天没亮|天还没亮)(?=的?\d|的?[一二两三四五六]点)", "凌晨"),
        (r"(?<![早中晚午上])到?饭点了?(?=提醒|[叫喊])", "饭前"),
        (r"吃[完过]((?:早|中|午|晚)?[饭餐])了?(?!之?后|以后|过后)", r"\1后"),
        (rf"({N})点差({N}|一刻)分?(?!钟)", r"差\2分\1点"),
        (rf"(差(?:{N}|一刻)分?钟?到?{N}点)({PART})(?!\d|{N}点)", r"\2\1"),
        (r"(?<=[上午晚晨间])(\d{1,2})\.([0-5]\d)(?!\d)", r"\1:\2"),
        (rf"(?:^|(?<=[从到在，。]))(?:{_DATE})(?:号|日)?", r"\1月\2日"),
        (r"[每一]个?(?:周|星期|礼拜)[一1]次[，,]?在?(?=(?:周|星期|礼拜)[一二三四五六日天])", "每"),
        (rf"(?<![每隔过])(?<!\d)((?!一天|1天){N}(?:个?小时|个?钟头|天))(?:吃|喝|测|打)?[一1]次", r"每\1"),
    )
)


def plain(text: str) -> str:
    text = text.translate(_PLAIN)
    for pattern, instead in _ALIKE:
        text = pattern.sub(instead, text)
    return text

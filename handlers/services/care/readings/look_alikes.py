"""Numbers in talk that measure nothing: ages, differences, spans, doses, counts, telephone numbers, dates.

Each pattern keeps away from what could be a reading: 老伴八十了 is an age and 老伴80/50 is not; 血压高了20 is a difference
and 血压高了180 may be a pressure. When in doubt the number stays, so that it is asked about and can warn.
"""

from __future__ import annotations

import re

from handlers.services.care.chinese_number import to_number
from handlers.services.care.readings.words import OTHERS

CN = "零〇一二两三四五六七八九十百千万"
N = r"(?:\d{1,4}|[零〇一二两三四五六七八九十]{1,4})"
FEW = r"(?:1?\d|[一二两三四五六七八九十]|十[一二三四五六七八九])(?!\d)"
"""Below any pulse: 发作过3次 counts, 跳了140次 measures."""
_MORE = "[多来几余]?"
_SMALL = r"[1-5]\d(?![\d./:]|\s*[-~]|点\d)"
"""Two figures below any upper pressure."""
_DIGIT = rf"(?:\d(?:\.\d)?|[一二两三四五六七八九](?:点[{CN}\d])?)(?![\d./:{CN}]|\s*[-~]|点[\d{CN}])"
_ONE = rf"(?:\d|[一二两三四五六七八九])(?![\d./:{CN}]|\s*[-~]|点[\d{CN}])"

# Ages without 岁: 七十了, 80多, 六十五的人. Not the first of a pair, no decimals, nothing with a unit.
_UNIT = r"分|小时|钟|度|℃|次|下|步|公?斤|kg|mm|mg|kpa|块|元|%|米|天|年|个|cm|片|粒|月|周|号"
_YEARS = (
    rf"(?<![\d.{CN}])(?:[3-9]\d|1[01]\d|[三四五六七八九]十[一二三四五六七八九]?|[六七八][七八九]十|一百零?[一二三四五]?)"
    rf"(?![\d.{CN}])(?:多|来|几|好几|出头|挂零|高龄|上下)?(?:岁|周岁)?(?![\d{CN}.]|\s*[-/~:]|\s+\d|点\d|\s*(?:{_UNIT}))"
)
_WHO = rf"(?:{OTHERS.pattern}|我|俺|本人|老人家?|患者|病人|老母|老父|大爷|大妈|太太|先生|女士|爹|娘)"
_ADVERB = r"(?:今年|[都也快刚满有是过近才]|已经|已|差不多|将近|大概|\s|,)*"
_SAID_AGE = re.compile(
    rf"(?:{N}\s*[-~到至、]\s*)?{N}{_MORE}(?:好几)?[周虚]?岁(?:多|半|出头)?"
    rf"|(?:今年|年龄|年纪|岁数|虚岁|周岁|年过|年近|年逾|奔|高龄){_ADVERB}[:是]?\s*{_YEARS}"
    rf"|(?:男|女)(?:性|士|的)?[\s,:]*{_YEARS}|(?:(?<=^)|(?<=[,。;\n])){_YEARS}(?:男|女)"
    rf"|{_YEARS}的(?=老?人|老|女|男|妈|爸|患|病人|奶|爷|大)|{_YEARS}(?<=高龄)|[3-9八九]旬"
    rf"|(?:(?<=^)|(?<=[,。;\s我是的])|(?<=[们群]))[05-9]0后(?!来)"
    rf"|(?:(?<=^)|(?<=\n))(?:我|俺)?[都快]*(?:已经)?{_YEARS}了"
)
_PERSON_AGE = re.compile(rf"(?P<who>{_WHO}){_ADVERB}(?P<years>{_YEARS})(?P<told>了)?")
_SURE_AGE = re.compile(r"[多几岁龄]|出头|来$")
_LOW = re.compile(r"低(?!压[^低]*高)|慢|晕")
_NAMED = re.compile(r"(?:血压|血糖|[高低]压|心率|心跳|脉搏|体温|烧|发热)(?![有点偏比较很都也]*[高快])")
_ADULT = 46
"""Below, the number beside a person may also be a temperature or a slow pulse."""

# Differences: never a reading when the unit is one of differences or the number is too small to be one.
_UP, _DOWN = "(?:升高|上升|增高|增加|高|升|涨|多|快)", "(?:下降|降低|减少|降|掉|跌)"
_BETWEEN = r"[^\d,。;?!]{0,8}?"
_DIFFERENCES = (
    rf"(?:相差|(?<!偏)差|差距|差值|脉压差?|温差|误差|偏差)(?!不多|点|一点)(?:了|着|个|有|到|约|大概|在|是|为|\s)*{N}(?:\.\d)?(?:\s*[-~到至、]\s*{N})?",
    rf"(?:波动|浮动)(?:了|有|\s)*(?:{_SMALL}|{_DIGIT})",
    rf"(?:{_UP}|{_DOWN}|低|慢|少)(?:了|出|过)*\s*{N}(?:\.\d)?\s*个(?:点|单位|度|毫米|毫摩尔?)?(?!\d)",
    rf"(?:{_UP}|{_DOWN}|低)(?:了|出|过)+\s*{_ONE}点(?!\d)",
    rf"(?:{_UP}|{_DOWN}|低)(?:了|出|过)+\s*{_DIGIT}\s*度",
    rf"{_UP}(?:了|出)+\s*{_DIGIT}",
    rf"{_DOWN}了\s*{_ONE}",
    rf"比[^\d,。;?!]{{0,8}}?(?:{_UP}|{_DOWN}|低|慢|少)(?:了|出)?\s*{_DIGIT}",
)
_OF_PRESSURE = re.compile(
    rf"((?:血压|[高低]压|收缩压|舒张压){_BETWEEN})(?:(?:{_UP}|{_DOWN}|低)[了出]|比{_BETWEEN}(?:{_UP}|{_DOWN}|低)[了出]?)\s*"
    rf"(?:{_SMALL}|[二三四五]?十[一二三四五六七八九]?(?![{CN}点/]))"
)
_OF_PULSE = re.compile(
    rf"((?:心率|心跳|脉搏){_BETWEEN})(?:{_UP}[了出]|比{_BETWEEN}{_UP}[了出]?)\s*(?:{_SMALL}|[二三四五]?十[一二三四五六七八九]?(?![{CN}点]))(?:[下次])?"
)

_DRUG = r"(?:双胍|波糖|格列.|列净|列汀|沙坦|地平|普利|洛尔|他汀|胶囊|缓释片|[吃服用打加减]|药|片)"
_DOSES = (
    rf"{_DRUG}(?:了|过|着|到|量|的是|每次|每天|一天|一次|\s)*\d+(?:\.\d+)?\s?(?:mg|毫克|ug|μg|微克)(?!/)",
    r"\d+(?:\.\d+)?\s?(?:mg|毫克)(?!/)的?(?=[^\d\s,。]{0,6}(?:片|药|胶囊|双胍|波糖|沙坦|地平|普利|洛尔|他汀))",
    r"\d{1,3}\s?(?:iu|u)(?![a-z])",
    r"(?<![完了后])胰岛素(?:打|注射|用|加到|减到|每次|一次|了|是|:|\s)*\d{1,3}(?![\d./]|点\d)",
    r"\d/\d\s?[片粒颗]",
    rf"(?:{N}\s*[-~到至、]\s*)?{N}{_MORE}[片粒颗支瓶袋包盒丸]",
    r"(?:诺和[锐灵]|优泌[乐林]|门冬|赖脯|预混)\s*\d{2}(?:/\d{2})?r?",
)
_COUNTS = (
    rf"第{N}[天周次期个月]*",
    rf"(?:[天日周月晚晨年]|发作|犯病?|出现|一共|了|测|量|打|吃|做|过|查)[了过]?{FEW}[次回遍]",
    rf"(?:{N}\s*[-~到至、]\s*)?{N}(?:\.\d)?{_MORE}(?:天|周(?!岁)|个半?月|星期|年)",
    r"(?:19|20)\d\d(?=版|\))|十二指肠|[1-4]\+",
)
_NUMBERS_TO_CALL = (
    r"(?:打|拨打?|叫|呼叫?)(?:了|过|个|一下|通|\s)*(?:1[12]0|119|122|12320|12345|12356)(?![\d/])",
    r"(?<!\d)(?:0\d{2,3}[-\s]?\d{7,8}|400[-\s]?\d{3,4}[-\s]?\d{3,4}|1[3-9]\d[-\s]?\d{4}[-\s]?\d{4})(?!\d)",
)
# What other tests found: 糖化7.5, 尿酸480.
_TESTS = (
    r"(?:糖化(?:血红蛋白)?|[低高]密度(?:脂蛋白)?|甘油三酯|总?胆固醇|尿酸|肌酐|尿素氮?|白细胞|血小板|血红蛋白|转氨酶|谷[丙草]|bmi|c肽|眼压|身高|腰围)"
    rf"(?:[是为有到高低偏了才只都达:\s])*(?:\d+(?:\.\d+)?|[{CN}点]+)(?!\d|\s*/)"
)
_RANGE = r"\d+(?:\.\d)?(?:/\d+)?\s*(?:[-~—–到至])\s*\d+(?:\.\d)?(?:/\d+)?"
# The range of normal values, quoted: 正常血糖3.9-6.1. One number alone may be somebody's reading.
_QUOTED = re.compile(
    rf"((?:正常|标准|参考|理想)[^\d,。;?!]{{0,8}}){_RANGE}|{_RANGE}(?=[^\d,。;?!]{{0,4}}(?:正常|标准|参考))"
)
_ANY = re.compile("|".join((*_NUMBERS_TO_CALL, *_DIFFERENCES, *_DOSES, *_COUNTS, _TESTS)))
_DATE = re.compile(r"^\s*(\d{1,2})/(\d{1,2})(?![\d/.])")
_BLANK = "  "
"""Two, so that a unit behind it goes to no number before it."""
_STOP = re.compile(r"[,。;!?\n]")


def without_look_alikes(text: str) -> str:
    """`text` (tidied) with a blank for every number that certainly measures nothing."""
    plain = _DATE.sub(_day, _SAID_AGE.sub(_BLANK, text))
    plain = _PERSON_AGE.sub(_age, plain)
    plain = _OF_PULSE.sub(_kept, _OF_PRESSURE.sub(_kept, plain))
    return _QUOTED.sub(_kept, _ANY.sub(_BLANK, plain))


def _kept(found: re.Match[str]) -> str:
    return (found[1] or "") + _BLANK


def _day(found: re.Match[str]) -> str:
    """3/5 and 10/12 before anything else are days; 12/8 may be a pressure in kPa."""
    month, day = int(found[1]), int(found[2])
    return _BLANK if 1 <= month <= 12 and month <= day <= 31 else found[0]


def _age(found: re.Match[str]) -> str:
    """The number after somebody is the age, unless a measure stands before it: 心率我妈85."""
    clause = _STOP.split(found.string[: found.start()])[-1]
    if _NAMED.search(clause):
        return found[0]
    if found["told"] or _SURE_AGE.search(found["years"]):
        return found["who"] + _BLANK
    # 我妈85，血压低 may be either, and then the warning comes first.
    young = (to_number(found["years"]) or 0) < _ADULT
    return found[0] if young or _LOW.search(found.string, found.end()) else found["who"] + _BLANK

"""What somebody answers to a medicine reminder: 吃了, 半小时后, 不吃了, or 吃了两次. Anything else is no answer."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from typing import Literal

from handlers.services.care.when.chinese_time import N, minutes_of

Answer = Literal["done", "later", "skip", "twice"]
Reply = tuple[Answer, dt.timedelta | None]

LONGEST = 30
LONGEST_WAIT = dt.timedelta(hours=12)

_THING = r"(?:降压药|降糖药|消炎药|止疼药|眼药水?|药水|药膏|药|胰岛素|针|血压|血糖|体温|体重|心率|二甲双胍|阿司匹林|他汀|钙片)"
_TAKES = r"(?:吃|服|喝|打|注射|滴|点|用|涂|抹|贴|换)"
_DOES = rf"(?:{_TAKES}|测|量|称|做)"
_SPAN = rf"(?:半个?(?:小时|钟头)|{N}个半(?:小时|钟头)|{N}个?(?:小时|钟头)(?:半|{N}分钟?)?|{N}分钟?|[一二两三]刻钟)"

_QUESTION = re.compile(
    r"\?|吗|嘛$|么$|什么|怎么|咋|为啥|多少|几[点片粒次]|哪|谁|能不能|可不可以|可以|要不要|用不用|该不该|是不是|行不行|好不好"
    r"|有没有|会不会|不会有?事|要紧|了没有?$|了不$|还是"
)
_MARKS = re.compile(r"[\s,，.。!！~～、;；:：…\-—()（）\[\]【】\"“”'*^]+")
_DONE_SIGNS = re.compile(r"[✓✔√☑✅]+")
_FILLER = re.compile(
    r"(?:谢谢|多谢|感谢|谢)(?:小杏|杏林|医生|护士|老师|提醒|你|您|们|的|啦|了|哈)*|嗯|哦|喔|噢|唔|啊|呀|啦(?!肚)|哈|呢|呗|吧|哎|诶"
    r"|已经|已(?=了)|我(?!妈|爸|家|们|老|爱|孩|儿|女|奶|爷|公|婆|外|姥|弟|妹|哥|姐)|都|刚刚|刚才|刚|按时|准时"
)
_FRONT = re.compile(r"^(?:好的?|行|收到|知道了?|ok|是的|对|对不起|不好意思|抱歉|算了|今天|今日)+")

_TWICE = re.compile(
    rf"{_TAKES}(?:了|过|重)+{_THING}?(?:两|2|二|三|3)(?:次|遍|回|针|份|倍)(?!饭|餐|疫苗|检|血)"
    rf"|(?:吃|服|打|用|喝|滴)(?:重复?|多)了(?!饭)|重复?(?:吃|服|打|用|喝|滴)了|多{_TAKES}了(?:[一二两三半\d]?(?:次|遍|回|片|粒|颗|针|份|滴)|{_THING}|$)"
    rf"|又{_TAKES}了(?:一?(?:次|遍|回|片|粒|颗|针|份)|{_THING}|$)|{_TAKES}了双[份倍]"
)
_NOT_TWICE = re.compile(
    r"没|不会|不能|别|怕|每天|每日|一天|医生|护士|如果|要是|万一|[饭餐].{0,3}多了|疫苗|昨|前天|上次|上周|以前"
)

_DONE = re.compile(
    rf"(?:(?:{_SPAN}(?:以|之)?前|早就?|就|也|正常|全|{_THING}){{0,3}}"
    rf"{_DOES}(?:(?:完|过|(?:好|掉|下去)(?={_THING}?了))了?{_THING}?了?|{_THING}(?:完|过|好)?了|了(?:[一半1](?:片|粒|颗|支|针|次|滴|袋))?{_THING}?)){{1,2}}"
    rf"|已{_DOES}(?:完|过|好)?{_THING}?|(?:已|全部?)?(?:完成|搞定|弄好|弄完|ok)了?|ok(?=了)了|好了"
)

_NEVER_MIND = (
    rf"(?:(?:这次|这回|这顿|今晚|今早|今天|先|就|暂时)+不(?:{_DOES}|用){_THING}?了?"
    rf"|不(?:想)?{_DOES}{_THING}?了|不用{_DOES}?{_THING}?了|不需要了?|跳过(?:这次|这顿|一次|本次|了)?|(?:这次|今天)跳过(?:了)?)"
)
_ILL = r"(?:[^会就]{0,6}(?:难受|不舒服|晕|恶心|想?吐|疼|痛|拉肚子|过敏|心慌|痒|胀|没胃口)(?:了|死了|得很|厉害|得厉害)?)"
_SKIP = re.compile(rf"{_ILL}?{_NEVER_MIND}{_ILL}?")

_BUSY = r"(?:(?:现在|正)?在?(?:忙着?|开会|开车|上班|外面|路上|吃饭|做饭))"
_THEN = rf"(?:(?:就|再|去|来|会)*(?:{_DOES}{_THING}?|说|弄|提醒|叫|喊)(?:我|一下|一声|一次)*)"
_NOT_YET = (
    rf"(?:{_THING}?(?:还|暂时|现在|先)?(?:没有?(?:来得及|顾上|顾得上|空|时间)?{_DOES}(?:上|完)?{_THING}?|没(?:来得及|顾上|顾得上|空))"
    rf"|还没有?|{_THING}?(?:差点)?忘(?:了|记)?(?:{_DOES}{_THING}?)?了?)"
)
_SOON = r"(?:稍后|稍等(?:一下|会儿?)?|等(?:一)?(?:会儿?|下)|等等|待(?:一)?(?:会儿?|下)|过(?:一)?会儿?|一会儿?|回头|晚(?:一)?[点会]儿?|马上|这就|立刻)"
_WHEN = r"(?:等?(?:吃完饭|吃了饭|饭后|回家|到家|回去|忙完|下班|开完会)(?:以后|之后|后|了)?(?=再|就|吃|打|测|量|服|滴))"
_WAIT = rf"(?:(?:再?等|再?过|再|晚|推迟|延后|推后|延迟)?(?P<span>{_SPAN})(?:以后|之后|过后|后)?)"
_LATER = re.compile(rf"{_BUSY}?(?:{_NOT_YET}(?:{_BUSY}?(?:{_WAIT}|{_SOON}|{_WHEN}){_THEN}?)?)")
_LATER_SAID = re.compile(
    rf"{_BUSY}?(?:{_WAIT}|{_SOON}|{_WHEN}){_THEN}?|(?:这就|马上|现在)去?{_DOES}{_THING}?|就去{_DOES}{_THING}?"
)


MEDICINE = re.compile(r"药|胰岛素|针|胶囊|片|滴眼|雾化|注射|他汀|双胍|阿司匹林|服(?!务)|吃(?![饭早中午晚水素])")
_MEASURE = re.compile(r"血压|血糖|体温|体重|心率|[测量称]")


def kind_of(what: str) -> Literal["medicine", "measure", "other"]:
    """What sort of thing somebody is reminded of: decides what may be said when its hour has passed."""
    return "medicine" if MEDICINE.search(what) else "measure" if _MEASURE.search(what) else "other"


def reply_to_ring(text: str) -> Reply | None:
    """The answer, and for `later` how long to wait if it was said; None when the text is no plain answer."""
    if len(text) > LONGEST:
        return None
    said = unicodedata.normalize("NFKC", text).lower().replace("min", "分钟")
    if _QUESTION.search(said):
        return None
    signed = bool(_DONE_SIGNS.search(said))
    said = _MARKS.sub("", _DONE_SIGNS.sub("", said))
    if _TWICE.search(said) and not _NOT_TWICE.search(said):
        return "twice", None
    core = _FILLER.sub("", said)
    if signed and not core:
        return "done", None
    return _answer(core) or _answer(_FRONT.sub("", core))


def _answer(core: str) -> Reply | None:
    if _DONE.fullmatch(core) and core != "ok":
        return "done", None
    if _SKIP.fullmatch(core):
        return "skip", None
    later = _LATER.fullmatch(core) or _LATER_SAID.fullmatch(core)
    return _wait(later["span"]) if later else None


def _wait(span: str | None) -> Reply | None:
    if span is None:
        return "later", None
    wait = dt.timedelta(minutes=minutes_of(span))
    return ("later", wait) if dt.timedelta() < wait <= LONGEST_WAIT else None

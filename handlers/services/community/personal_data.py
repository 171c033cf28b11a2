"""Whether a message tells something of another person that is theirs to tell: number, address, illness, lab sheet.

One's own family may be spoken of (我爸得了肺癌); so may doctors and what they do.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import pairwise

import rjieba

from handlers.services.knowledge.masking import MORE_SURNAMES, SURNAMES

LONGEST_NAME = 3
_SURNAME = f"[{SURNAMES}{MORE_SURNAMES}]"
_CALLED = r"(?:阿姨|叔叔|叔|大爷|大妈|大姐|大哥|大叔|大婶|婶|奶奶|爷爷|先生|女士|小姐|师傅|姐|哥|姨|伯|老师|总|老太太?|老爷子)"
_STAFF = r"(?:医生|大夫|主任|教授|护士长?|药师)"
_ROLE = r"(?:邻居|同事|隔壁床|对门|病友|群友|同学|老板娘?|房东|前夫|前妻|亲家|\d{1,3}\s*号?床)"
_TITLED = rf"(?<![您你])(?:{_SURNAME}{_CALLED}|[小老]{_SURNAME}(?!{_STAFF})|小[芳红丽军强明华燕梅]|{_ROLE})"
PERSON = re.compile(_TITLED)
THEY = re.compile(r"(?<![其])[他她](?!们|汀)")
STAFF = re.compile(rf"{_SURNAME}{_STAFF}")
SHEET = r"(?:化验单|化验结果|化验报告|检查报告|检查单|检查结果|体检单|体检报告|血糖报告|病理报告|检验报告|检验单|报告单?|心电图|胸片|X光片?|核磁|CT|B超|彩超|血常规|病历本?|病案|出院小结|出院记录|核酸报告|身份证复印件|诊断书|诊断证明|(?:CT)?片子|CT片|[B彩]超单|处方单|住院单|身份证照片|身份证)"
OF = r"[^，,。！!？?您你我]{0,4}?"
SHARES = re.compile(
    r"发给大家|发群里|发到群|发上来|发出来|发在群|给你们看|给大家|大家(?:帮)?(?:看|瞧)|帮看看|你们看|看一眼|转一下|这是|在这|拍到|落我这|我也有|懂的|拍给|发一下|参考"
)
NAME = re.compile(
    rf"(?:^|[，,。！!\s的叫个])([{SURNAMES}][\u4e00-\u9fff]{{2}})(?=查出|得了|得的|确诊|患|感染|有|是|疯|就?住|家|在|送|做[了过]|其实)"
)
"""A surname and two more before what is told of somebody; no word of the dictionary (高血压)."""
NUMBER = re.compile(
    r"(?:电话|手机|号码|联系方式|身份证|住院号|病历号|门诊号|[医社]保卡|银行卡)[^。！!？?\d]{0,8}?[A-Za-z]?\d[\d-]{5,17}[\dXx]?"
    r"|(?:家住|家在|住在|就住|住址|地址)[^，,。！!？?]{1,10}?\d{1,4}(?:号|栋|幢|单元|弄|室|楼)",
    re.I,
)
PUBLIC = re.compile(r"医院|门诊|护士站|病区|热线|办公室|客服|药房|前台|服务台|社区中心|卫生院")
CALL = ("电话", "号码", "联系方式")
MINE = re.compile(r"我的|我电话|我手机|我身份证|本人|我自己|[您你](?:的|家)?(?:电话|手机|化验|报告|片子)|我叫|我是")
ILL = re.compile(
    r"(?:是|得了|得的是|得的|有|确诊了?|查出(?:来)?(?:是|了|有)?|患了?|感染了?|做过|做了|动了|送|其实是|上面写着|在)[^，,。！!？?]{0,4}?(?:"
    r"癌|肿瘤|白血病|淋巴瘤|艾滋|hiv|梅毒|淋病|尖锐湿疣|性病|[乙丙]肝|[大小]三阳|肝硬化|肺结核|结核|抑郁症|双相|躁狂|精神分裂|精神病院?|精神科|痴呆|癫痫|糖尿病|高血压|尿毒症|肾衰|中风|脑梗"
    r"|心梗|冠心病|流产|人流|不孕|不育|阳痿|麻风|青光眼|白内障|[\u4e00-\u9fff]{1,2}癌)(?!专家|医生|科(?!住)|病房|门诊|患者|群|的?专|方面|讲座|课|知识)"
    r"|(?:做了|做过)[^，,。！!？?]{0,3}(?:移植|切除|截肢|造口|透析)|疯了|的病复发|流过产|失禁|癌?转移到|转到骨"
    r"|(?:艾滋|hiv|梅毒|乙肝|丙肝)[^，,。！!？?]{0,3}?(?:阳性|携带)",
    re.I,
)
VALUE = re.compile(r"(?:糖化|空腹血糖|血糖|血压|肌酐|眼压|转氨酶|病毒载量)[^，,。！!？?\d]{0,4}?\d")
OURS = re.compile(r"[。！!？?我您你]|爸|妈|父|母|爷|奶奶|公公|婆婆|外公|外婆|老公|老婆|老伴|爱人|儿子|女儿|孩子|孙")
NEAR = 20
ASKS = re.compile(r"[？?]\s*$|[吗么]\s*$")


def names_somebody(text: str, own: str = "") -> bool:
    """Whether a number, a sheet or an illness stands beside another person's name. `own`: the writer's."""
    full = _full_names(text, own)
    named = bool(full) or bool(PERSON.search(text))
    number = NUMBER.search(text)
    if number and not (number[0].startswith(CALL) and PUBLIC.search(text)) and not MINE.search(text):
        return named or bool(STAFF.search(text)) or bool(THEY.search(text) and not OURS.search(text))
    if (ASKS.search(text) and not SHARES.search(text)) or MINE.search(text):
        return False
    if _sheet(text, full):
        return True
    return _told(text, "|".join([*map(re.escape, full), _TITLED]), ILL) or _told(text, "|".join(full), VALUE)


def _told(text: str, owners: str, what: re.Pattern[str]) -> bool:
    """Whether it is said of one of them, and not of the writer, the reader or the writer's family."""
    if not owners:
        return False
    return any(
        not OURS.search(text[owner.end() : told.start()])
        for told in what.finditer(text)
        for owner in re.finditer(owners, text[: told.start()])
        if told.start() - owner.end() <= NEAR
    )


def _sheet(text: str, full: list[str]) -> bool:
    """Somebody else's lab sheet or record, shown to the room."""
    if not SHARES.search(text):
        return False
    owners = "|".join([*map(re.escape, full), _TITLED, r"[他她](?!们|汀)"])
    return bool(re.search(rf"(?:{owners}){OF}{SHEET}", text, re.I))


def _full_names(text: str, own: str) -> list[str]:
    """Surname and given name, as the words are tagged; not the writer's own, and not those of doctors."""
    tagged = [*_joined(rjieba.tag(text)), ("", "")]
    untagged = [one for one in NAME.findall(text) if one != own and len(rjieba.cut(one)) > 1]
    return untagged + [
        word
        for (word, kind), (after, _) in pairwise(tagged)
        if kind == "nr"
        and 2 <= len(word) <= LONGEST_NAME
        and word[0] in SURNAMES + MORE_SURNAMES
        and word != own
        and f"我{word}" not in text
        and not re.match(_STAFF, after)
        and not re.search(f"{_CALLED}$|{_STAFF}$", word)
    ]


def _joined(tagged: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """A surname before a given name is one word with it (马 玉兰)."""
    whole: list[tuple[str, str]] = []
    for word, kind in tagged:
        surname = whole.pop()[0] if kind == "nr" and whole and whole[-1][0] in SURNAMES + MORE_SURNAMES else ""
        whole.append((surname + word, kind))
    return whole

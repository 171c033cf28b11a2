"""Takes what names a person out of a text: phone and ID numbers, accounts, addresses, names.

Rather one word too many than one number too few: every row of six digits goes, and what could be a phone or ID number
however it is spaced.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection

import rjieba

CHINESE_DIGITS = "〇零一二三四五六七八九幺壹贰叁肆伍陆柒捌玖"
D = rf"[\d{CHINESE_DIGITS}]"
GAP = r"[\s\-–—－_.·•,，、*()（）+:：]{0,3}"
"""What people put between the digits of a number; no slash, so that 130/85 140/90 stays."""
PHONE = re.compile(
    rf"[1一幺壹]{GAP}[3-9三四五六七八九叁肆伍陆柒捌玖](?:{GAP}{D}){{9}}|1[3-9]\d(?:[^\w\n]{{1,3}}\d{{4}}){{2}}(?!\d)"
)
IDENTITY = re.compile(
    rf"[1-9](?:{GAP}\d){{5}}{GAP}(?:1{GAP}[89]|2{GAP}0)(?:{GAP}\d){{2}}{GAP}[01](?:{GAP}\d){{6}}(?:{GAP}[\dxX])?"
    rf"|{D}{{17}}[xX{D[1:-1]}]?"
)
RUN = re.compile(
    rf"\d{{6,}}[xX]?|\d{{4}}(?:[ \-]\d{{4}}){{2,}}|[{CHINESE_DIGITS}]{{7,}}|0\d{{2,3}}[ \-]?\d{{4}}[ \-]\d{{3,4}}"
)
NUMBERS = (("〔证件号〕", IDENTITY), ("〔电话〕", PHONE), ("〔号码〕", RUN))
ACCOUNT = re.compile(
    r"[A-Za-z0-9_.+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]+)+"
    r"|(?:(?<=微信)|(?<=[薇威v]信)|(?<=扣扣)|(?<=抖音)|(?<![a-z])(?:[vw]x|qq|weixin|wechat|加v))"
    r"(?:号|账号|id)?\s*+[:：是]?\s*+[a-z0-9][a-z0-9_-]{4,}"
    r"|(?:(?<=住院号)|(?<=病历号)|(?<=病案号)|(?<=门诊号)|(?<=登记号)|(?<=检查号)|(?<=就诊卡)|(?<=医保卡)|(?<=社保卡)|(?<=身份证))"
    r"(?:号码?)?\s*+[:：是为]?\s*+[a-z0-9-]{4,}",
    re.I,
)
BED = re.compile(r"(?<!\d)\d{1,3}\s*号?床(?![上单垫])|(?<=床号)\s*[:：是]?\s*\d{1,3}")
_HAN = r"[\u4e00-\u9fff]"
_NUMBER = rf"(?:\d{{1,5}}|[{CHINESE_DIGITS}十百]{{1,5}})"
_WAY = "(?:(?<!公里)(?<![走尿通])路|街|大街|大道|巷|胡同|弄堂|小区|花园|家园|新村|公寓|大厦|苑|村|镇|街道)"
_DISTRICT = rf"(?:{_HAN}{{2,3}}省)?(?:{_HAN}{{2,4}}市)?(?:{_HAN}{{1,3}}(?<![病疫社小院片地时灶])[区县])"
ADDRESS = re.compile(
    rf"(?:{_DISTRICT})?{_HAN}{{1,5}}?{_WAY}(?:[东西南北中]段)?{_NUMBER}(?:号|弄|栋|幢|座|单元|室)(?:院|楼)?"
    rf"(?:[\s-]?{_NUMBER}(?:号楼|号院|号|栋|幢|座|楼|层|单元|门|室|房|户))*(?:\d{{2,4}})?"
    rf"|{_DISTRICT}{_HAN}{{1,5}}?{_WAY}|{_NUMBER}(?:号楼|栋|幢)\s*{_NUMBER}(?:单元|门)?\s*(?:\d{{2,4}}室?)?"
)
SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田姜范方石姚谭"
    "廖邹熊金陆郝孔崔康毛邱秦江史顾侯邵孟龙段雷钱汤尹黎易武乔贺赖龚文"
)
MORE_SURNAMES = "任白常万施严温芦季俞章鲁葛伍韦申尤毕聂焦管柳邢岳齐梅莫庄辛祝左涂谷祁舒耿牟詹关苗凌费纪靳盛童甄项曲游裴席屈鲍覃霍翁隋甘景柏宁柯阮桂闵柴华冉"
"""Also words of every day: a name only where one is told."""
TITLES = "医生|大夫|护士长|护士|主任|教授|老师|药师|阿姨|叔叔|大爷|大妈|大姐|大哥|奶奶|爷爷|先生|女士|小姐|师傅"
TITLED = re.compile(rf"(?:[{SURNAMES}]|(?<!主)[{MORE_SURNAMES}])(?={TITLES})")
_TWO = "欧阳|司马|上官|诸葛|东方|皇甫|尉迟|公孙|慕容|令狐|司徒|夏侯"
_SURNAME = rf"(?:{_TWO}|[{SURNAMES}{MORE_SURNAMES}])"
SAID = re.compile(
    rf"(?:我叫|名叫|姓名|名字)(?:是|叫)?\s*+[:：]?\s*+(?P<name>(?!什么|啥|谁|吗|呢){_SURNAME}{_HAN}{{1,3}}?)(?=$|[^\u4e00-\u9fff]|今年|是|的|想|问|得|有|，|住)"
)
I_AM = re.compile(rf"我是(?P<name>[{SURNAMES}]{_HAN}{{1,2}})(?=$|[^\u4e00-\u9fff])")
_KIN = (
    "爸爸?|妈妈?|父亲|母亲|爹|娘|爷爷|奶奶|外公|外婆|姥姥|姥爷|公公|婆婆|岳父|岳母|丈人|舅舅?|姨妈?|姑姑?|叔叔?|伯伯?|哥哥?|弟弟?|姐姐?|妹妹?|老公|老婆|丈夫|妻子|爱人"
    "|媳妇|老伴|老头子?|老太太?|老爷子|儿子|女儿|闺女|孩子|小孩|孙子|孙女|外孙女?"
)
INTRODUCED = re.compile(
    rf"(?:患者|病人|家属|本人|病友|联系人|收件人|邻居|朋友|同事|亲戚|姓名|名字|我是|我们是|这是|{_KIN})(?:的?(?:名字|姓名))?(?:名?叫做?|是)?\s*+[:：]?\s*+"
    rf"(?=(?P<tail>{_SURNAME}{_HAN}{{1,9}}))|(?<!药)叫做?(?=(?P<called>{_SURNAME}{_HAN}{{1,9}}))"
    rf"|(?:^|[，,。！!？?\s])(?=(?P<front>{_SURNAME}{_HAN}{{1,2}})(?:想问|请问|咨询|想咨询|问一下|问下))",
    re.M,
)
"""After these words a name may follow; what it is says the part of speech."""
NO_NAMES = tuple(
    [
        "康复",
        "何时",
        "何必",
        "何况",
        "何种",
        "何处",
        "陈皮",
        "石斛",
        "金银花",
        "何首乌",
        "张口",
        "白内障",
        "白细胞",
        "高龄",
        "高度",
        "左眼",
        "左侧",
        "左手",
        "左脚",
        "左腿",
    ]
)
PLACEHOLDER = re.compile("〔([^〔〕]{1,6})〕")
COMPOUND = re.compile(_TWO)
SENTENCE_GOES_ON = re.compile("(?<=..)[能会要想有吃喝打是的在去问得做测不没]{1,12}$")
PLACES = frozenset({"人", "市", "省", "县", "区", "镇", "村", "医院", "人民", "市人民医院"})
SHORTEST_NAME, GIVEN_LONGEST = 2, 2


def mask(text: str, names: Collection[str] = ()) -> str:
    """The text with 〔电话〕〔证件号〕〔号码〕〔账号〕〔地址〕〔姓名〕 in place of what names somebody.

    `names`: shown names of the people it may be about. Placeholders that were in the text before are taken out.
    """
    text = _written_plainly(text)
    text = PLACEHOLDER.sub("", text).replace("〔", "（").replace("〕", "）")
    names = {*names, *names_said(text)}
    for placeholder, form in (*NUMBERS, ("〔账号〕", ACCOUNT), ("〔号码〕", BED), ("〔地址〕", ADDRESS)):
        text = _outside(text, lambda part, to=placeholder, form=form: form.sub(to, part))  # type: ignore[misc]
    for name in sorted({one for known in names if len(one := _written_plainly(known)) >= SHORTEST_NAME}, key=_longest):
        text = _outside(text, lambda part, name=name: part.replace(name, "〔姓名〕"))  # type: ignore[misc]
    return _outside(text, _names_by_form)


def strip(text: str, names: Collection[str] = ()) -> str:
    """The text without what names somebody, and without holes."""
    text = PLACEHOLDER.sub(" ", mask(text, names))  # not "": what stood on its two sides must not become a number
    text = re.sub(
        r"(?:我叫|我是|姓名|名字是|电话|手机号?|身份证号?|微信号?|住院号|病历号|地址|(?:我|我家)?(?:住|家)在)[:：是]?(?=\s*(?:$|[,，。、;；]))",
        "",
        text,
    )
    text = re.sub(r"[,，、;；\s]*[,，](?=[,，。、;；?？!！])", "", re.sub(r"\s+", " ", text))
    return re.sub(r"(?<![0-9A-Za-z]) | (?![0-9A-Za-z])", "", text).strip(",，、;；:：。")


def kinds(text: str, names: Collection[str] = ()) -> list[str]:
    """What there is to mask in the text ("电话", "姓名", …), each once."""
    return list(dict.fromkeys(PLACEHOLDER.findall(mask(text, names))))


def names_said(text: str) -> set[str]:
    """The names by which the writer introduces somebody: 我叫王小明, 我爸王建国, 患者李大山."""
    plain = _written_plainly(text)
    found = {one["name"] for form in (SAID, I_AM) for one in form.finditer(plain)}
    for one in INTRODUCED.finditer(plain):
        tail = one["tail"] or one["called"] or one["front"]
        called = plain[: one.end()].endswith(("叫", "叫做"))
        found.add((_odd(tail) if called else "") or _name(tail))
    return found - {""}


def _name(tail: str) -> str:
    """The name at the front of words that begin like one; "" when they go on as a sentence (马上手术, 高血压)."""
    (word, kind), (following, sort), *_ = [*rjieba.tag(tail), ("", "")]
    if tail.startswith(NO_NAMES):
        return ""
    if len(word) > 1 and not COMPOUND.fullmatch(word):
        if kind.startswith("nr") or (kind == "ns" and len(word) == 3):  # 马建国 is taken for a place
            return SENTENCE_GOES_ON.sub("", word)[: 4 if COMPOUND.match(word) else 3]
        if kind == "m" and word[0] in SURNAMES:  # 许子涵 is no number
            return word + following[:1]
        if kind == "ns" and word[0] in SURNAMES and sort[:1] == "n" and following not in PLACES:  # nor 罗梓萱 a place
            return word + following[:1]
        given, sort = rjieba.tag(tail[1:])[0]  # 王国庆 is no 王国
        return tail[0] + given if kind[:1] == "n" and len(word) == len(given) == 2 and sort[:1] in "nt" else ""
    fits = len(following) <= GIVEN_LONGEST and sort[:1] in ("n", "a", "z", "t", "i")
    return word + following if following and fits else ""


def _odd(tail: str) -> str:
    """许子涵 after 叫, and nothing more: three characters that no word is made of."""
    pieces = [len(word) for word, _ in rjieba.tag(tail)]
    return tail if pieces in ([2, 1], [1, 1, 1]) and not tail.startswith(NO_NAMES) else ""


def _written_plainly(text: str) -> str:
    """Letters and digits in one form (１, ①, ٣ as 0–9), and no characters that cannot be seen; other signs stay."""
    return "".join(_plain(one) for one in text)


def _plain(sign: str) -> str:
    if unicodedata.category(sign) in ("Cf", "Cs", "Co", "Cc", "Mn", "Me"):
        return sign if sign in "\n\t" else ""
    plain = unicodedata.normalize("NFKC", sign)
    if not any(one.isalnum() for one in plain):
        return sign
    return "".join(str(unicodedata.digit(one)) if one.isdigit() else one for one in plain)


def _names_by_form(text: str) -> str:
    text = TITLED.sub("〔姓名〕", text)
    for form in (SAID, I_AM):
        text = form.sub(lambda found: found[0].replace(found["name"], "〔姓名〕"), text)
    return text


def _outside(text: str, change: Callable[[str], str]) -> str:
    """Change what stands between placeholders."""
    parts = re.split("(〔[^〔〕]{1,6}〕)", text)
    return "".join(part if PLACEHOLDER.fullmatch(part) else change(part) for part in parts)


def _longest(name: str) -> tuple[int, str]:
    return -len(name), name

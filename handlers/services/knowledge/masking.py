"""Takes what names a person out of a text: phone and ID numbers, mail and chat accounts, names.

Rather one word too many than one number too few: every row of six digits goes, and what could be a phone or ID number
however it is spaced.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection

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
    r"[A-Za-z0-9_.+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+"
    r"|(?<=微信)(?:号|账号)?\s*[:：是]?\s*[A-Za-z][A-Za-z0-9_-]{5,}"
    r"|(?<=[vV]信)\s*[:：是]?\s*[A-Za-z][A-Za-z0-9_-]{5,}"
    r"|(?:(?<=住院号)|(?<=病历号)|(?<=就诊卡)|(?<=医保卡)|(?<=身份证))(?:号码?)?\s*[:：是]?\s*[A-Za-z0-9-]{4,}"
)
SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田姜范方石姚谭"
    "廖邹熊金陆郝孔崔康毛邱秦江史顾侯邵孟龙段雷钱汤尹黎易武乔贺赖龚文"
)
TITLES = "医生|大夫|护士长|护士|主任|教授|老师|药师|阿姨|叔叔|大爷|大妈|大姐|大哥|奶奶|爷爷|先生|女士|小姐|师傅"
TITLED = re.compile(rf"[{SURNAMES}](?={TITLES})")
SAID = re.compile(
    rf"(?:我叫|名叫|姓名|名字)(?:是|叫)?\s*[:：]?\s*(?P<name>(?!什么|啥|谁|吗|呢)[{SURNAMES}欧阳司马][\u4e00-\u9fff]{{1,3}}?)(?=$|[^\u4e00-\u9fff]|今年|是|的|想|问|得|有|，|住)"
)
I_AM = re.compile(rf"我是(?P<name>[{SURNAMES}][\u4e00-\u9fff]{{1,2}})(?=$|[^\u4e00-\u9fff])")
PLACEHOLDER = re.compile("〔([^〔〕]{1,6})〕")
SHORTEST_NAME = 2


def mask(text: str, names: Collection[str] = ()) -> str:
    """The text with 〔电话〕〔证件号〕〔号码〕〔账号〕〔姓名〕 in place of what names somebody.

    `names`: shown names of the people it may be about. Placeholders that were in the text before are taken out.
    """
    text = _written_plainly(text)
    text = PLACEHOLDER.sub("", text).replace("〔", "（").replace("〕", "）")
    for placeholder, form in (*NUMBERS, ("〔账号〕", ACCOUNT)):
        text = _outside(text, lambda part, to=placeholder, form=form: form.sub(to, part))  # type: ignore[misc]
    for name in sorted({one for known in names if len(one := _written_plainly(known)) >= SHORTEST_NAME}, key=_longest):
        text = _outside(text, lambda part, name=name: part.replace(name, "〔姓名〕"))  # type: ignore[misc]
    return _outside(text, _names_by_form)


def strip(text: str, names: Collection[str] = ()) -> str:
    """The text without what names somebody, and without holes."""
    text = PLACEHOLDER.sub(" ", mask(text, names))  # not "": what stood on its two sides must not become a number
    text = re.sub(
        r"(?:我叫|我是|姓名|名字是|电话|手机号?|身份证号?|微信号?)[:：是]?(?=\s*(?:$|[,，。、;；]))", "", text
    )
    text = re.sub(r"[,，、;；\s]*[,，](?=[,，。、;；?？!！])", "", re.sub(r"\s+", " ", text))
    return re.sub(r"(?<![0-9A-Za-z]) | (?![0-9A-Za-z])", "", text).strip(",，、;；:：。")


def kinds(text: str, names: Collection[str] = ()) -> list[str]:
    """What there is to mask in the text ("电话", "姓名", …), each once."""
    return list(dict.fromkeys(PLACEHOLDER.findall(mask(text, names))))


def names_said(text: str) -> set[str]:
    """The names by which the writer introduces somebody (我叫王小明)."""
    plain = _written_plainly(text)
    return {found["name"] for form in (SAID, I_AM) for found in form.finditer(plain)}


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

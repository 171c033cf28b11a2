"""Looks at what members write in a patients' room: advertisements, rumours, insults, other people's personal data.

A list's words are found first; what costs more is asked only then. Nothing here fetches a link or judges a person: staff
decide.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from handlers.services.community import personal_data
from handlers.services.knowledge.phrases import in_lists
from handlers.services.retrieval.text import plain
from playbooks.schema.lexicon import Lexicon

TITLES = {"advert": "疑似广告", "personal": "别人的信息", "insult": "骂人的话", "rumour": "疑似谣言"}
"""What a note is called, in the order in which one message is judged."""
USES = frozenset({*TITLES, "goods"})
MOST = 2_000
_APP = r"(?:微信?|薇信?|威信?|维信?|卫星|v信|vx|wx|wei ?xin|wechat|[微薇v][❤♥]|v(?![a-z])|q{2})"
_ADD = rf"(?:(?:加|➕|\+)\s{{0,3}}(?:一下|个)?\s{{0,3}}(?:(?:我|她|他|老师|群主|客服|经理)(?:的|好友)?\s{{0,3}})?{_APP}|加(?:我|老师|客服)(?!们|的药)|{_APP}(?:我|联系|同?号)?\s{{0,3}}[:：是]?\s{{0,3}}[a-z][a-z0-9_-]{{3,}})"
_QR = r"(?:扫(?:描|一?下|下面|这个|上面|图中|一扫)?的?(?:二维)?码|识别(?:图中)?二维码|二维码(?:进群|加我|领))"
_LINK = r"(?:https?://|www\.)(?!\S{0,40}?(?:gov|edu)\.cn)\S|￥\w{4,}￥|淘口令|点击?链接|拼单链接|小程序(?:里)?下单|公众号[^，,。]{0,12}[，,]?\s{0,3}回复"
REACH = re.compile(
    rf"{_ADD}|{_APP}\s{{0,3}}号?\s{{0,3}}[:：]?\s{{0,3}}\d{{5,}}|{_QR}|{_LINK}|进群(?:领|免费|听|学|扫)|加群领|{_APP}同号",
    re.I,
)
"""Asks to be reached by WeChat, link or QR code."""
PHONE = re.compile(r"(?<!\d)(?:1[3-9]\d(?:[\s-]?\d{4}){2}|[48]00-?\d{3}-?\d{4}|0\d{2,3}-?\d{7,8})(?!\d)")
PUBLIC = re.compile(r"医院|门诊|护士站|病区|卫生院|社区中心|社区卫生|药房|科室")
WARNS = re.compile(
    r"千万别买|别花冤枉钱|[老总]加我|别信|不要信|别相信|不要相信|不可信|骗子|(?<![不没])骗人|骗局|上当|小广告|举报|谣言|辟谣|是假的|不靠谱|没那回事|瞎说|胡说|没有?(?:什么|任何)?(?:科学)?(?:依据|根据)"
)
CALLED = re.compile(r"[@＠]\S+\s?")
SENTENCE = re.compile(r"(?<=[。！!；;\n？?])")
ASKS = re.compile(
    r"[？?]\s*$|[吗么嘛呢不没]\s*[。~～]*$|([\u4e00-\u9fff])不\1|是不是|是真是假|真的假的|真的吗|能不能|会不会|可不可以|有没有|要不要|行不行|靠谱|可信|怎么劝|怎么跟|(?:不行|不对|不能)吧|不敢|没敢|非[让要叫得]|还在研究"
)
KNOWS = re.compile(r"(?:你们|大家|您)?(?:都)?(?:知道|信|懂)(?:吗|么)?[？?]*\s*$")
DENIES = re.compile(
    r"(?:目前|现在)?(?:不能|无法|没法|不可能|并不能)(?:根治|断根|治愈|代替|降低|随便停)|不会(?:上瘾|越戴越深|传染|扩散|治好)|不传染|其实(?:没有|不)|(?:不是|并非)真的"
)


@dataclass(frozen=True, slots=True)
class Seen:
    """What a message may be. `use` as in the lists; `lexicon`: the list whose words stand in it."""

    use: str
    lexicon: str


class Moderator:
    """The lists of a library, ready to look through messages."""

    def __init__(self, lexicons: Iterable[Lexicon]) -> None:
        self._phrases = in_lists(one for one in lexicons if one.use in USES)

    def seen(self, text: str, own: str = "") -> Seen | None:
        """What staff should look at. `own`: the writer's shown name, who may speak of themself."""
        text = CALLED.sub("", plain(text[:MOST]))
        found = self._named(text)
        if not found:
            return None
        if ("advert" in found or "goods" in found) and _advertises(text, "advert" in found):
            return Seen("advert", found.get("advert") or found["goods"])
        if "personal" in found and personal_data.names_somebody(text, own):
            return Seen("personal", found["personal"])
        if "insult" in found:
            return Seen("insult", found["insult"])
        return Seen("rumour", rumour) if "rumour" in found and (rumour := self._claimed(text)) else None

    def _named(self, text: str) -> dict[str, str]:
        """Use → the first list of it whose words stand in the text."""
        found: dict[str, str] = {}
        for one in self._phrases.found(text):
            found.setdefault(one.owner.use, one.owner.id)
        return found

    def _claimed(self, text: str) -> str | None:
        """The list of a rumour that is asserted: not asked about, not contradicted, not warned of."""
        if WARNS.search(text) or DENIES.search(text):
            return None
        for sentence in filter(str.strip, SENTENCE.split(text)):
            if not ASKS.search(KNOWS.sub("", sentence).strip()) and (found := self._named(sentence).get("rumour")):
                return found
        return None


def _advertises(text: str, offers: bool) -> bool:
    """Whether the words come with a way to be reached; only selling words make a telephone number an advertisement."""
    if WARNS.search(text):
        return False
    return bool(REACH.search(text) or (offers and PHONE.search(text) and not PUBLIC.search(text)))

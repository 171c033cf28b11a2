"""谢谢, 好的, 收到, 👍: words that ask for nothing. They open no case and start no clock.

The whole message must be courtesy: 谢谢，那还能吃吗 is a question.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Literal

Courtesy = Literal["thanks", "solved", "hello", "nod"]

LONGEST = 40
_CODE = re.compile(r"\[([\u4e00-\u9fffA-Za-z]{1,6})\]")
"""WeChat writes its own faces as [强], [玫瑰]."""
_CODES = frozenset(
    [
        "强",
        "玫瑰",
        "抱拳",
        "握手",
        "合十",
        "OK",
        "ok",
        "好的",
        "胜利",
        "鼓掌",
        "爱心",
        "微笑",
        "愉快",
        "呲牙",
        "憨笑",
        "拥抱",
        "太阳",
        "嘿哈",
        "耶",
        "庆祝",
        "害羞",
        "可爱",
        "赞",
        "比心",
        "笑脸",
        "偷笑",
        "鲜花",
        "加油",
        "加油加油",
        "机智",
        "奸笑",
        "调皮",
        "得意",
        "Respect",
        "Smile",
        "Rose",
        "ThumbsUp",
    ]
)
_SIGNS = frozenset(
    "👍👌🙏🌹💐🌷🌸🌺🌻🌼❤♥💕💖💗💓💛💚💙🧡💜😊😄😁😀😃😆🙂☺😉😘😍🥰🤗🤝👏💪🎉🎊✅✔✌🆗💯🫶🙆🙋🙇🌞☀⭐🌟😂🤣👋🫡😇🤩☕🍵"
)
_PART = re.compile(r"[，,。.！!~～\s]+")
_QUESTION = re.compile(r"[?？❓❔]")
_WHO = (
    r"(?:(?:(?:(?![哪吃喝服打药针疼痛])[\u4e00-\u9fff]){0,2}(?:医生|大夫|主任|老师|护士长?|教授|专家|药师|管理员|姐|哥)|小?杏林|小助手|助手|群主"
    r"|大家|各位|家人们|你们|您们|你|您)(?:们)?)"
)
_TONE = r"(?:的|了|啦|啊|呀|哈|哦|噢|喔|呢|哟|哇|喽|咯|吖|嘞|昂|滴|呐)"
_VERY = r"(?:非常|十分|万分|实在|真的是?|真是|太|真|多|特别|好)"
_THANKS = (
    rf"(?:{_VERY}*(?:感谢|谢谢|谢|感恩|感激|拜谢){_WHO}?(?:的?(?:耐心|及时|详细|热心){{0,2}}(?:回复|解答|帮助|提醒|关心|耐心|指导|讲解|分享)|这么耐心)?"
    rf"|辛苦{_WHO}?|麻烦{_WHO}?了|打扰{_WHO}?了|劳烦{_WHO}?了|有劳{_WHO}?了?|thanks?(?:you)?|thankyou|thx|3q|3ks)"
)
_SOLVED = (
    r"(?:(?:问题|已经|都|现在){0,2}(?:解决|弄好|搞定|清楚|搞清楚|弄明白|弄清楚)了|(?:我)?(?:都|就)?放心了|对?我?很?有帮助|很有用"
    r"|帮(?:了)?(?:我)?大忙了|没(?:有)?(?:别的|其他|其它)?(?:问题|疑问)了)"
)
_HELLO = r"(?:你好|您好|大家好|各位好|哈喽|哈罗|嗨|hi|hello|在吗|在不在|在么|早上好|上午好|中午好|下午好|晚上好|早安|晚安|早|杏林)"
_NOD = (
    r"(?:好多了|好(?:的|滴|嘞|哒|吧|勒|咧|得|极|说|好)*|嗯|恩|唔|哦|噢|喔|欧|ok|okay|okk|k|行(?:的|吧|嘞)?|可以(?:的)?|中|成"
    r"|收到|已收到|收悉|知道|我知道|晓得|了解|已了解|明白|我明白|懂|我懂|记住|记下|我记住|我记下|已阅|看到|(?<!我)是的?|对的?|没错|没问题|没事|没关系|不客气|不谢|不用谢|客气"
    r"|没有?了|不用了|不需要了|没别的了|先这样吧?|就这样吧?|太好了|太棒了|真好|真棒|厉害|点赞|赞|棒|哈|呵|嘿|嘻|再见|拜拜|拜|886?|回头见|回聊|先忙|您忙|你忙|那您忙|祝好)"
)
_FILLER = r"(?:诶|欸|哎|唉|呀|啊|那|那么|就|我|先|都|也)"
_PIECE = {
    "thanks": re.compile(_THANKS + rf"{_TONE}*"),
    "solved": re.compile(_SOLVED + rf"{_TONE}*"),
    "hello": re.compile(rf"{_WHO}?{_HELLO}{_TONE}*|{_WHO}(?:早上|上午|中午|下午|晚上|早|晚)?好{_TONE}*"),
    "nod": re.compile(_NOD + rf"{_TONE}*"),
    "filler": re.compile(_FILLER),
    "who": re.compile(_WHO),
}
_KINDS: tuple[Courtesy, ...] = ("thanks", "solved", "hello", "nod")
_INTERJECTION = re.compile(r"^(?:[嗯哦噢哈]+|[啊诶欸咦]{1,2})$")
_STILL_THERE = re.compile(r"^(?:在吗|在不在|在么|你好|您好)$")


def courtesy(text: str) -> Courtesy | None:
    """What kind of courtesy the whole message is; None when it is anything else."""
    if not text.strip() or len(text) > LONGEST:
        return None
    words, faces = _split(text)
    if faces is None:
        return None
    if not words:
        return "nod" if faces and not _QUESTION.search(text) else None
    if _INTERJECTION.match(words):
        return "nod"
    if (_QUESTION.search(text) and not _STILL_THERE.match(words)) or not _made_of_pieces(words):
        return None
    return next((kind for kind in _KINDS if _PIECE[kind].search(words)), None)


def without_courtesy(text: str) -> str:
    """What follows a 谢谢 or 好的 at the front, as it was written: 谢谢，那还能吃吗 → 那还能吃吗."""
    while found := _PART.search(text):
        head, sign = text[: found.start()], found[0].strip()
        if head and (courtesy(head) is None or (len(head) == 1 and not sign)):  # 中 药 is no 中
            break
        text = text[found.end() :]
    return text


def _made_of_pieces(words: str) -> bool:
    """Whether pieces of courtesy, one after the other, are all there is; each as long as it can be."""
    reached = {0}
    for place in range(len(words)):
        if place in reached:
            reached |= {found.end() for one in _PIECE.values() if (found := one.match(words, place))}
    return len(words) in reached


def _split(text: str) -> tuple[str, int | None]:
    """(words without signs, how many friendly faces); None for faces when one of them is not friendly."""
    faces = 0
    for code in _CODE.findall(text):
        if code not in _CODES:
            return "", None
        faces += 1
    kept = []
    for sign in _CODE.sub("", text):
        category = unicodedata.category(sign)
        if category[0] in "LN":
            kept.append(sign.lower())
        elif sign in _SIGNS:
            faces += 1
        elif category == "So":
            return "", None
    return "".join(kept), faces

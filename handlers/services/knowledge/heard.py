"""What of a message is the question: without 谢谢 before it, names called, marks of voice notes, and stammering.

Staff are always shown the message as it was written.
"""

from __future__ import annotations

import re

from handlers.services.knowledge.courtesy import without_courtesy
from handlers.services.retrieval.text import plain

LONGEST = 400
MARK = re.compile(
    r"\[(?:语音|语音转文字|语音消息|转文字|图片|视频|文件|动画表情|表情|引用|链接)\]\s*(?:\d{1,3}\s*(?:\"|''|″|秒))?[:\s]*"
)
CALLED = re.compile(r"@[^\s@,，。:：?？]{1,20}(?:\s+|$)")
STAMMER = re.compile(r"([我你他她那这就能会])\1+|(?![一两几每])([\u4e00-\u9fff]{2,5}?)\2+")
SOUNDS = re.compile(r"^[嗯啊呃唉哎哦噢诶欸]+(?!逆)[\s,，、。.…]*")
POLITE = re.compile(
    r"^(?:好的?|嗯|哦|噢|ok|行|收到|知道了|我知道了|明白了|了解了?|懂了|(?:多谢|谢谢|感谢|辛苦)(?:您|你|医生|大夫|老师|啦|了|啊)*)+(?=那|还有|还想|再|请问|我还|我再|另外|想问|我想|顺便)",
    re.I,
)
NOT_THESE = re.compile(
    r"^(?:(?:以上|这些|这几个)?都(?:不是|不对|没有)(?:的|啊|哦)?[\s,，、。.;；!！]+"
    r"|(?:不是|不对|没有)(?:的|啊|哦|呢)?[\s,，、。.;；!！]+(?=我?(?:是|其实)?(?:想|要)?问|我的?意思))"
    r"(?:我?(?:是|其实)?(?:想|要)?问的?(?:是|的是)?|我的?意思是)?"
)
TELLS = re.compile(r"多了|没|不|解决|放心")
"""好多了 is a courtesy by itself, and a fact before a question."""
EATEN = {
    sign: word
    for pair in [
        "🍉西瓜",
        "🍎苹果",
        "🍏苹果",
        "🍌香蕉",
        "🍇葡萄",
        "🍊橘子",
        "🍐梨",
        "🍑桃",
        "🍓草莓",
        "🍒樱桃",
        "🥭芒果",
        "🍍菠萝",
        "🥝猕猴桃",
        "🥛牛奶",
        "☕咖啡",
        "🍵茶",
        "🍺啤酒",
        "🍷红酒",
        "🍶白酒",
        "🥚鸡蛋",
        "🍚米饭",
        "🍜面条",
        "🍞面包",
        "🍯蜂蜜",
        "🥜花生",
        "🍠红薯",
        "🌽玉米",
        "🥔土豆",
        "🎃南瓜",
        "🦀螃蟹",
        "🍤虾",
        "🐟鱼",
        "💊药",
    ]
    for sign, word in [(pair[0], pair[1:])]
}
PICTURED = re.compile(rf"(?<=[吃喝])[{''.join(EATEN)}]")


def heard(text: str) -> str:
    """The words to judge, in one form (`plain`); all of them when nothing else is said."""
    whole = plain(text)
    if len(whole) > LONGEST:
        return whole
    said = PICTURED.sub(lambda found: EATEN[found[0]], whole)
    said = CALLED.sub("", MARK.sub("", said)).strip()
    rest = without_courtesy(said)
    said = said if TELLS.search(said.removesuffix(rest)) else rest
    said = NOT_THESE.sub("", POLITE.sub("", said))
    said = STAMMER.sub(lambda found: found[1] or found[2], SOUNDS.sub("", said))
    return said.strip() or whole

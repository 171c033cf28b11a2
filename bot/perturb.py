"""Questions disturbed (they still mean the same) and edited (they no longer do), the same ones in every run."""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from opencc import OpenCC

from handlers.services.retrieval.homophones import sounds

GREETINGS = ("医生您好，请问{}谢谢🙏", "大家早上好，想问一下{}", "你好 {} 麻烦您了", "嗯那个就是我想问一下{}啊")
TO_TRADITIONAL = OpenCC("s2t")
CHINESE = re.compile(r"[\u4e00-\u9fff]")
SWAPS = (
    ("左", "右"),
    ("高血压", "低血压"),
    ("高血糖", "低血糖"),
    ("术前", "术后"),
    ("饭前", "饭后"),
    ("餐前", "餐后"),
    ("1型", "2型"),
    ("一型", "二型"),
    ("早期", "晚期"),
    ("孕妇", "老人"),
    ("孩子", "老人"),
    ("小孩", "老人"),
    ("宝宝", "老人"),
    ("母亲", "孩子"),
    ("男", "女"),
    ("怀孕前", "怀孕后"),
    ("升高", "降低"),
    ("预防", "治疗"),
    ("原因", "症状"),
    ("增加", "减少"),
)


def disturbed(text: str) -> Mapping[str, str]:
    """Name of the disturbance → the question with it. One that finds no place leaves the text as it is."""
    dice = random.Random(text)
    return {
        "greeting": dice.choice(GREETINGS).format(text),
        "traditional": TO_TRADITIONAL.convert(text),
        "homophone": _misheard(text, dice),
        "dropped": _dropped(text, dice),
    }


def edits(text: str) -> Iterator[tuple[str, str]]:
    """(kind, the question meaning something else): another side, person, number, aspect, or a "not"."""
    for one, other in SWAPS:
        for here, there in ((one, other), (other, one)):
            if here in text and there not in text:
                yield "swap", text.replace(here, there)
    if hit := re.search(r"\d+", text):
        yield "number", text[: hit.start()] + str(int(hit[0][:9]) * 3 + 1) + text[hit.end() :]
    for verb in ("能吃", "可以吃", "能喝", "会传染", "需要", "能用"):
        if verb in text and f"不{verb}" not in text and not re.search(rf"{verb}不|是否|能不能|会不会", text):
            negated = verb.replace("能吃", "不能吃").replace("可以", "不可以") if verb[0] in "能可" else f"不{verb}"
            if not re.search(r"[吗么嘛]$", text.rstrip("?？")):
                yield "negation", text.replace(verb, negated, 1)
    if "有" in text and "有没有" not in text and "没有" not in text and "症状" in text:
        yield "negation", text.replace("有", "没有", 1)


def _misheard(text: str, dice: random.Random) -> str:
    places = [place for place, sign in enumerate(text) if CHINESE.match(sign) and len(_same_sound(sign)) > 0]
    if not places:
        return text
    place = dice.choice(places)
    return text[:place] + dice.choice(_same_sound(text[place])) + text[place + 1 :]


def _dropped(text: str, dice: random.Random) -> str:
    """Without one character; never a "not" or a figure, whose loss would change the meaning."""
    places = [place for place, sign in enumerate(text) if CHINESE.match(sign) and sign not in "不没无未别左右高低前后"]
    if len(places) < 4:
        return text
    place = dice.choice(places)
    return text[:place] + text[place + 1 :]


@lru_cache(maxsize=4096)
def _same_sound(sign: str) -> Sequence[str]:
    found = {other for sound in sounds(sign) for other in _common()[sound]} - {sign}
    return sorted(other for other in found if sounds(other) == sounds(sign))


@lru_cache(maxsize=1)
def _common() -> Mapping[str, Sequence[str]]:
    """Sound → the characters of everyday writing (level 1 of GB 2312) that have it."""
    found: dict[str, list[str]] = defaultdict(list)
    for high in range(0xB0, 0xD8):
        for low in range(0xA1, 0xFF):
            try:
                sign = bytes((high, low)).decode("gb2312")
            except UnicodeDecodeError:
                continue
            for sound in sounds(sign):
                found[sound].append(sign)
    return found

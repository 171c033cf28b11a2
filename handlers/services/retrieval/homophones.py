"""Words misheard, mistyped or cut short: they become those of a known phrasing (血唐 → 血糖, 糖病 → 糖尿病).

Only against a phrasing that is near already, only beside a character that both share, never what is a word by itself,
and never where a character carries the meaning (a number, a "not", a side): whoever calls says which those are.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import lru_cache

import rjieba
from pypinyin import Style, pinyin

MOST = 2
"""So many characters may be repaired; more is another question."""
STARTS = (("zh", "z"), ("ch", "c"), ("sh", "s"))
ENDS = (("ang", "an"), ("eng", "en"), ("ing", "in"))
OWN_MEANING = frozenset(
    "前后上下内外早晚饱饿空左右高低多少大小男女药病癌炎痛疼血尿糖水眼心肝肾胃肺脑腿手脚奶肉鱼蛋茶酒烟孕盐油针老新好"
)
"""Characters that are words of their own: whoever writes 药 does not mean 要, nor 前 anything else."""

BOUND = frozenset("哪么怎咋影响嗽颗候症疫泻呕咨询检诊胞")
"""Characters that are hardly ever a word of their own: alone they are what is left of one."""

Fixed = Callable[[str], bool]


@lru_cache(maxsize=8192)
def sounds(sign: str) -> frozenset[str]:
    """How a character is read, without tones and without what southern speakers do not tell apart."""
    found = pinyin(sign, style=Style.NORMAL)
    return frozenset(_blurred(one) for one in found[0]) if found else frozenset()


def _blurred(sound: str) -> str:
    for long, short in STARTS:
        if sound.startswith(long):
            sound = short + sound[len(long) :]
    for long, short in ENDS:
        if sound.endswith(long):
            sound = sound[: -len(long)] + short
    return "n" + sound[1:] if sound.startswith("l") else sound


@lru_cache(maxsize=16384)
def dictionary_words(text: str) -> tuple[str, ...]:
    """The words of a text as the dictionary knows them; what it does not know falls into single characters."""
    return tuple(rjieba.cut(text, False))


def repaired(asked: str, phrasing: str, fixed: Fixed, named: Collection[int] = ()) -> str:
    """`asked` spelled as `phrasing` where the two sound alike or a word lacks a character; unchanged where not.

    `fixed(piece)`: whether a piece carries meaning that no repair may touch. `named`: the places in `asked` that name
    something already (月子), and so are no mistake.
    """
    heard, changed = _misheard(asked, phrasing, fixed, named)
    whole, added = _cut_short(heard, phrasing, fixed)
    return whole if 0 < changed + added <= MOST else asked


def _misheard(asked: str, phrasing: str, fixed: Fixed, named: Collection[int]) -> tuple[str, int]:
    single = _single(asked) - set(named)
    signs, changed = list(asked), 0
    for place, sign in enumerate(asked):
        if sign in phrasing or place not in single or sign in OWN_MEANING or fixed(sign):
            continue
        for there, other in enumerate(phrasing):
            if _beside(asked, place, phrasing, there) and not fixed(other) and sounds(sign) & sounds(other):
                signs[place] = other
                changed += 1
                break
    return "".join(signs), changed


def _single(text: str) -> set[int]:
    """The places of characters that belong to no word of the dictionary."""
    places, start = set(), 0
    for word in dictionary_words(text):
        if len(word) == 1:
            places.add(start)
        start += len(word)
    return places


def _beside(one: str, place: int, other: str, there: int) -> bool:
    """Whether the characters before or after are the same in both texts."""
    before = place > 0 and there > 0 and one[place - 1] == other[there - 1]
    return before or (place + 1 < len(one) and there + 1 < len(other) and one[place + 1] == other[there + 1])


def _cut_short(asked: str, phrasing: str, fixed: Fixed) -> tuple[str, int]:
    """Words of the phrasing that stand in the question with one character missing."""
    added, end = 0, 0
    for word in dictionary_words(phrasing):
        start, end = end, end + len(word)
        if len(word) < 2 or word in asked:
            continue
        for lacking in range(len(word)):
            rest = word[:lacking] + word[lacking + 1 :]
            place = asked.find(rest)
            whole = rest in OWN_MEANING if len(rest) == 1 else len(dictionary_words(rest)) == 1
            if place < 0 or whole or fixed(word[lacking]):
                continue
            if _torn(asked, rest, place) or _framed(asked, place, place + len(rest), phrasing, start, end):
                asked = asked[:place] + word + asked[place + len(rest) :]
                added += 1
                break
    return asked, added


def _torn(asked: str, rest: str, place: int) -> bool:
    """Whether what is left of a longer word (糖病, 滋病) is no word in the question, nor a part of one."""
    return len(rest) > 1 and _single(asked).issuperset(range(place, place + len(rest)))


def _framed(one: str, start: int, stop: int, other: str, begin: int, end: int) -> bool:
    """Whether what stands before and after is the same in both texts; the edge of a text counts as the same.

    One side is enough for a bound character (感, 妇) that is left of a word and stands alone.
    """
    before = (one[start - 1] if start else "") == (other[begin - 1] if begin else "")
    after = one[stop : stop + 1] == other[end : end + 1]
    bound = stop - start == 1 and one[start] in BOUND and start in _single(one)
    return (before or after) if bound else (before and after)

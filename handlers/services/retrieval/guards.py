"""Rules that forbid an answer although the words look alike: another food, side, disease, person, number, or a "not"."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache

from ahocorasick_rs import AhoCorasick, MatchKind

NUMBER = re.compile(r"\d+(?:\.\d+)?")
DIGITS = {sign: value for value, sign in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
UNITS = {"十": 10, "百": 100, "千": 1000, "万": 10000}
MEASURES = "个位天年月周日号时点分秒次回片粒颗毫斤公两升度岁级型期代针碗杯勺克小包支瓶口只条根倍米厘滴码类份多来几"
ONCE = re.compile(
    r"(?<![十百千万零两二三四五六七八九])一(?=天|次|回|点|些|下|种|样|口|个(?!月|小时|钟头|星期|礼拜|半))"
)
"""一天, 一次, 一种, 一个 count nothing: 一天几次 is 每天几次."""
WRITTEN = re.compile(
    rf"(?<![第星期周拜之])([零〇一二两三四五六七八九十百千]+)(?:点([零〇一二三四五六七八九]+))?(?=[{MEASURES}])"
)
HUNDREDS = re.compile(r"([一二三四五六七八九])百([一二三四五六七八九])(?![十百千\d])")

IDIOMS = """
不同 不一样 不一致 不舒服 不适 不小心 不好意思 不知道 不晓得 不清楚 不懂 不明白 不仅 不但 不只
不光 不过 不管 不论 不断 不停 不住 不良 不孕 不育 不足 不全 不稳 不齐 不规律 不规则 不均 不对称
不退 不通 不下 不着 不掉 不了解 不得了 不错 不少 不久 不要紧 不打紧 不碍事 不妨 差不多 对不起
怎么不 为什么不 为啥不 咋不 要不然 不然 没事 没关系 没胃口 没精神 没力气 没劲 没收 没准 无论 无线
无糖 无蔗糖 无菌 无力 无名 无数 无意 特别 别人 别的 别处 别家 分别 差别 区别 级别 个别 性别
识别 鉴别 辨别 判别 告别 未来 未必 未免 未婚 非常 非得 好不了 停不下来 睡不着 用不着 受不了
忍不住 离不开 没完没了
"""
"""Where 不, 没, 别, 无, 未 deny nothing that a question turns on."""
IDIOM = re.compile("|".join(sorted(IDIOMS.split(), key=len, reverse=True)))
CHOICE = re.compile(r"(?<!如)(.{1,2})(?:不|没|没有)\1|有木有|是否|能否|可否|会否")
TAIL = re.compile(r"(?:不|没|没有|不行|不可以|不能)[啊呢呀]?$")
NEED = re.compile(
    r"(?:可不可以|能不能|可以|能)不(?=[^能可])|不(.{1,8})(?:行吗|可以吗|行不行|可不可以|行么|成吗|行不|要紧吗)$"
)
DOUBT = re.compile(r"(?:是不是|就)?(?:不能|不可以|不会|不用|不要|不许|不准|不宜|不该)(?=.{0,12}(?:吗|(?<!什)么)$)")
MUST = re.compile(r"一定要|必须|非得|要不要|需不需要|需要|有必要|用不用|该不该")
NEGATION = re.compile(r"不|没|无|别|未|禁|甭|勿|莫")

FOREIGN = 3
CONTENT = "content"
"""The objection that something was asked that the phrasing does not speak of."""


class Contrast:
    """Concept → its spellings. Two different concepts of one contrast never answer each other.

    `only_when_both`: object only when each question names something of it that the other does not. `things`: it names
    things (foods, diseases), not ways of asking: an entry must speak of them to answer a question that names them.
    `states`: it names how something is (high, low, normal); which thing is how must be the same in both. `always`: what
    all phrasings of an entry name (an operation), a question must name as well.
    """

    def __init__(
        self,
        concepts: Mapping[str, Sequence[str]],
        only_when_both: bool = False,
        things: bool = True,
        states: bool = False,
        always: bool = False,
    ) -> None:
        self._only_when_both = only_when_both
        self.things = things
        self.states = states
        self.always = always
        pairs = [(word, name) for name, words in concepts.items() for word in words]
        self._names = [name for _, name in pairs]
        self.words = frozenset(word for word, _ in pairs)
        self._finder = AhoCorasick([word for word, _ in pairs], matchkind=MatchKind.LeftmostLongest)
        self.concepts = lru_cache(maxsize=32768)(self._concepts)

    def objects(self, asked: str, phrasing: str) -> bool:
        one, other = self.concepts(asked), self.concepts(phrasing)
        if self._only_when_both:
            return bool(one - other and other - one)
        return one != other

    def places(self, text: str) -> set[int]:
        """The places of the characters that name something."""
        return {place for _, start, end in self._finder.find_matches_as_indexes(text) for place in range(start, end)}

    def spans(self, text: str) -> list[tuple[str, int, int]]:
        """(concept, start, end) of everything named, in order."""
        found = self._finder.find_matches_as_indexes(text)
        return [(self._names[number], start, end) for number, start, end in found]

    def _concepts(self, text: str) -> frozenset[str]:
        """The concepts that a text names; where spellings overlap, the longest counts."""
        return frozenset(self._names[found[0]] for found in self._finder.find_matches_as_indexes(text))


class Guards:
    """`contrasts`: name of the contrast → its concepts. `function`: words that add no content of their own."""

    def __init__(self, contrasts: Mapping[str, Contrast], function: Sequence[str] = ()) -> None:
        self.contrasts = contrasts
        self._function = AhoCorasick(list(function), matchkind=MatchKind.LeftmostLongest) if function else None
        self._content = lru_cache(maxsize=32768)(self._pieces)
        self.standing = lru_cache(maxsize=32768)(self._standing)

    def objection(self, asked: str, phrasing: str) -> str:
        """Why `phrasing` (cleaned) must not answer `asked` (cleaned), or "" when nothing stands against it."""
        if asked == phrasing:
            return ""
        if numbers(asked) != numbers(phrasing):
            return "number"
        if not polarity(asked) & polarity(phrasing):
            return "negation"
        if self._stands_otherwise(asked, phrasing):
            return "state"
        return next((name for name, one in self.contrasts.items() if one.objects(asked, phrasing)), "")

    def _stands_otherwise(self, asked: str, phrasing: str) -> bool:
        """Whether a thing that both name is so in the one and otherwise in the other."""
        other = self.standing(phrasing)
        both = [(states, other[thing]) for thing, states in self.standing(asked).items() if thing in other]
        return any(one - two and two - one for one, two in both)

    def _standing(self, text: str) -> Mapping[tuple[str, str], frozenset[str]]:
        """(contrast, concept) → its states: 低压高高压正常 is not 高压高低压正常. Each state belongs to the thing before it."""
        states = [span for one in self.contrasts.values() if one.states for span in one.spans(text)]
        found: dict[tuple[str, str], set[str]] = {}
        for name, contrast in self.contrasts.items() if states else ():
            spans = [] if contrast.states else contrast.spans(text)
            for state, start, end in states:
                if any(begin <= start and end <= stop for _, begin, stop in spans):
                    continue  # the 高 of 高压
                owner = next((one for one, _, stop in reversed(spans) if stop <= start), None)
                if owner is not None:
                    found.setdefault((name, owner), set()).add(state)
        return {thing: frozenset(named) for thing, named in found.items()}

    def concepts(self, text: str) -> frozenset[tuple[str, str]]:
        """(contrast, concept) of all the things that a text names."""
        things = ((name, one) for name, one in self.contrasts.items() if one.things)
        return frozenset((name, concept) for name, one in things for concept in one.concepts(text))

    def conditions(self, text: str) -> frozenset[tuple[str, str]]:
        """(contrast, concept) of what must not be left out when a whole entry is about it."""
        always = ((name, one) for name, one in self.contrasts.items() if one.always)
        return frozenset((name, concept) for name, one in always for concept in one.concepts(text))

    def named(self, text: str) -> set[int]:
        """The places of the characters that name something of any contrast."""
        return set().union(*(one.places(text) for one in self.contrasts.values()))

    def swapped(self, asked: str, phrasing: str) -> str:
        """CONTENT when each names something that the other does not: one thing was exchanged for another."""
        if self._function is None or asked == phrasing:
            return ""
        both = _left(self._content(asked), phrasing) and _left(self._content(phrasing), asked)
        return CONTENT if both else ""

    def fixed(self, piece: str) -> bool:
        """Whether a piece carries meaning by itself, so that no repair of spelling may touch it."""
        return bool(
            NEGATION.search(piece)
            or any(sign in DIGITS or sign in UNITS or sign.isdigit() for sign in piece)
            or any(piece in one.words for one in self.contrasts.values())
        )

    def foreign(self, asked: str, known: Collection[str]) -> bool:
        """Whether a question has three or more characters of content that are not among those `known`."""
        return self._function is not None and sum(sign not in known for sign in self._content(asked)) >= FOREIGN

    def touched(self, asked: str, known: Collection[str]) -> bool:
        """Whether half of what is asked about a named thing (糖尿病人能去桑拿吗: 桑拿) is among the signs `known`."""
        if self._function is None:
            return True
        named = self.named(asked)
        about = self._content("".join(" " if place in named else sign for place, sign in enumerate(asked)))
        about = about.replace(" ", "")
        return 2 * sum(sign in known for sign in about) >= len(about)

    def _pieces(self, text: str) -> str:
        """The characters of a text that are no function words."""
        assert self._function is not None
        parts, end = [], 0
        for _, start, stop in self._function.find_matches_as_indexes(text):
            parts.append(text[end:start])
            end = stop
        return "".join([*parts, text[end:]])


def _left(content: str, other: str) -> bool:
    return any(sign not in other for sign in content)


@lru_cache(maxsize=32768)
def polarity(text: str) -> frozenset[str]:
    """What a sentence may be asking: whether something is so ("+"), is not ("-"), or may be left out ("omit").

    能不能吃 and 不能吃吗 ask whether it is so; 可以不打吗 and 不打行吗 ask what 一定要打吗 asks.
    """
    if "是不是" in text and text[-1] not in "吗么":
        text += "吗"
    must = MUST.search(text)
    for pattern in (CHOICE, IDIOM, TAIL):
        text = pattern.sub("", text)
    omitted = NEED.sub(r"\1", text)
    if len(NEGATION.findall(DOUBT.sub("", omitted))) % 2:
        return frozenset("-")
    if omitted != text:
        return frozenset({"omit"})
    return frozenset({"+", "omit"}) if must else frozenset("+")


@lru_cache(maxsize=32768)
def numbers(text: str) -> tuple[float, ...]:
    """The numbers of a text, sorted, those in characters too where a measure word follows (两小时, 一百八)."""
    found = HUNDREDS.sub(lambda hit: f"{hit[1]}百{hit[2]}十个", ONCE.sub("", text).replace("双份", "两份"))
    found = WRITTEN.sub(lambda hit: f" {_value(hit[1])}{'.' + str(_value(hit[2])) if hit[2] else ''} ", found)
    return tuple(sorted(float(number) for number in NUMBER.findall(found)))


def _value(written: str) -> int:
    """二十五 → 25; digits one after the other (一五) count as they stand."""
    if not any(sign in UNITS for sign in written):
        return int("".join(str(DIGITS[sign]) for sign in written))
    total = current = 0
    for sign in written:
        if sign in DIGITS:
            current = DIGITS[sign]
        else:
            total, current = total + (current or 1) * UNITS[sign], 0
    return total + current

"""Rules that forbid an answer although the words look alike: another food, side, disease, person, number, or a "not"."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from ahocorasick_rs import AhoCorasick, MatchKind

NUMBER = re.compile(r"\d+(?:\.\d+)?")
CHOICE = re.compile(r"(能|可|会|要|好|是|行|该|用|得|吃|喝|有|对)(?:以)?(?:不|没)\1(?:以|要)?|不(?=[了啊呢呀]?$)")
MODAL = re.compile(r"(?:是不是|就)?(?:不能|不可以|不会|不用|不要|不许|不准)(?=.{0,12}[吗么]$)")
NEGATION = re.compile(r"不(?!同|仅|但|断|错|少|过|知|管|论|舒)|没(?!收|准|事)|无(?!论|线|糖|蔗糖)|别(?!人|的)|未|禁")
BENIGN = (
    "怎么不",
    "不舒服",
    "不好意思",
    "为什么不",
    "要不要紧",
    "不要紧",
    "没事",
    "不知道",
    "没胃口",
    "停不下来",
    "吃不下",
)


class Contrast:
    """Concept → its spellings. Two different concepts of one contrast never answer each other.

    `only_when_both`: object only when both questions name something of it and share nothing.
    """

    def __init__(self, concepts: Mapping[str, Sequence[str]], only_when_both: bool = False) -> None:
        self._only_when_both = only_when_both
        pairs = [(word, name) for name, words in concepts.items() for word in words]
        self._names = [name for _, name in pairs]
        self._finder = AhoCorasick([word for word, _ in pairs], matchkind=MatchKind.LeftmostLongest)
        self.concepts = lru_cache(maxsize=8192)(self._concepts)

    def objects(self, asked: str, phrasing: str) -> bool:
        one, other = self.concepts(asked), self.concepts(phrasing)
        if self._only_when_both:
            return bool(one and other and not one & other)
        return one != other

    def _concepts(self, text: str) -> frozenset[str]:
        """The concepts that a text names; where spellings overlap, the longest counts."""
        return frozenset(self._names[found[0]] for found in self._finder.find_matches_as_indexes(text))


@dataclass(frozen=True, slots=True)
class Guards:
    """`contrasts`: name of the contrast → its concepts."""

    contrasts: Mapping[str, Contrast]

    def objection(self, asked: str, phrasing: str) -> str:
        """Why `phrasing` (cleaned) must not answer `asked` (cleaned), or "" when nothing stands against it."""
        if asked == phrasing:
            return ""
        if _numbers(asked) != _numbers(phrasing):
            return "number"
        if negated(asked) != negated(phrasing):
            return "negation"
        return next((name for name, one in self.contrasts.items() if one.objects(asked, phrasing)), "")


@lru_cache(maxsize=8192)
def negated(text: str) -> bool:
    """Whether the sentence denies something; 能不能吃 and 不能吃吗 are questions, not denials."""
    if "是不是" in text and text[-1] not in "吗么":
        text += "吗"
    text = MODAL.sub("", CHOICE.sub("", text))
    for words in BENIGN:
        text = text.replace(words, "")
    return len(NEGATION.findall(text)) % 2 == 1


@lru_cache(maxsize=8192)
def _numbers(text: str) -> list[str]:
    return sorted(NUMBER.findall(text))

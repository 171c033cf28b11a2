"""Rules that forbid an answer although the words look alike: another food, side, disease, person, number, or a "not"."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

NUMBER = re.compile(r"\d+(?:\.\d+)?")
CHOICE = re.compile(
    r"(能|可|会|要|好|是|行|该|用|得|吃|喝|有|对)(?:以)?(?:不|没)\1(?:以|要)?|不(?=[了啊呢呀]?$)"
)
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


@dataclass(frozen=True, slots=True)
class Contrast:
    """Concept → its spellings. Two different concepts of one contrast never answer each other.

    `only_when_both`: object only when both questions name something of it and share nothing.
    """

    concepts: Mapping[str, Sequence[str]]
    only_when_both: bool = False

    def objects(self, asked: str, phrasing: str) -> bool:
        one, other = concepts(self.concepts, asked), concepts(self.concepts, phrasing)
        if self.only_when_both:
            return bool(one and other and not one & other)
        return one != other


@dataclass(frozen=True, slots=True)
class Guards:
    """`contrasts`: name of the contrast → its concepts."""

    contrasts: Mapping[str, Contrast]

    def objection(self, asked: str, phrasing: str) -> str:
        """Why `phrasing` (cleaned) must not answer `asked` (cleaned), or "" when nothing stands against it."""
        if asked == phrasing:
            return ""
        if sorted(NUMBER.findall(asked)) != sorted(NUMBER.findall(phrasing)):
            return "number"
        if negated(asked) != negated(phrasing):
            return "negation"
        return next((name for name, one in self.contrasts.items() if one.objects(asked, phrasing)), "")


def negated(text: str) -> bool:
    """Whether the sentence denies something; 能不能吃 and 不能吃吗 are questions, not denials."""
    text = MODAL.sub("", CHOICE.sub("", text))
    for words in BENIGN:
        text = text.replace(words, "")
    return len(NEGATION.findall(text)) % 2 == 1


@lru_cache(maxsize=64)
def _longest_first(names: tuple[tuple[str, tuple[str, ...]], ...]) -> list[tuple[str, str]]:
    return sorted(((word, name) for name, words in names for word in words), key=lambda one: -len(one[0]))


def concepts(contrast: Mapping[str, Sequence[str]], text: str) -> frozenset[str]:
    """The concepts of one contrast that a text names; the longest spelling wins where several overlap."""
    found: set[str] = set()
    for word, name in _longest_first(tuple((name, tuple(words)) for name, words in contrast.items())):
        if word in text:
            found.add(name)
            text = text.replace(word, "\0" * len(word))
    return frozenset(found)

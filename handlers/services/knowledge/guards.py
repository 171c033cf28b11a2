"""Rules that forbid an answer although the words look alike: another food, side, disease, person, number, or a "not"."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

NUMBER = re.compile(r"\d+(?:\.\d+)?")
CHOICE = re.compile(r"(能|可|会|要|好|是|行|该|用|得|吃|喝|有)(?:以)?(?:不|没)\1(?:以|要)?")
NEGATION = re.compile(r"不(?!同|仅|但|断|错|少|过|知)|没(?!收|准)|无(?!论|线)|别(?!人|的)|未|禁")
BENIGN = ("怎么不", "不舒服", "不好意思", "为什么不", "要不要紧", "不要紧", "没事", "不知道", "是不是")

Contrast = Mapping[str, Sequence[str]]
"""Concept → its spellings. Two different concepts of one contrast never answer each other."""


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
        for name, contrast in self.contrasts.items():
            if concepts(contrast, asked) != concepts(contrast, phrasing):
                return name
        return ""


def negated(text: str) -> bool:
    """Whether the sentence denies something; 能不能 is a question, not a denial."""
    text = CHOICE.sub("", text)
    for words in BENIGN:
        text = text.replace(words, "")
    return len(NEGATION.findall(text)) % 2 == 1


def concepts(contrast: Contrast, text: str) -> frozenset[str]:
    """The concepts of one contrast that a text names; the longest spelling wins where several overlap."""
    found: set[str] = set()
    spellings = sorted(((word, name) for name, words in contrast.items() for word in words), key=lambda one: -len(one[0]))
    for word, name in spellings:
        if word in text:
            found.add(name)
            text = text.replace(word, "\0" * len(word))
    return frozenset(found)

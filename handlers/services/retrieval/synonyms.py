"""One word for one thing: before two questions are compared, other spellings become the one they stand for."""

from __future__ import annotations

from collections.abc import Mapping

from ahocorasick_rs import AhoCorasick, MatchKind


class Synonyms:
    """Replaces leftmost-longest, in one pass; an empty replacement drops a word that carries no meaning."""

    def __init__(self, spellings: Mapping[str, str]) -> None:
        self._words = list(spellings)
        self._meant = ["" if spellings[word] == "∅" else spellings[word] for word in self._words]
        self._finder = AhoCorasick(self._words, matchkind=MatchKind.LeftmostLongest) if self._words else None

    def canonical(self, text: str) -> str:
        """The text with every known spelling replaced; unchanged when nothing would be left."""
        if self._finder is None:
            return text
        parts, end = [], 0
        for number, start, stop in self._finder.find_matches_as_indexes(text):
            parts += [text[end:start], self._meant[number]]
            end = stop
        return "".join([*parts, text[end:]]) or text

"""Names as people chose them, made fit to be shown: one short line that cannot pass for a notice of ours."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

LONGEST = 32
"""Characters; WeChat itself takes no longer name."""
MOST_MARKS = 2
"""On one letter: no script needs more, and a pile of them covers the lines above and below."""
INKLESS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0")
"""Letters and marks that nobody sees."""
CALLS = frozenset("@＠【】「」『』")
"""With these our notices, quotations and calls to everybody are written."""
EMOJI = "\u2600-\u27bf\U0001f000-\U0001faff"
JOINED = re.compile(rf"(?<=[{EMOJI}\ufe0f])\u200d(?=[{EMOJI}])")
"""Where it makes one family of several faces; anywhere else a joiner only hides."""


@lru_cache(maxsize=10_000)
def shown(name: str) -> str:
    """The name without line breaks, control, direction and zero-width characters, and cut; "" when nothing is left."""
    clean = "\u200d".join(_clean(part) for part in JOINED.split(unicodedata.normalize("NFC", name[: 8 * LONGEST])))
    line = " ".join(clean.split())
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 1]}…".replace("\u200d…", "…")


def _clean(text: str) -> str:
    kept: list[str] = []
    marks = 0
    for char in text:
        kind = unicodedata.category(char)
        marks = marks + 1 if kind[0] == "M" else 0
        if kind[0] == "Z" or kind == "Cc":
            kept.append(" ")
        elif kind[0] != "C" and char not in INKLESS and char not in CALLS and marks <= MOST_MARKS:
            kept.append(char)
    return "".join(kept)

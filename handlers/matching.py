"""Pure predicates over a message: what was said, and was it one of these words."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import cn2an

from handlers.contract import Context, Incoming, What

EDGES = " \t\r\n。，、！？!?,.~～;；:：\"'“”‘’（）()【】[]"
NUMBER = re.compile(
    r"^(?:选|第|回复|我选|编号)?\s*([0-9]{1,2}|[一二两三四五六七八九十]{1,3})\s*(?:个|号|项|条|、|\.)?$"
)


def said(msg: Incoming) -> str:
    """What was said, without punctuation and spaces at its edges."""
    return msg.text.strip(EDGES)


def keyword(*words: str) -> Callable[[Context, Incoming], str | None]:
    """Matches a message that is one of these words and nothing else."""
    known = frozenset(words)

    def match(ctx: Context, msg: Incoming) -> str | None:
        if msg.what is not What.TEXT or not msg.addressed:
            return None
        text = said(msg)
        return text if text in known else None

    return match


def prefixed(*words: str) -> Callable[[Context, Incoming], str | None]:
    """Matches a message that begins with one of these words; gives the rest."""
    known = sorted(words, key=len, reverse=True)

    def match(ctx: Context, msg: Incoming) -> str | None:
        if msg.what is not What.TEXT or not msg.addressed:
            return None
        text = said(msg)
        return next((text[len(word) :].strip(EDGES) for word in known if text.startswith(word)), None)

    return match


def number(text: str) -> int | None:
    """The number that a short answer is: `2`, `２`, `二`, `第二个`, `选2`."""
    found = NUMBER.match(text.strip(EDGES))
    if found is None:
        return None
    digits = found[1]
    if digits.isdigit():
        return int(digits)
    try:
        return int(cn2an.cn2an(digits.replace("两", "二"), "smart"))
    except ValueError:
        return None


def always(ctx: Context, msg: Incoming) -> Any:
    """Matches every text that is meant for the bot."""
    return True if msg.what is What.TEXT and msg.addressed else None

"""Numbers as people write them: 12, 1.2万, 八千, 十三点二, and the spoken 一百八 (180) and 一万二 (12000).

Own code because general converters read 一百八 as 108, and 180 is a critical blood pressure.
"""

from __future__ import annotations

import re

DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
SCALES = {"十": 10, "百": 100, "千": 1000, "万": 10000}
_PIECE = re.compile(r"\d+(?:\.\d+)?|[零〇一二两三四五六七八九十百千万]")


def to_number(text: str) -> float | None:
    """The value of a number in digits, in Chinese, or in both (1万2千); None when it is none."""
    whole, point, fraction = text.partition("点")
    if point:
        return _decimal(whole, fraction)
    pieces = _PIECE.findall(text)
    if not pieces or "".join(pieces) != text:
        return None
    return _sum(pieces)


def to_int(text: str) -> int:
    """For text a pattern has already found to be a small whole number."""
    return int(to_number(text) or 0)


def _decimal(whole: str, fraction: str) -> float | None:
    left = to_number(whole)
    digits = "".join(str(DIGITS.get(c, c)) for c in fraction)
    if left is None or not digits.isascii() or not digits.isdigit():
        return None
    return float(f"{left:.0f}.{digits}")


def _sum(pieces: list[str]) -> float | None:
    total, waiting, scale = 0.0, None, 1
    for piece in pieces:
        if piece in SCALES:
            if piece == "万":
                total, waiting = (total + (waiting or 0)) * 10000, None
            else:
                total, waiting = total + (1 if waiting is None else waiting) * SCALES[piece], None
            scale = SCALES[piece]
        elif waiting not in (None, 0):
            return None
        else:
            scale = 1 if waiting == 0 else scale
            waiting = float(DIGITS.get(piece, piece)) if piece in DIGITS else float(piece)
    # 一百八 is 180 and 一万二 is 12000, but 一百零八 is 108 and 二十八 is 28.
    tail = scale // 10 if scale >= 100 and waiting is not None and waiting < 10 else 1
    return total + (waiting or 0) * tail

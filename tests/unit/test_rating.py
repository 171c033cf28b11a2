"""Which words after an answer are a verdict on it, and which are about something else."""

from __future__ import annotations

import pytest

from handlers.rating import NOISE, USEFUL, USELESS


def verdict(said: str) -> bool | None:
    words = NOISE.sub("", said)
    return True if USEFUL.fullmatch(words) else False if USELESS.fullmatch(words) else None


@pytest.mark.parametrize(
    "said",
    [
        "有用",
        "有用！",
        "很有用",
        "挺有用的，谢谢",
        "有帮助",
        "👍",
        "👍🏻👍🏻",
        "[强]",
        "[赞]",
        "这个回答有用",
        "回答得很有帮助",
        "非常有用啊",
        "对我有用",
        "有用，谢谢您",
    ],
)
def test_praise(said: str) -> None:
    assert verdict(said) is True


@pytest.mark.parametrize(
    "said",
    [
        "没用",
        "没有用",
        "没有用，答非所问",
        "答非所问",
        "没什么用",
        "没帮助",
        "没有帮助。",
        "👎",
        "[弱]",
        "这个回答没用",
        "一点都没用",
        "没回答我的问题",
        "完全没用",
        "不是我问的",
        "回答没用啊",
    ],
)
def test_blame(said: str) -> None:
    assert verdict(said) is False


@pytest.mark.parametrize(
    "said",
    ["这药没用", "吃了没用", "没用过", "还没有用", "我没用", "我真没用", "活着没用", "没用了不想活", "药没有用怎么办", "没用药", "有用药", "有用过胰岛素吗", "胰岛素有用吗", "有用吗", "没用吗", "没用早饭", "眼药水没用", "敷了没用", "用处", "没有", "有", "好", "没用晚饭就打针了"],
)  # fmt: skip
def test_something_else(said: str) -> None:
    assert verdict(said) is None

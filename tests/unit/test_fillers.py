"""Dictated text without its hesitations, and with every word that means something."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers.services.retrieval.fillers import without_fillers

PIECES = [
    "嗯",
    "那个",
    "就是",
    "就是说",
    "我想问一下",
    "呃",
    "然后",
    "血糖高",
    "能吃西瓜吗",
    "，",
    " ",
    "来了",
    "额头",
    "这个",
    "不是",
    "是不是",
    "想问",
    "哎",
    "第一",
    "。",
    "A1",
]


@pytest.mark.parametrize(
    ("spoken", "meant"),
    [
        ("嗯那个就是说我想问一下就是那个血糖高呃能不能吃西瓜呀", "血糖高能不能吃西瓜呀"),
        ("就是那个打胰岛素嗯会不会上瘾", "打胰岛素会不会上瘾"),
        ("那个，血糖高，那个，能吃西瓜吗", "血糖高能吃西瓜吗"),
        ("然后就是那个高血压能运动吗", "高血压能运动吗"),
        ("哎呀我想问问血糖高能吃西瓜吗", "血糖高能吃西瓜吗"),
        ("血糖高就是说能不能吃西瓜", "血糖高能不能吃西瓜"),
        ("呃那个眼睛干呃怎么热敷", "眼睛干怎么热敷"),
        ("嗯 好的", "好的"),
    ],
)
def test_hesitation_goes(spoken: str, meant: str) -> None:
    assert without_fillers(spoken) == meant


@pytest.mark.parametrize(
    "text",
    [
        "那个来了能打针吗",
        "我那个来了",
        "例假那个来了就是肚子疼",
        "那个没来是怀孕了吗",
        "是不是就是糖尿病",
        "就是不是糖尿病也要测吗",
        "这个药就是降压的吗",
        "医生说那个药不能停",
        "呃逆怎么办",
        "额头疼",
        "吃完饭然后测血糖吗",
        "这两个那个好",
        "怎么问题这么多",
        "嗯",
        "嗯嗯",
        "哦",
        "血糖高能吃西瓜吗",
        "",
    ],
)
def test_meaning_stays(text: str) -> None:
    assert without_fillers(text) == text


@settings(max_examples=500, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
def test_a_second_time_changes_nothing(text: str) -> None:
    once = without_fillers(text)
    assert without_fillers(once) == once
    for word in ("血糖高", "能吃西瓜吗", "额头", "A1"):
        assert once.count(word) == text.count(word)


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=60))
def test_any_text_is_taken(text: str) -> None:
    once = without_fillers(text)
    assert without_fillers(once) == once
    assert len(once) <= len(text)

"""What of a message is the question: thanks, names called, marks and stammering go, nothing else does."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.normalise import unquoted
from handlers.services.knowledge.heard import heard
from handlers.services.retrieval.text import bare, plain


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("好的谢谢，那能吃鸡蛋吗", "那能吃鸡蛋吗"),
        ("好的谢谢那能吃西瓜吗", "那能吃西瓜吗"),
        ("嗯嗯知道了那高血压能喝酒吗", "那高血压能喝酒吗"),
        ("谢谢，血糖6.5能吃西瓜吗？能喝粥吗", "血糖6.5能吃西瓜吗?能喝粥吗"),
        ("我我我想问高血压能喝酒吗", "我想问高血压能喝酒吗"),
        ("高血压高血压能不能能不能喝酒", "高血压能不能喝酒"),
        ("嗯嗯啊啊高血压能喝酒吗", "高血压能喝酒吗"),
        ("@张医生 @杏林 血糖高能吃西瓜吗", "血糖高能吃西瓜吗"),
        ("[语音转文字] 血糖高能吃西瓜吗", "血糖高能吃西瓜吗"),
        ("血糖高能吃🍉吗", "血糖高能吃西瓜吗"),
        ("都不是，我想问能不能吃鸡蛋", "能不能吃鸡蛋"),
        ("没有高血压能喝酒吗", "没有高血压能喝酒吗"),
        ("没有，高血压能喝酒吗", "没有，高血压能喝酒吗"),
        ("好多了，降压药还要吃吗", "好多了，降压药还要吃吗"),
        ("中 药能吃吗", "中 药能吃吗"),
        ("呃逆怎么办", "呃逆怎么办"),
        ("一天一天数着过", "一天一天数着过"),
        ("谢谢", "谢谢"),
        ("[语音]", "[语音]"),
        ("我是李哥，血糖高可以蒸桑拿吗", "我是李哥,血糖高可以蒸桑拿吗"),
        ("120120", "120120"),
    ],
)
def test_heard(said: str, found: str) -> None:
    assert heard(said) == plain(found)


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=60))
def test_any_text_is_taken(text: str) -> None:
    assert bool(heard(text)) == bool(plain(text))


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.sampled_from(["嗯", "好的，", "谢谢医生，", "那个", "我我", "@张医生 ", "[语音]", "啊"]), max_size=4)
)
def test_the_question_itself_stays(before: list[str]) -> None:
    assert bare(heard("".join(before) + "高血压能不能喝酒")).endswith("高血压能不能喝酒")


def test_a_quotation_is_kept_apart() -> None:
    line = "- " * 15
    assert unquoted(f"「张三：血糖高能吃西瓜吗」\n{line}\n那孕妇呢") == ("张三：血糖高能吃西瓜吗", "那孕妇呢")

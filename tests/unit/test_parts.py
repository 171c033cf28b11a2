"""Two questions in one message: cut where one ends, with the conditions in each."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers.index import concepts
from handlers.services.knowledge.parts import clauses, questions
from handlers.services.retrieval.fillers import without_fillers
from playbooks.schema.load import load

GROUPS = concepts(load())
CONDITIONS = ["我怀孕了", "我是1型糖尿病", "我刚做完手术", "我不能吃糖", "我血糖6.1", "我肾不好", "我装了支架"]
PAIRS = ["血糖高能吃西瓜吗", "打胰岛素会上瘾吗", "高血压能运动吗", "换膝后多久能洗澡"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("血糖高能吃西瓜吗？还有打胰岛素的针头要换吗", ("血糖高能吃西瓜吗", "打胰岛素的针头要换吗")),
        ("血糖高能吃西瓜吗还有打胰岛素会上瘾吗", ("血糖高能吃西瓜吗", "打胰岛素会上瘾吗")),
        ("1. 血糖高能吃西瓜吗 2. 打胰岛素会上瘾吗", ("血糖高能吃西瓜吗", "打胰岛素会上瘾吗")),
        ("①血糖高能吃西瓜吗②打胰岛素会上瘾吗", ("血糖高能吃西瓜吗", "打胰岛素会上瘾吗")),
        ("一、血糖高能吃西瓜吗；二、糖尿病人能泡脚吗", ("血糖高能吃西瓜吗", "糖尿病人能泡脚吗")),
        (
            "你好，我想问两个问题：第一，血糖高能吃西瓜吗，第二，打胰岛素会上瘾吗，谢谢",
            ("血糖高能吃西瓜吗", "打胰岛素会上瘾吗"),
        ),
        ("血糖高能吃西瓜吗？那苹果呢？", ("血糖高能吃西瓜吗", "血糖高能吃苹果吗")),
        ("孕妇能吃西瓜吗？能运动吗", ("孕妇能吃西瓜吗", "孕妇能运动吗")),
        ("我怀孕了。能吃西瓜吗？能喝咖啡吗？", ("我怀孕了，能吃西瓜吗", "我怀孕了，能喝咖啡吗")),
        ("能吃西瓜吗？我怀孕了。能喝粥吗", ("我怀孕了，能吃西瓜吗", "我怀孕了，能喝粥吗")),
    ],
)
def test_questions_apart(text: str, found: tuple[str, ...]) -> None:
    assert questions(text, GROUPS) == found


@pytest.mark.parametrize(
    "text",
    [
        "我怀孕了，能吃西瓜吗",
        "血糖6.1能吃西瓜吗",
        "血糖高能吃西瓜吗？谢谢医生",
        "血糖高能吃西瓜吗？？？",
        "换膝后第一天能下地吗",
        "血糖高，另外有高血压，能吃西瓜吗",
        "我血糖高。能吃西瓜吗",
        "",
    ],
)
def test_one_question_is_left_whole(text: str) -> None:
    assert questions(text, GROUPS) == (text,)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(CONDITIONS), st.permutations(PAIRS), st.integers(0, 2), st.sampled_from("。；\n"))
def test_a_condition_is_in_every_question(told: str, asked: list[str], place: int, end: str) -> None:
    pieces = [f"{asked[0]}？", f"{asked[1]}？"]
    pieces.insert(place, told + end)
    found = questions("".join(pieces), GROUPS)
    assert all(told in one for one in found)


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=120))
def test_any_text_is_taken(text: str) -> None:
    assert questions(text, GROUPS)
    clauses(text)


def test_questions_in_a_long_story() -> None:
    story = "我爸今年七十二岁了，血糖一直偏高，最近天热总想着吃点凉快的，想问糖尿病人可以吃西瓜吗，还有打胰岛素会上瘾吗"
    assert clauses(story) == ["想问糖尿病人可以吃西瓜吗", "还有打胰岛素会上瘾吗"]


@pytest.mark.parametrize("bit", [" ,，、", "吗，", "1. ", "还有", "。", "呢？", "一、", "那个", "嗯，"])
def test_a_flood_takes_no_time(bit: str) -> None:
    """Once 10,000 commas took two minutes."""
    for length in (400, 10_000):
        flood = (bit * length)[:length]
        began = time.perf_counter()
        questions(flood, GROUPS)
        clauses(flood)
        without_fillers(flood)
        assert time.perf_counter() - began < 1

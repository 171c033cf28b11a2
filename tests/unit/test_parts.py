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
        # numbers and ordinals that say something stay
        ("血糖7、餐后9怎么办？打胰岛素会上瘾吗", ("血糖7、餐后9怎么办", "打胰岛素会上瘾吗")),
        ("第二剂什么时候打？第二胎能打疫苗吗", ("第二剂什么时候打", "第二胎能打疫苗吗")),
        ("HPV九价第二针疼吗？能洗澡吗", ("HPV九价第二针疼吗", "能洗澡吗")),
        ("1型和2型有什么区别？打胰岛素会上瘾吗", ("1型和2型有什么区别", "打胰岛素会上瘾吗")),
        ("100米外能看清吗？打胰岛素会上瘾吗", ("100米外能看清吗", "打胰岛素会上瘾吗")),
        ("左眼1.2、右眼0.8正常吗？打胰岛素会上瘾吗", ("左眼1.2、右眼0.8正常吗", "打胰岛素会上瘾吗")),
        ("第1针打完了。第2针什么时候打？疼吗？", ("第1针打完了，第2针什么时候打", "第1针打完了，疼吗")),
        # signs of a list go
        ("1️⃣血糖高能吃西瓜吗2️⃣打胰岛素会上瘾吗", ("血糖高能吃西瓜吗", "打胰岛素会上瘾吗")),
        ("两个问题1.血糖高能吃西瓜吗2.打胰岛素会上瘾吗", ("血糖高能吃西瓜吗", "打胰岛素会上瘾吗")),
        ("第一血糖高能吃西瓜吗第二打胰岛素会上瘾吗", ("血糖高能吃西瓜吗", "打胰岛素会上瘾吗")),
        # the subject is carried on, unless there is one of its own
        (
            "白内障手术前要停阿司匹林吗？术后多久能洗头？",
            ("白内障手术前要停阿司匹林吗", "白内障术后多久能洗头"),
        ),
        ("高血压能喝酒吗？能抽烟吗？", ("高血压能喝酒吗", "高血压能抽烟吗")),
        ("高血压能喝酒吗？抽烟呢？", ("高血压能喝酒吗", "高血压能抽烟吗")),
        ("糖尿病能喝粥吗？高血压能喝酒吗？", ("糖尿病能喝粥吗", "高血压能喝酒吗")),
        ("打胰岛素会上瘾吗？针头能重复用吗？", ("打胰岛素会上瘾吗", "胰岛素针头能重复用吗")),
        ("白内障手术疼不疼？做完多久能看清？", ("白内障手术疼不疼", "白内障做完多久能看清")),
        ("OK镜几岁可以戴？多久复查一次？", ("OK镜几岁可以戴", "ok镜多久复查一次")),
        # as speech is written down
        ("高血压能喝咖啡吗那绿茶呢", ("高血压能喝咖啡吗", "高血压能喝绿茶吗")),
        ("高血压能喝酒吗能抽烟吗", ("高血压能喝酒吗", "高血压能抽烟吗")),
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
        "血糖7、餐后9怎么办",
        "第二剂什么时候打",
        "血糖高能吃西瓜吗可以吗",
        "打吗啡会上瘾吗",
        "吃了药血糖还是高。要紧吗",
        "",
    ],
)
def test_one_question_is_left_whole(text: str) -> None:
    assert questions(text, GROUPS) == (text,)


@pytest.mark.parametrize("text", ["2、血糖高能吃西瓜吗", "第二，血糖高能吃西瓜吗", "第二个问题：血糖高能吃西瓜吗"])
def test_a_list_over_several_messages(text: str) -> None:
    assert questions(text, GROUPS) == ("血糖高能吃西瓜吗",)


NUMBERED = [
    "{}型能喝酒吗",
    "第{}针疼吗",
    "第{}次化疗能吃西瓜吗",
    "血糖{}、餐后9怎么办",
    "左眼{}、右眼要戴镜吗",
    "打了{}针能洗澡吗",
]


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(NUMBERED), min_size=1, max_size=4), st.integers(1, 9), st.sampled_from("？。\n"))
def test_no_number_is_lost(forms: list[str], number: int, end: str) -> None:
    text = end.join(form.format(number) for form in forms)
    found = "".join(questions(text, GROUPS))
    assert found.count(str(number)) >= text.count(str(number))


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
    clauses(text, GROUPS)


def test_questions_in_a_long_story() -> None:
    story = "我爸今年七十二岁了，血糖一直偏高，最近天热总想着吃点凉快的，想问糖尿病人可以吃西瓜吗，还有打胰岛素会上瘾吗"
    assert clauses(story, GROUPS) == ["糖尿病人可以吃西瓜吗", "还有打胰岛素会上瘾吗"]


@pytest.mark.parametrize("bit", [" ,，、", "吗，", "1. ", "还有", "。", "呢？", "一、", "那个", "嗯，"])
def test_a_flood_takes_no_time(bit: str) -> None:
    """Once 10,000 commas took two minutes."""
    for length in (400, 10_000):
        flood = (bit * length)[:length]
        began = time.perf_counter()
        questions(flood, GROUPS)
        clauses(flood, GROUPS)
        without_fillers(flood)
        assert time.perf_counter() - began < 1

"""Follow-ups made whole: the word that is new takes its place, and never brings back the same answer."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers import question
from handlers.index import Index
from handlers.services.knowledge.context import Concepts, combine, dangling, denies, leans
from handlers.services.retrieval.outcome import Zone
from handlers.services.retrieval.text import bare
from handlers.settings import Settings
from playbooks.schema.load import load

LIBRARY = load()
INDEX = Index.of(LIBRARY, Settings())
FAQS = sorted(LIBRARY.faqs)
STRICT = [one for one in LIBRARY.lexicons.values() if one.use == "contrast" and not one.only_when_both]
SWAPS = [
    (lexicon.id, term.say, word) for lexicon in STRICT for term in lexicon.terms for word in (term.say, *term.also)
]
ASKING = ("那{}呢", "{}呢", "{}也可以吗", "那如果是{}呢", "{}也这样吗", "换成{}行吗")


@pytest.mark.parametrize(
    ("previous", "now", "whole"),
    [
        ("血糖高能吃西瓜吗", "那孕妇呢", "孕妇血糖高能吃西瓜吗"),
        ("血糖高能吃西瓜吗", "那苹果呢", "血糖高能吃苹果吗"),
        ("血糖高能吃西瓜吗", "晚上也可以吗", "晚上血糖高能吃西瓜吗"),
        ("血糖高能吃西瓜吗", "老人也这样吗", "老人血糖高能吃西瓜吗"),
        ("血糖高能吃西瓜吗", "我妈怀孕了也能吃吗", "怀孕血糖高能吃西瓜吗"),
        ("血糖高能吃西瓜吗", "苹果能吃吗", "血糖高能吃苹果吗"),
        ("血糖高能吃西瓜吗", "那高血压呢", "高血压能吃西瓜吗"),
        ("血糖高能吃西瓜吗", "那血糖低呢", "血糖低能吃西瓜吗"),
        ("孕妇能吃螃蟹吗", "那孩子呢", "孩子能吃螃蟹吗"),
        ("高血压能运动吗", "术后也行吗", "术后高血压能运动吗"),
        ("换膝手术后多久能洗澡", "术前呢", "换膝术前多久能洗澡"),
        ("换膝后多久能洗澡", "那晚上呢", "晚上换膝后多久能洗澡"),
        ("左膝换关节后多久能走路", "那右膝呢", "右膝换关节后多久能走路"),
        ("OK镜怎么清洗护理", "多久一次呢", "ok镜清洗护理多久一次呢"),
        ("化疗期间能打疫苗吗", "那孕妇不打呢", "孕妇化疗期间打疫苗，如果孕妇不打呢"),
        ("血糖高能吃西瓜吗", "那不能吃呢", "血糖高吃西瓜，如果不能吃呢"),
        ("高血压吃什么药好", "那不吃药呢", "高血压吃什么药好，如果不吃药呢"),
        ("白内障什么时候做手术好", "那不做手术行吗", "白内障做手术好，如果不做手术行吗"),
        ("高血压能喝酒吗", "没有高血压呢", "高血压喝酒，如果没有高血压呢"),
    ],
)
def test_the_new_word_takes_its_place(previous: str, now: str, whole: str) -> None:
    assert combine(previous, now, INDEX.concepts) == whole


@pytest.mark.parametrize(
    ("previous", "now"),
    [
        ("血糖高能吃西瓜吗", "那西瓜呢"),  # nothing new
        ("血糖高能吃西瓜吗", "谢谢"),
        ("血糖高能吃西瓜吗", "那糖尿病能喝粥吗"),  # stands on its own
        ("血糖高能吃西瓜吗", "糖尿病人能泡温泉吗"),
        ("血糖高能吃西瓜吗", "那个来了呢"),
        ("血糖高能吃西瓜吗", "那小龙虾呢"),  # a word no list knows
        ("打胰岛素会上瘾吗", "那苹果呢"),  # nothing to take the place of
        ("血糖高能吃西瓜吗", "我想问问我家老人晚上睡不着觉要不要紧"),
        ("血糖高能吃西瓜吗", ""),
        ("", "那孕妇呢"),
    ],
)
def test_what_is_no_follow_up_stays_as_it_is(previous: str, now: str) -> None:
    assert combine(previous, now, INDEX.concepts) is None


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(FAQS), st.data(), st.sampled_from(SWAPS), st.sampled_from(ASKING))
def test_another_thing_never_brings_the_same_entry(
    faq_id: str, data: st.DataObject, swap: tuple[str, str, str], asking: str
) -> None:
    faq = LIBRARY.faqs[faq_id]
    previous = data.draw(st.sampled_from([faq.question, *faq.ask]))
    group, concept, word = swap
    whole = combine(previous, asking.format(word), INDEX.concepts)
    phrasings = (faq.question, *faq.ask, *faq.keywords)
    if whole is None or any((group, concept) in INDEX.concepts.named(bare(one)) for one in phrasings):
        return
    found = INDEX.faq.find(whole)
    assert found.zone is not Zone.ANSWER or found.best is None or found.best.id != faq_id, (previous, whole)


DENIED = (
    "那不{}呢",
    "那{}不行呢",
    "没有{}呢",
    "不{}行吗",
    "那没{}呢",
    "{}不能吃吗",
    "那别{}呢",
    "那不能{}呢",
    "如果不{}会怎样",
)
VERBS = ["吃", "打", "喝", "做", "用", "吃药", "做手术", "打疫苗", "戴", "洗", "孕妇吃", "老人打", "治"]
CTX: Any = SimpleNamespace(index=INDEX)


@settings(max_examples=500, deadline=None)
@given(
    st.sampled_from(FAQS),
    st.data(),
    st.sampled_from([*VERBS, *(word for _, _, word in SWAPS)]),
    st.sampled_from(DENIED),
)
def test_a_denial_is_never_answered_by_what_answers_without_it(
    faq_id: str, data: st.DataObject, word: str, asking: str
) -> None:
    faq = LIBRARY.faqs[faq_id]
    previous, now = data.draw(st.sampled_from([faq.question, *faq.ask])), asking.format(word)
    whole = combine(previous, now, INDEX.concepts)
    if whole is None or not denies(now) or denies(previous):
        return
    assert denies(whole), (previous, now, whole)
    found = question._fitting(CTX, INDEX.faq.find(whole), previous, whole, faq)
    if found.zone is Zone.ANSWER and found.best is not None:
        answering = LIBRARY.faqs[found.best.id]
        assert any(denies(one) for one in (answering.question, *answering.ask, *answering.keywords))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("那孕妇不打呢", True),
        ("没有高血压呢", True),
        ("能不能吃", False),
        ("打不打疫苗", False),
        ("不舒服呢", False),
        ("能吃不", False),
    ],
)
def test_denying(text: str, expected: bool) -> None:
    assert denies(text) is expected


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(FAQS), st.sampled_from(SWAPS), st.sampled_from(ASKING))
def test_the_whole_question_names_something_new(faq_id: str, swap: tuple[str, str, str], asking: str) -> None:
    previous = LIBRARY.faqs[faq_id].question
    whole = combine(previous, asking.format(swap[2]), INDEX.concepts)
    if whole is not None:
        assert INDEX.concepts.named(whole) - INDEX.concepts.named(bare(previous)), (previous, whole)


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=40), st.text(max_size=20))
def test_any_text_is_taken(previous: str, now: str) -> None:
    whole = combine(previous, now, INDEX.concepts)
    assert whole is None or whole.strip()


def test_without_word_lists_nothing_is_combined() -> None:
    assert combine("血糖高能吃西瓜吗", "那孕妇呢", Concepts({})) is None


@pytest.mark.parametrize(
    ("text", "expected"), [("那孕妇呢", True), ("老人也行吗", True), ("苹果能吃吗", False), ("血糖高能吃西瓜吗", False)]
)
def test_leaning(text: str, expected: bool) -> None:
    assert leans(text) is expected


@pytest.mark.parametrize(
    ("text", "expected"), [("那小龙虾呢", True), ("那个来了", False), ("那时候呢", False), ("高血压能运动吗", False)]
)
def test_dangling(text: str, expected: bool) -> None:
    assert dangling(text) is expected

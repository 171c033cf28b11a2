"""Questions that mean the same come together, the same way every time."""

from __future__ import annotations

import random

import jieba.analyse
import numpy as np
import pytest
import rjieba

from handlers.services.knowledge.clusters import _weights, central, cluster, kept_apart, key_terms, lexical
from handlers.services.retrieval.guards import Contrast

SAUNA = ["糖尿病人能去桑拿吗", "血糖高可以蒸桑拿吗", "血糖高能不能蒸桑拿"]
VACCINE = ["化疗期间能打流感疫苗吗", "化疗能不能打疫苗", "打完化疗可以接种疫苗吗"]
OTHERS = ["坐飞机去西藏要注意什么", "医保报销比例是多少"]


def grouped(texts: list[str]) -> list[set[str]]:
    return [{texts[one] for one in group} for group in cluster(texts, lexical())]


def test_the_same_question_in_other_words_is_one_group_and_the_biggest_comes_first() -> None:
    found = grouped([OTHERS[0], *SAUNA, OTHERS[1], *VACCINE, "桑拿能蒸吗血糖高"])
    assert found[0] == {*SAUNA, "桑拿能蒸吗血糖高"} and found[1] == set(VACCINE)
    assert {OTHERS[0]} in found and {OTHERS[1]} in found


def test_every_text_is_in_one_group_and_the_order_of_asking_changes_little() -> None:
    texts = [*SAUNA, *VACCINE, *OTHERS]
    wanted = {frozenset(group) for group in grouped(texts)}
    for seed in range(5):
        mixed = random.Random(seed).sample(texts, len(texts))
        groups = cluster(mixed, lexical())
        assert sorted(one for group in groups for one in group) == list(range(len(texts)))
        assert groups == cluster(mixed, lexical()), "twice the same"
        assert {frozenset(mixed[one] for one in group) for group in groups} == wanted


def test_nothing_and_one_and_empty_texts() -> None:
    assert cluster([], lexical()) == []
    assert cluster(["桑拿"], lexical()) == [[0]]
    assert sorted(one for group in cluster(["", "", "桑拿"], lexical()) for one in group) == [0, 1, 2]


def test_what_the_engine_would_not_confuse_is_never_one_group() -> None:
    fruit = Contrast({"荔枝": ["荔枝"], "榴莲": ["榴莲"]})
    texts = ["糖尿病能吃荔枝吗", "糖尿病能吃榴莲吗"]
    assert cluster(texts, lexical()) == [[0, 1]]
    assert cluster(texts, kept_apart(lexical(), {"food": fruit})) == [[0], [1]]


def test_a_common_word_makes_no_two_questions_alike() -> None:
    texts = ["糖尿病能泡温泉吗", "糖尿病能打球吗"]
    background = [f"糖尿病能吃{food}吗" for food in "瓜果饭面粥茶糖蛋奶豆"]
    assert lexical(background)(texts)[0, 1] < lexical()(texts)[0, 1]


def test_an_encoder_can_take_the_place_of_words() -> None:
    """`encode(texts)` → unit vectors (n, k); their products are the matrix."""
    vectors = np.array([[1, 0], [0, 1], [0.8, 0.6], [0, 1]], dtype=np.float32)
    assert cluster("甲乙丙丁", lambda _: vectors @ vectors.T, alike=0.75) == [[0, 2], [1, 3]]


def test_the_most_typical_comes_first() -> None:
    texts = ["血糖高能不能蒸桑拿呀我想去", *SAUNA]
    assert texts[central(range(4), lexical()(texts))[0]] in SAUNA


@pytest.mark.parametrize("texts", [SAUNA, VACCINE, OTHERS], ids=["sauna", "vaccine", "others"])
def test_key_terms_weigh_as_in_jieba(texts: list[str]) -> None:
    ours = _weights(set(rjieba.cut("".join(texts))) | {"没有这个词的词"})
    table, middle = jieba.analyse.default_tfidf.idf_freq, jieba.analyse.default_tfidf.median_idf
    assert ours == {word: table.get(word, middle) for word in ours}
    assert {"桑拿", "疫苗", "西藏"} & set(key_terms([texts])[0])


def test_key_terms_are_words_of_the_field_first_and_never_scraps() -> None:
    known = {"血糖高", "糖尿病", "二甲双胍"}
    assert key_terms([SAUNA], known, {"可以"}) == [["血糖高", "桑拿", "糖尿病"]]
    assert key_terms([["吃了那个药之后老是觉得很不舒服请问是什么原因呢"], ["吃了二甲双胍拉肚子"]], known) == [
        [],
        ["二甲双胍", "拉肚子"],
    ]

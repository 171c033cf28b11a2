"""Misheard and cut-short words are mended against a known phrasing, and nothing else is touched."""

from __future__ import annotations

import pytest

from handlers.services.retrieval.homophones import repaired, sounds


def free(_: str) -> bool:
    return False


@pytest.mark.parametrize(
    ("asked", "phrasing", "mended"),
    [
        ("血唐高能吃西瓜吗", "血糖高能吃西瓜吗", "血糖高能吃西瓜吗"),
        ("白障手术要多久", "白内障手术做多久", "白内障手术要多久"),
        ("糖病能吃西瓜吗", "糖尿病吃西瓜行不行", "糖尿病能吃西瓜吗"),
        ("白内障有些症状", "白内障有哪些症状", "白内障有哪些症状"),
    ],
)
def test_mended(asked: str, phrasing: str, mended: str) -> None:
    assert repaired(asked, phrasing, free) == mended


@pytest.mark.parametrize(
    ("asked", "phrasing"),
    [
        ("高压多少正常", "高血压多少正常"),  # 高压 is a word: the systolic pressure
        ("血压高怎么办", "高血压怎么办"),
        ("甲状腺炎怎么治", "乳腺炎怎么治"),
        ("术前能吃饭吗", "术后能吃饭吗"),
        ("能喝酒吗", "能喝水吗"),
        ("小感冒怎么办", "小孩感冒怎么办"),
        ("吃药多久见效", "要多久见效"),
    ],
)
def test_left_alone(asked: str, phrasing: str) -> None:
    assert repaired(asked, phrasing, free) == asked


def test_nothing_that_carries_meaning_is_touched() -> None:
    assert repaired("唐尿病能吃瓜吗", "糖尿病能吃瓜吗", lambda piece: "糖" in piece) == "唐尿病能吃瓜吗"


def test_what_the_south_does_not_tell_apart_sounds_alike() -> None:
    assert sounds("四") & sounds("是") and sounds("零") & sounds("您")
    assert not sounds("糖") & sounds("西")

"""What names a person never leaves through a gap report or a draft."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers.services.knowledge.masking import kinds, mask, strip

DIGITS = str.maketrans("0123456789", "０１２３４５６７８９")
BETWEEN = ("", "", "", " ", "-", "－", "·", ".", "  ", " - ", "\u200b", "\u3000", "，")
PHONE = re.compile(r"1[3-9]\d{9}")
IDENTITY = re.compile(r"\d{17}[\dXx]")

phones = st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True)
identities = st.from_regex(
    r"[1-9][0-9]{5}(19|20)[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|[12][0-9])[0-9]{3}[0-9Xx]", fullmatch=True
)
words = st.text(
    alphabet=st.one_of(st.sampled_from("我的电话是血糖高130/85 ，。：-()〔〕abX"), st.characters()), max_size=12
)


def written(number: str, between: str, every: int) -> str:
    return between.join(number[start : start + every] for start in range(0, len(number), every))


def squeezed(text: str) -> str:
    """Only digits and X; a placeholder parts what stands on its two sides."""
    return "|".join(re.sub(r"[^0-9Xx]", "", part) for part in re.split("〔.*?〕", text))


@settings(max_examples=400, deadline=None)
@given(words, st.one_of(phones, identities), words, st.sampled_from(BETWEEN), st.integers(1, 6), st.booleans())
def test_no_phone_or_id_number_survives(
    before: str, number: str, after: str, between: str, every: int, wide: bool
) -> None:
    shown = written(number.translate(DIGITS) if wide else number, between, every)
    for hidden in (mask(before + shown + after), strip(before + shown + after)):
        assert number not in hidden
        assert not PHONE.search(hidden) and not IDENTITY.search(hidden)
        assert number.upper() not in squeezed(mask(before + shown + after)).upper()


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=60))
def test_masking_twice_is_masking_once_and_never_fails(text: str) -> None:
    once = mask(text)
    assert not re.search(r"\d{6}", once)
    assert not re.search(r"\d{6}", mask(once))
    assert not re.search(r"\d{6}", strip(text))


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("电话13812345678", "电话〔电话〕"),
        ("一三八一二三四五六七八打给我", "〔电话〕打给我"),
        ("138/1234/5678", "〔电话〕"),
        ("身份证11010119900307123X能报销吗", "身份证〔证件号〕能报销吗"),
        ("卡号6222 0212 3456 7890", "卡号〔号码〕"),
        ("打0571-8765-4321", "打〔号码〕"),
        ("住院号A12345怎么查", "住院号〔账号〕怎么查"),
        ("微信号：wang_xm88加我", "微信〔账号〕加我"),
        ("邮箱 a.b@qq.com", "邮箱 〔账号〕"),
        ("陈医生说能停药吗", "〔姓名〕医生说能停药吗"),
        ("我叫王小明，能吃西瓜吗", "我叫〔姓名〕，能吃西瓜吗"),
        ("我是李华，能喝酒吗", "我是〔姓名〕，能喝酒吗"),
        ("小玲她妈能吃吗", "〔姓名〕她妈能吃吗"),
    ],
)
def test_what_names_somebody_is_masked(said: str, left: str) -> None:
    assert mask(said, ["小玲"]) == left


@pytest.mark.parametrize(
    "said",
    [
        "血压130/85 140/90 150/95，正常吗",
        "空腹6.5 餐后7.8，高不高",
        "血糖 11.1 mmol/L，血压 180/110",
        "一天走10000步够吗",
        "高血压找哪个医生看",
        "我是糖尿病人，能吃西瓜吗",
        "主任医生什么时候坐诊",
        "我叫什么无所谓",
    ],
)
def test_medicine_is_left_alone(said: str) -> None:
    assert mask(said) == said


def test_what_was_masked_can_be_named_and_leaves_no_hole() -> None:
    said = "我叫王小明，电话：138 1234 5678，糖尿病人能去桑拿吗？"
    assert kinds(said) == ["姓名", "电话"]
    assert strip(said) == "糖尿病人能去桑拿吗？"
    assert kinds("〔电话〕是什么") == [], "what somebody typed is no placeholder of ours"

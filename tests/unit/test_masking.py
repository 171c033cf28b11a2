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
        "患者高血压能吃吗",
        "我妈马上手术",
        "我爸曾经中风",
        "孩子高烧",
        "我妈白内障能吃",
        "我爸左眼看不清",
        "我是高度近视",
        "老公方便的话",
        "我妈温度高",
        "病人常年卧床",
        "患者何时能吃",
        "每天走八公里路5号开始",
        "病区走路能行吗",
        "叫不出名字",
        "吃了2粒降压零号",
    ],
)
def test_medicine_is_left_alone(said: str) -> None:
    assert mask(said) == said


INTRODUCTIONS = (
    "我爸叫{}，{}",
    "患者{}{}",
    "我是{}的女儿，{}",
    "我叫{}，{}",
    "老伴{}{}",
    "姓名：{} {}",
    "家属{}，{}",
    "邻居家老头子{}{}",
)
ASKED = ("能吃西瓜吗", "血糖高怎么办", "打胰岛素疼不疼", "今年七十了，能喝酒吗", "术后第三天发烧")
given_names = st.sampled_from(
    [
        "建国",
        "秀英",
        "桂兰",
        "大山",
        "小伟",
        "国庆",
        "淑芬",
        "志强",
        "玉兰",
        "海燕",
        "铁柱",
        "丽华",
        "文博",
        "子涵",
        "欣怡",
        "梓萱",
    ]
)
surnames = st.sampled_from("王李张刘陈杨赵黄周吴徐孙胡朱郭罗梁宋郑谢韩唐冯董曹袁邓许傅沈彭吕苏卢蒋蔡贾丁魏薛叶阎潘杜戴")


@settings(max_examples=400, deadline=None)
@given(surnames, given_names, st.sampled_from(INTRODUCTIONS), st.sampled_from(ASKED), phones)
def test_no_name_that_is_told_survives(surname: str, given_name: str, form: str, asked: str, phone: str) -> None:
    said = form.format(name := surname + given_name, asked) + f"，{name}的电话{phone}"
    for hidden in (mask(said), strip(said)):
        assert name not in hidden and phone not in hidden
        assert asked.rstrip("了，")[:4] in hidden, "and the question is still there"


@pytest.mark.parametrize(
    ("said", "gone"),
    [
        ("住朝阳区建国路88号院3号楼502室能上门吗", ("朝阳", "建国路", "88", "502")),
        ("我家在幸福小区3栋2单元501，能上门吗", ("幸福", "3栋", "501")),
        ("地址：北京市海淀区中关村大街27号", ("海淀", "中关村", "27")),
        ("住院号 0012345，12床", ("0012345", "12床")),
        ("病案号：A-1234能查吗", ("1234",)),
        ("vx: abc12345", ("abc",)),
        ("加我V信 wang_88", ("wang",)),
        ("QQ12345加我", ("12345",)),
        ("王阿姨家老头子李大山能喝酒吗", ("王阿", "大山")),
        ("我爸王国庆，王国庆能喝酒吗", ("王国庆",)),
        ("陈秀英想问下打胰岛素", ("秀英",)),
    ],
)
def test_addresses_and_numbers_of_the_hospital_go_too(said: str, gone: tuple[str, ...]) -> None:
    for hidden in (mask(said), strip(said)):
        assert not [one for one in gone if one in hidden]


def test_what_was_masked_can_be_named_and_leaves_no_hole() -> None:
    said = "我叫王小明，电话：138 1234 5678，糖尿病人能去桑拿吗？"
    assert kinds(said) == ["姓名", "电话"]
    assert strip(said) == "糖尿病人能去桑拿吗？"
    assert kinds("〔电话〕是什么") == [], "what somebody typed is no placeholder of ours"

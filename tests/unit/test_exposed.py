"""What should not stand in a room, and what may."""

from __future__ import annotations

import datetime as dt

import pytest

from handlers.contract import Incoming, What
from handlers.index import concepts
from handlers.services.knowledge.context import Concepts
from handlers.services.safety.exposed import Exposed, redacted
from handlers.services.safety.exposed import exposed as look
from playbooks.schema.load import load

CONCEPTS = concepts(load())


def message(said: str, picture: bool = False) -> Incoming:
    what = What.IMAGE if picture else What.TEXT
    return Incoming(1, "memory", dt.datetime.now(dt.UTC), what, 1, 1, said, said, False, has_image=picture)


def exposed(msg: Incoming, known: Concepts) -> Exposed | None:
    return look(msg.text, msg.with_picture, known)


@pytest.mark.parametrize(
    "said",
    [
        "我一天吃两片降压药", "早上打了8个单位胰岛素", "二甲双胍 0.5g 每天两次", "氨氯地平5mg，早上一次", "阿司匹林100毫克我吃了三年",
        "医生让我每次吃半片缬沙坦", "阿托品一晚一滴", "胰岛素早12个单位晚10个单位",
    ],
)  # fmt: skip
def test_doses(said: str) -> None:
    assert exposed(message(said), CONCEPTS) is Exposed.DOSE


@pytest.mark.parametrize(
    "said", ["肌酐132", "尿酸：486 偏高", "血红蛋白 98", "CA199 是 45", "白细胞2.1", "TSH 6.8 要吃药吗"]
)
def test_lab_results(said: str) -> None:
    assert exposed(message(said), CONCEPTS) is Exposed.LAB


def test_a_sheet_is_a_picture_with_its_name() -> None:
    assert exposed(message("我的化验单", picture=True), CONCEPTS) is Exposed.LAB
    assert exposed(message("我的化验单在哪里拿"), CONCEPTS) is None
    assert exposed(message("今天的晚霞", picture=True), CONCEPTS) is None


@pytest.mark.parametrize("said", ["13800138000", "138 0013 8000", "11010519491231002X"])
def test_numbers_are_masked_before_anything_sees_them(said: str) -> None:
    msg = message(f"我的是{said}，谢谢")
    assert exposed(msg, CONCEPTS) is Exposed.NUMBER
    assert redacted(msg).said == redacted(msg).text == "我的是〔号码〕，谢谢"


@pytest.mark.parametrize(
    "said",
    [
        "今天吃了2片面包", "早饭两片吐司一个鸡蛋", "吃了三片西瓜", "走了8000步", "昨天喝了2000毫升水", "药忘吃了", "肌酐的正常值一般是多少",
        "我家三口人", "降压药早上吃还是晚上吃", "白细胞低要注意什么", "报告几天能拿", "下周三上午10点复查", "主食一顿一两", "尿酸高能吃豆腐吗",
        "加了半勺盐", "一片叶子掉下来", "血糖130mg/dL 怎么换算", "吃一点姜片", "血糖仪打八折",
    ],
)  # fmt: skip
def test_everyday_talk_is_left_alone(said: str) -> None:
    assert exposed(message(said), CONCEPTS) is None

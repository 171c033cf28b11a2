"""The first review: what it doubts, what it must let pass, and whose signature settles it."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from handlers.services.knowledge.screen import Screen, screen
from playbooks.lock import fingerprint
from playbooks.schema.common import Playbook, Review, Signature, Stage
from playbooks.schema.load import load
from playbooks.schema.source import Where
from tests.unit.kinds import CHALLENGE, FAQ, JOURNEY, REWARD, RULE, made

LEXICONS = tuple(load().lexicons.values())
SCREEN = Screen(LEXICONS)


def signed(entry: Playbook) -> Playbook:
    """The entry with a medical signature for its very words."""
    mark = Signature(who="陈医生", role="medical", on=dt.date(2026, 3, 1), of=fingerprint(entry)[:12])
    return entry.model_copy(update={"review": Review(stage=Stage.MEDICAL, by=(mark,))})


def rules(text: str, context: Any = "care") -> set[str]:
    return {doubt.rule for doubt in SCREEN.seen(text, context)}


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("坚持三个月就能断根", "blocked-care"),
        ("这个办法可以根 治", "blocked-care"),
        ("這個辦法可以根治", "blocked-care"),
        ("可以根\u200b治", "blocked-care"),
        ("可以根😀治", "blocked-care"),
        ("没有任何副作用", "blocked-care"),
        ("血糖正常了，停药即可。", "blocked-care"),
        ("目前还不能停药，这个办法可以根治", "blocked-care"),
        ("早上吃一片拜新同", "blocked-drug"),
        ("每次吃 500 mg，随餐。", "dose"),
        ("胰岛素加２单位", "dose"),
        ("每天两次，一次吃三片", "dose"),
        ("想了解请加微信", "contact"),
        ("详情见 https://example.invalid/a", "contact"),
        ("电话 13800138000", "contact"),
    ],
)
def test_doubtful(text: str, rule: str) -> None:
    assert rule in rules(text)


@pytest.mark.parametrize(
    "text",
    [
        "目前还不能根治，但可以控制得很好。",
        "凡是号称根治的，都不要信。",
        "最好在医院治疗，最近一周量一次血压。",
        "第一次打胰岛素，请在医院学会。",
        "冰袋用毛巾包好，伤口部分红肿要告诉医生。",
        "情况紧急请拨打 120，心理援助热线 12356。",
        "每天食盐不超过 5 克，喝水 1500 毫升。",
        "一天吃一个苹果，半碗饭。",
        "不要自己停药。",
    ],
)
def test_ordinary_medical_speech_passes(text: str) -> None:
    assert rules(text) == set()


def test_invitations_are_judged_more_strictly_than_care() -> None:
    assert rules("这里有专家推荐的内容", "ad") == {"blocked-ad"} and rules("这里有专家推荐的内容") == set()
    invited = made(CHALLENGE, invite="全市第一的护眼社群，一起来吧")
    assert [(one.where, one.found, one.context) for one in SCREEN.doubts(invited)] == [(("invite",), "全市第一", "ad")]
    assert SCREEN.doubts(made(CHALLENGE, invite="我在参加 21 天护眼，想请您一起。")) == []


@pytest.mark.parametrize(
    ("data", "changes", "where"),
    [
        (FAQ, {"answer": {"text": "可以根治。"}}, ("answer", "text")),
        (FAQ, {"answer": {"text": "可以。", "short": "可以根治。"}}, ("answer", "short")),
        (FAQ, {"see_doctor_when": ["不用去医院"]}, ("see_doctor_when", 0)),
        (JOURNEY, {"steps": [{"id": "first", "when": {"after": "0m"}, "send": "可以根治。"}]}, ("steps", 0, "send")),
        (CHALLENGE, {"words": {**CHALLENGE["words"], "finished": "可以根治。"}}, ("words", "finished")),
        (REWARD, {"catalogue": [{"item": "限时优惠券", "cost": 10}]}, ("catalogue", 0, "item")),
        (RULE, {"then": [{"do": "send", "text": "可以根治。"}]}, ("then", 0, "text")),
    ],
)
def test_every_text_that_readers_get_is_judged(data: dict[str, Any], changes: dict[str, Any], where: Where) -> None:
    assert [one.where for one in screen(made(data, **changes), LEXICONS)] == [where]


def test_a_question_may_ask_for_a_cure() -> None:
    assert (
        screen(made(FAQ, question="近视能根治吗", ask=["近视能根治吗", "根治近视", "断根", "治愈率多少"]), LEXICONS)
        == []
    )


def test_a_medical_signature_settles_drugs_and_doses_but_no_promise() -> None:
    text = {"text": "早上吃一片拜新同，可以根治。"}
    assert {one.rule for one in screen(made(FAQ, answer=text), LEXICONS)} == {"blocked-drug", "blocked-care", "dose"}
    assert {one.rule for one in screen(signed(made(FAQ, answer=text)), LEXICONS)} == {"blocked-care"}
    other = made(FAQ, answer=text).model_copy(update={"review": signed(made(FAQ)).review})
    assert {one.rule for one in screen(other, LEXICONS)} == {"blocked-drug", "blocked-care", "dose"}


def test_a_doubt_says_whose_signature_it_needs() -> None:
    found = screen(made(FAQ, answer={"text": "早上吃一片拜新同，可以根治。"}), LEXICONS)
    assert {one.rule: one.needs for one in found} == {
        "blocked-drug": "medical",
        "dose": "medical",
        "blocked-care": "expert",
    }
    assert all(("医学审核人" in one.say) == (one.needs == "medical") for one in found)
    advertised = screen(signed(made(CHALLENGE, invite="一起吃拜新同，每天两片")), LEXICONS)
    assert {one.rule: one.needs for one in advertised} == {"blocked-ad": "expert", "dose": "expert"}


def test_the_longest_words_are_named_once() -> None:
    assert [one.found for one in SCREEN.seen("可以彻底治愈", "care")] == ["彻底治愈"]


def test_shipped_content_raises_no_doubt() -> None:
    assert [(entry.id, doubt) for entry in load().all() for doubt in SCREEN.doubts(entry)] == []

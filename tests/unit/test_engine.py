"""The matching engine: certain answers, guarded look-alikes, and silence."""

from __future__ import annotations

import pytest

from handlers.services.retrieval.engine import Engine
from handlers.services.retrieval.guards import Contrast, numbers, polarity
from handlers.services.retrieval.outcome import Entry, Zone
from handlers.services.retrieval.text import bare, plain

FOOD = Contrast({"西瓜": ("西瓜",), "香蕉": ("香蕉",)})
SIDE = Contrast({"左": ("左",), "右": ("右",)})
ENTRIES = [
    Entry("melon", "血糖高能吃西瓜吗", ("糖尿病人可以吃西瓜吗", "西瓜糖尿病能吃不")),
    Entry("left", "左膝换关节后多久能走路", ("左膝置换术后几天下地",)),
    Entry("target", "空腹血糖7.0算达标吗"),
]
ENGINE = Engine(ENTRIES, {"food": FOOD, "side": SIDE}, {"糖友": "糖尿病人", "能不能": "能"})


@pytest.mark.parametrize(
    ("asked", "zone", "best"),
    [
        ("血糖高能吃西瓜吗", Zone.ANSWER, "melon"),
        ("医生您好，請問血糖高能吃西瓜嗎？謝謝🙏", Zone.ANSWER, "melon"),
        ("糖友可以吃西瓜吗", Zone.ANSWER, "melon"),
        ("血糖高能不能吃西瓜呀", Zone.ANSWER, "melon"),
        ("左膝换关节后多久能走路啊", Zone.ANSWER, "left"),
    ],
)
def test_certain_questions_are_answered(asked: str, zone: Zone, best: str) -> None:
    match = ENGINE.find(asked)
    assert (match.zone, match.best and match.best.id) == (zone, best)


@pytest.mark.parametrize(
    ("asked", "guard"),
    [
        ("血糖高能吃香蕉吗", "food"),
        ("右膝换关节后多久能走路", "side"),
        ("空腹血糖8.0算达标吗", "number"),
        ("空腹血糖7.0不算达标啊", "negation"),
    ],
)
def test_look_alikes_are_never_answered(asked: str, guard: str) -> None:
    match = ENGINE.find(asked)
    assert match.zone is not Zone.ANSWER
    assert guard in {one.objection for one in ENGINE.rank(asked)}


PRESSURE = Contrast({"高压": ("高压", "收缩压"), "低压": ("低压", "舒张压")}, True, things=False)
STATE = Contrast({"高": ("高", "偏高"), "正常": ("正常", "不高")}, True, things=False, states=True)
PRESSURES = Engine(
    [
        Entry("lower", "高压正常低压高要紧吗", ("只有舒张压高要紧吗",)),
        Entry("upper", "低压正常高压高要紧吗", ("收缩压高低压不高怎么回事",)),
    ],
    {"pressure": PRESSURE, "state": STATE},
)


@pytest.mark.parametrize(
    ("asked", "best"),
    [("低压偏高高压正常要紧吗", "lower"), ("低压高高压正常要紧不", "lower"), ("高压偏高低压正常要紧吗", "upper")],
)
def test_which_is_high_and_which_is_not_is_never_swapped(asked: str, best: str) -> None:
    match = PRESSURES.find(asked)
    assert match.best is not None and match.best.id == best
    assert all(one.objection for one in match.candidates if one.id != best)


def test_what_a_whole_entry_is_about_must_be_in_the_question() -> None:
    surgery = Contrast({"手术": ("术后", "手术", "做完")}, True, things=False, always=True)
    entries = [Entry("wash", "白内障术后能不能洗头发", ("白内障做完能不能洗头发",))]
    asked = "白内障能不能洗头发"
    assert not Engine(entries).rank(asked)[0].objection
    guarded = Engine(entries, {"surgery": surgery})
    assert guarded.rank(asked)[0].objection == "surgery"
    assert guarded.find("白内障做完以后能不能洗头发").zone is Zone.ANSWER


@pytest.mark.parametrize("asked", ["今天天气真好", "大家早上好", "", "🙏🙏", "彩票怎么买"])
def test_chatter_finds_nothing(asked: str) -> None:
    assert ENGINE.find(asked).zone is Zone.ABSTAIN


def test_a_long_story_is_never_answered_directly() -> None:
    asked = "我爸今年七十二岁了血糖一直偏高平时也不太注意饮食最近天热总想着吃点凉快的昨天还买了一个大西瓜回来想问糖尿病人可以吃西瓜吗"
    assert ENGINE.find(asked).zone is not Zone.ANSWER


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("能吃西瓜吗", "+"),
        ("能不能吃西瓜", "+"),
        ("不能吃西瓜吗", "+"),
        ("我不吃西瓜", "-"),
        ("不能吃什么", "-"),
        ("能吃什么", "+"),
        ("糖尿病人是不是不能吃西瓜", "+"),
        ("可以吃不", "+"),
        ("影响大不大", "+"),
        ("吃西瓜中不中", "+"),
        ("脚上特别痒", "+"),
        ("为什么眼睛不舒服", "+"),
        ("疫苗可以不打吗", "omit"),
        ("疫苗不打行吗", "omit"),
        ("疫苗一定要打吗", "+ omit"),
    ],
)
def test_what_is_asked(text: str, asks: str) -> None:
    assert polarity(text) == frozenset(asks.split())


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("饭后两小时血糖", (2.0,)),
        ("血压一百八怎么办", (180.0,)),
        ("二十五岁以后", (25.0,)),
        ("血糖13.5", (13.5,)),
        ("三点五个小时", (3.5,)),
        ("一下子头晕", ()),
        ("高压160低压95", (95.0, 160.0)),
    ],
)
def test_numbers_are_read_as_written_and_as_spoken(text: str, found: tuple[float, ...]) -> None:
    assert numbers(text) == found


@pytest.mark.parametrize(
    ("written", "meant"),
    [("血壓１３０／８５", "血压130/85"), ("血\u200b糖", "血糖"), ("\ud800血糖", "血糖"), ("血\u0000糖", "血糖")],
)
def test_writing_is_made_comparable(written: str, meant: str) -> None:
    assert plain(written) == meant


def test_politeness_is_no_part_of_the_question() -> None:
    assert bare("医生您好，请问血糖高能吃西瓜吗？谢谢🙏") == bare("血糖高能吃西瓜吗") == "血糖高能吃西瓜吗"
    assert bare("血糖6。5高吗") == "血糖6.5高吗"

"""Readings in free wording: what is kept, what is doubted, and what is no check-in.

In `data/readings.txt` a text stands over what comes back: `measure | values | context | said | warnings | flags`, or
`? measure | reason | warnings if the numbers are meant as written` for a doubt.
"""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from handlers.services.care.readings import Doubt, Reading, critical, literal_critical, parse_readings
from playbooks.schema.measure import Measure

CONTENT = Path(__file__).parents[2] / "playbooks" / "content" / "measure"
PATHS = sorted(CONTENT.glob("*.yaml"))
MEASURES = tuple(Measure.model_validate(yaml.safe_load(path.read_text("utf-8"))) for path in PATHS)

DATA = Path(__file__).parent / "data"
CHECK_INS = (DATA / "readings.txt").read_text("utf-8")
NO_CHECK_INS = (DATA / "readings_others.txt").read_text("utf-8")


def blocks(table: str) -> list[list[str]]:
    """A line at the margin begins a block; indented lines belong to it."""
    found: list[list[str]] = []
    for line in table.strip().splitlines():
        if line.startswith(" "):
            found[-1].append(line.strip())
        else:
            found.append([line])
    return found


def shown(found: Reading | Doubt) -> str:
    if isinstance(found, Doubt):
        return " | ".join((f"? {found.measure}", found.reason, " ".join(found.critical_if_literal))).rstrip(" |")
    values = found.values if isinstance(found.values, str) else " ".join(f"{k}={v:g}" for k, v in found.values.items())
    flags = " ".join(["other"] * found.other_person + [str(found.day_offset)] * bool(found.day_offset))
    warnings = " ".join(critical(found, MEASURES))
    return " | ".join((found.measure, values, found.context or "", found.said, warnings, flags)).rstrip(" |")


def one(text: str) -> Reading | Doubt:
    (found,) = parse_readings(text, MEASURES)
    return found


def warned(text: str) -> tuple[str, ...]:
    found = one(text)
    return critical(found, MEASURES) if isinstance(found, Reading) else found.critical_if_literal


@pytest.mark.parametrize("block", blocks(CHECK_INS), ids=lambda b: b[0])
def test_check_in_is_read(block: list[str]) -> None:
    assert [shown(found) for found in parse_readings(block[0], MEASURES)] == block[1:]


@pytest.mark.parametrize("text", NO_CHECK_INS.strip().splitlines())
def test_talk_about_numbers_is_no_check_in(text: str) -> None:
    assert parse_readings(text, MEASURES) == ()


@pytest.mark.parametrize(
    "text", ["1. 血糖高能吃西瓜吗", "1、血糖高能吃西瓜吗 2、打胰岛素会上瘾吗", "１．血压高怎么办 ２．血糖高怎么办"]
)
def test_the_numbers_of_a_list_measure_nothing(text: str) -> None:
    assert parse_readings(text, MEASURES) == () and literal_critical(text, MEASURES) == ()


@pytest.mark.parametrize("text", ["1. 血糖 2.1 2. 血压 190/120", "血糖 1. 头晕", "血糖2."])
def test_readings_in_a_list_still_warn(text: str) -> None:
    assert literal_critical(text, MEASURES)


def test_longer_than_a_message_is_no_check_in() -> None:
    assert parse_readings("血压130/85" + "。" * 500, MEASURES) == ()


@pytest.mark.parametrize("tenths", range(25, 45))
def test_low_glucose_at_each_tenth(tenths: int) -> None:
    expected = ("critical_glucose_very_low",) * (tenths < 30) + ("critical_glucose_low",) * (tenths <= 39)
    assert warned(f"空腹血糖{tenths / 10}") == expected


@pytest.mark.parametrize("tenths", range(160, 174))
def test_high_glucose_at_each_tenth(tenths: int) -> None:
    assert warned(f"血糖 {tenths / 10} mmol/L") == ("critical_glucose_high",) * (tenths >= 167)


@pytest.mark.parametrize("high", range(172, 188))
def test_upper_pressure_at_each_mmhg(high: int) -> None:
    assert warned(f"血压{high}/90") == ("critical_bp_high",) * (high >= 180)


@pytest.mark.parametrize("low", range(102, 118))
def test_lower_pressure_at_each_mmhg(low: int) -> None:
    assert warned(f"血压150/{low}") == ("critical_bp_high",) * (low >= 110)


@pytest.mark.parametrize("tenths", range(385, 396))
def test_temperature_at_each_tenth(tenths: int) -> None:
    assert warned(f"体温{tenths / 10}") == ("critical_temperature",) * (tenths > 390)


def test_doubt_names_the_warning_of_the_literal_numbers() -> None:
    swapped = one("血压 85/130")
    assert isinstance(swapped, Doubt) and swapped.critical_if_literal == ("critical_bp_high", "critical_bp_low")
    assert swapped.said == "血压 85/130" and swapped.question.endswith("再发一次。")


def test_unit_is_asked_never_guessed() -> None:
    found = one("血糖 120")
    assert isinstance(found, Doubt)
    assert found.question == "您写的是 血糖 120。请问单位是 mmol/L 还是 mg/dL？请带上单位再发一次。"


def test_literal_numbers_of_a_question_can_still_warn() -> None:
    assert parse_readings("血压180/115怎么办", MEASURES) == ()
    assert literal_critical("血压180/115怎么办", MEASURES) == ("critical_bp_high",)
    assert literal_critical("血糖2.8要紧吗", MEASURES) == ("critical_glucose_very_low", "critical_glucose_low")
    assert literal_critical("血压130/85正常吗", MEASURES) == ()


def test_all_twelve_measures_are_samples() -> None:
    ids = {m.id for m in MEASURES}
    assert ids == {
        "blood-pressure",
        "glucose",
        "weight",
        "heart-rate",
        "temperature",
        "vision",
        "steps",
        "pain",
        "medicine",
        "outdoor",
        "exercise",
        "diet",
    }
    assert {m.review.stage for m in MEASURES} == {"sample"}


def raw(name: str) -> dict[str, object]:
    loaded: dict[str, object] = yaml.safe_load((CONTENT / f"{name}.yaml").read_text("utf-8"))
    return loaded


NUMBER: dict[str, object] = {"type": "number", "unit": "x"}
BAD: list[tuple[dict[str, object], str]] = [
    ({"critical": [{"part": "value", "template": "x1"}]}, "只写一个"),
    ({"critical": [{"part": "value", "at_least": 9, "at_most": 3, "template": "x1"}]}, "只写一个"),
    ({"critical": [{"part": "sys", "at_least": 9, "template": "x1"}]}, "没有叫 sys 的 part"),
    ({"critical": [{"part": "value", "at_least": 99, "template": "x1"}]}, "合理范围"),
    ({"normal": [{"part": "value", "low": 3.5}]}, "碰到了 critical"),
    ({"normal": [{"part": "value", "low": 9, "high": 5}]}, "low 不能大于 high"),
    ({"normal": [{"part": "value"}]}, "至少要写 low 或 high"),
    ({"normal": [{"part": "value", "context": "moon", "high": 5}]}, "没有叫 moon 的 context"),
    ({"value": NUMBER | {"parts": [{"name": "甲", "key": "value", "low": 5, "high": 1}]}}, "low 要小于 high"),
    ({"value": {"type": "choice", "options": [{"key": "done", "title": "好"}]}}, "value 是 choice 时"),
    ({"mistyped": 1}, "mistyped"),
]


@pytest.mark.parametrize(("change", "complaint"), BAD, ids=[complaint for _, complaint in BAD])
def test_wrong_content_is_refused_in_words(change: dict[str, object], complaint: str) -> None:
    with pytest.raises(ValidationError, match=complaint):
        Measure.model_validate(raw("glucose") | change)


PIECES = st.sampled_from(
    (
        "打卡",
        "血压",
        "血糖",
        "空腹",
        "餐后",
        "高压",
        "低压",
        "左眼",
        "右",
        "视力",
        "体重",
        "斤",
        "公斤",
        "户外",
        "小时",
        "半小时",
        "分钟",
        "走了",
        "步",
        "万",
        "一百八",
        "八十五",
        "点",
        "度",
        "130",
        "85",
        "6.5",
        "/",
        "-",
        ",",
        "。",
        " ",
        "mg/dl",
        "kpa",
        "没吃药",
        "饮食",
        "吗",
        "我妈",
        "昨天",
        "0",
        "999999999",
        "十",
        "零",
        "over",
        "²",
        "①",
        "٣",
    )
)


@settings(max_examples=400, deadline=2000, database=None)
@given(st.lists(PIECES, max_size=16).map("".join))
def test_no_mixture_of_words_and_numbers_raises(text: str) -> None:
    for found in parse_readings(text, MEASURES):
        if isinstance(found, Reading):
            critical(found, MEASURES)
        else:
            assert found.question and "{" not in found.question
    literal_critical(text, MEASURES)


@settings(max_examples=200, deadline=2000, database=None)
@given(st.text(max_size=490).map(lambda text: "打卡血压" + text))
def test_no_text_raises(text: str) -> None:
    parse_readings(text, MEASURES)


@pytest.mark.parametrize("piece", ["9", "一", "血压", "1,", "3.", "餐后", "早上8点", "高压", "半小时", "。", "ﷺ"])
@settings(max_examples=1, deadline=2000, database=None)
@given(st.none())
def test_long_repeats_are_read_quickly(piece: str, _: None) -> None:
    parse_readings("打卡 血压" + (piece * 500)[:490], MEASURES)

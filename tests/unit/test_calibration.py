"""The line between answering and asking: raised until false answers are rare enough, never below the floor."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from bot import calibrating, config
from handlers.services.retrieval import calibration, thresholds
from handlers.services.retrieval.calibration import Asked, calibrate
from handlers.services.retrieval.encoder import encoder
from handlers.services.retrieval.engine import Engine
from handlers.services.retrieval.outcome import FLOORS, STANDARD, Entry

USE = "use-m3-0.2.1"


def asked(name: str, margins: list[float], right: bool) -> list[Asked]:
    return [Asked(name, margin, right) for margin in margins]


def test_the_line_rises_just_above_the_false_answers() -> None:
    own = asked("held_out", [0.01, 0.02, 0.05, -0.1], True)
    wrong = asked("chat", [0.03, -0.2, -0.2, -0.2], False)
    found = calibrate([*own, *wrong], 0.01)
    assert found.raised == pytest.approx(0.0301)
    assert (found.rate, found.answered_right) == (0.0, 0.25)
    assert calibrate([*own, *wrong], 0.5).raised == 0.0


def test_the_rate_is_the_mean_over_slices_and_little_data_is_said() -> None:
    found = calibrate([*asked("chat", [0.1, -1.0], False), *asked("life", [-1.0] * 300, False)], 0.25)
    assert found.false_answers == {"chat": 0.5, "life": 0.0}
    assert found.rate == 0.25
    assert found.thin == ["chat"]


def test_a_question_kept_back_by_a_guard_is_never_answered_however_low_the_line() -> None:
    engine = Engine([Entry("a", "空腹血糖7.0算达标吗")])
    assert calibration.margin(engine, engine.find("空腹血糖8.0算达标吗")) == -1.0


def test_held_out_phrasings_do_not_find_themselves() -> None:
    engine = Engine([Entry("a", "血糖高能吃西瓜吗", ("怎么提前预约复诊",))])
    found = engine.held_out(1)
    assert found.best is None or found.best.phrasing != "怎么提前预约复诊"


@pytest.mark.parametrize(
    ("answer", "ids", "expected"),
    [
        (0.86, ["a", "b"], 0.86),
        (0.10, ["a", "b"], FLOORS[USE]),
        (0.86, ["a", "x", "y"], STANDARD[USE].answer),
    ],
)
def test_a_calibration_counts_for_its_own_entries_and_never_below_the_floor(
    tmp_path: Path, answer: float, ids: list[str], expected: float
) -> None:
    file = tmp_path / "thresholds.yaml"
    file.write_text(yaml.safe_dump({USE: {"answer": answer, "ids": ["a", "b"]}}), encoding="utf-8")
    faq = config.load().faq
    assert thresholds.calibrated(encoder("use"), faq, ids, file).answer == expected


def test_configuration_only_raises_the_line(tmp_path: Path) -> None:
    faq = config.load().faq
    none = tmp_path / "none.yaml"
    high = faq.model_copy(update={"answer_at": 0.97})
    assert thresholds.calibrated(encoder("use"), high, [], none).answer == 0.97
    low = faq.model_copy(update={"answer_at": 0.1})
    assert thresholds.calibrated(encoder("use"), low, [], none).answer == STANDARD[USE].answer


def test_the_bank_is_large_and_of_all_kinds() -> None:
    bank = calibrating.bank()
    assert sum(map(len, bank.values())) >= 3_000
    assert {"chat", "life", "other_medical", "same_topic"} <= bank.keys()

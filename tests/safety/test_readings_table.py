"""Free Chinese text read as measurements: what is a reading, what only looks like one, and what has to warn."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from handlers.services.care.readings import Reading, literal_critical, parse_readings
from playbooks.schema.measure import Measure

HERE = Path(__file__).parent
CONTENT = HERE.parents[1] / "playbooks" / "content" / "measure"
MEASURES = tuple(Measure.model_validate(yaml.safe_load(p.read_text("utf-8"))) for p in sorted(CONTENT.glob("*.yaml")))

LINES = (HERE / "readings.txt").read_text("utf-8").splitlines()
TABLE = [tuple(line.split("\t")) for line in LINES if line and not line.startswith("#")]
LOOK_ALIKES = [said for expected, said in TABLE if expected == "-"]


def read(said: str) -> str:
    found = []
    for one in parse_readings(said, MEASURES):
        if not isinstance(one, Reading):
            found.append(f"? {one.measure} {one.reason}")
        elif isinstance(one.values, str):
            found.append(f"{one.measure} {one.values}")
        else:
            found.append(" ".join([one.measure, *(f"{part}={value:g}" for part, value in one.values.items())]))
    warnings = [f"!{name.removeprefix('critical_')}" for name in literal_critical(said, MEASURES)[:1]]
    return " ".join([*(["; ".join(found)] if found else []), *warnings]) or "-"


@pytest.mark.parametrize(("expected", "said"), TABLE, ids=[said for _, said in TABLE])
def test_what_is_read(expected: str, said: str) -> None:
    assert read(said) == expected


@pytest.mark.parametrize("said", LOOK_ALIKES)
@pytest.mark.parametrize(
    ("reading", "warning"), [("血压190/110", "critical_bp_high"), ("血糖2.8", "critical_glucose_very_low")]
)
def test_a_look_alike_hides_no_reading(said: str, reading: str, warning: str) -> None:
    """Each number that is no reading, once before and once after one that has to warn."""
    assert warning in literal_critical(f"{said}，{reading}", MEASURES)
    assert warning in literal_critical(f"{reading}，{said}", MEASURES)


def test_there_are_enough_sentences() -> None:
    assert len(LOOK_ALIKES) >= 100 and len(TABLE) - len(LOOK_ALIKES) >= 150

"""`xinglin preview`: one person's plan day by day, by the live code."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import structlog
from typer.testing import CliRunner

from bot.cli import app
from bot.preview import Profile, as_page, as_text, preview, read_profile
from playbooks.schema.source import Broken
from tests.unit.slots import shipped

PERSON = """\
name: 王叔
day: 2026-03-10
answers: {eye-ok: 更疼或更看不清}
says:
  - {at: 2026-03-04 12:00, text: 手术改到3月12号}
"""


def profile(tmp_path: Path, text: str = PERSON) -> Profile:
    file = tmp_path / "person.yaml"
    file.write_text(text, encoding="utf-8")
    return read_profile(file)


def test_the_calendar_shows_what_comes_what_is_said_and_why_nothing_came(tmp_path: Path) -> None:
    found = preview(shipped(), "cataract", profile(tmp_path))
    by_kind = {kind: [one for one in found.moments if one.kind == kind] for kind in ("sent", "said", "staff", "missed")}
    assert [one.text for one in by_kind["said"]] == ["手术改到3月12号", "更疼或更看不清"]
    assert any("明天做眼睛" in one.text for one in by_kind["sent"])
    assert any("警报" in one.text for one in by_kind["staff"])
    assert {one.why for one in by_kind["missed"]} == {"有没解除的警报"}
    assert found.anchor.isoformat() == "2026-03-12", "days are counted from where the operation was moved to"
    assert "前 1 天　3月11日" in as_text(found)


def test_the_page_escapes_what_people_write(tmp_path: Path) -> None:
    text = PERSON + "  - {at: 2026-03-05 12:00, text: '<script>alert(1)</script>'}\n"
    page = as_page(preview(shipped(), "cataract", profile(tmp_path, text)))
    assert "<script>" not in page and "&lt;script&gt;" in page


@pytest.mark.parametrize("journey", sorted(shipped().journeys))
def test_every_plan_that_ships_can_be_walked_to_its_end(journey: str) -> None:
    found = preview(shipped(), journey, Profile())
    steps = shipped().journeys[journey].steps
    sent = [one for one in found.moments if one.kind == "sent"]
    missed = [one for one in found.moments if one.kind == "missed"]
    assert len(sent) >= len(steps) - len(missed) - 1
    assert not any(one.why in ("还没到", "") for one in missed)


@pytest.mark.parametrize(
    ("text", "say"),
    [
        ("nam: 王叔\n", "person.yaml:1: nam: 没有这个字段"),
        ("name: 王叔\nday: 明天\n", "person.yaml:2: day: 写法不对"),
        ("zone: Mars/Base\n", "person.yaml:1: zone: 没有这个时区"),
    ],
)
def test_a_mistake_in_the_file_is_told_with_its_line(tmp_path: Path, text: str, say: str) -> None:
    with pytest.raises(Broken) as caught:
        profile(tmp_path, text)
    assert say in str(caught.value.problems[0])


def test_the_command(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    request.addfinalizer(structlog.reset_defaults)  # the command's logs go to a terminal that is closed then
    page = tmp_path / "plan.html"
    found = CliRunner().invoke(app, ["preview", "dry-eye", "--json", "--html", str(page)])
    assert found.exit_code == 0, found.output
    rows = json.loads(found.output[found.output.index("[") :])
    assert rows[0]["kind"] == "sent" and "我陪您八周" in rows[0]["text"]
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")


def test_an_unknown_plan_and_an_answer_to_nothing_are_told() -> None:
    with pytest.raises(Broken, match="没有叫 nothing 的计划"):
        preview(shipped(), "nothing", Profile())
    with pytest.raises(Broken, match="会提问的有：eye-ok"):
        preview(shipped(), "cataract", Profile(answers={"day-7": "好"}))

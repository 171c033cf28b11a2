"""`xinglin sign`: a signature in the file, bound to its words; the rest of the file stays as its author wrote it."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import pytest

from bot import config as configuration
from bot.checking import check
from bot.config import ROOT
from bot.signing import sign_file
from playbooks.lock import fingerprint
from playbooks.schema.load import load_file
from playbooks.signing import CannotSign, sign, unsigned

DAY = dt.date(2026, 3, 2)
SMALL = ROOT / "tests/stories/small"


@pytest.fixture()
def file(tmp_path: Path) -> Path:
    shutil.copytree(SMALL, tmp_path / "small")
    return tmp_path / "small/faq/melon.yaml"


def test_it_changes_the_review_block_and_nothing_else(file: Path) -> None:
    before = file.read_text()
    sign(file, "陈医生", "medical", DAY, dt.date(2027, 3, 2))
    after = file.read_text()
    _, entry = load_file(file)
    block = after[after.index("review:") : after.index("question:")]
    assert after.replace(block, "") == before.replace("review: {stage: sample}\n", "")
    assert [(one.who, one.role, one.on, one.of) for one in entry.review.by] == [
        ("陈医生", "medical", DAY, fingerprint(entry)[:12])
    ]
    assert entry.review.stage == "published" and entry.review.expires == dt.date(2027, 3, 2)


def test_the_second_step_needs_the_first_and_another_person(file: Path) -> None:
    with pytest.raises(CannotSign, match="先签 --role medical"):
        sign(file, "王主任", "expert", DAY)
    sign(file, "陈医生", "medical", DAY)
    with pytest.raises(CannotSign, match="同一个人不能签两步"):
        sign(file, "陈医生", "expert", DAY)
    assert [one.role for one in sign(file, "王主任", "expert", DAY).entry.review.by] == ["medical", "expert"]


def test_signatures_for_other_words_go_when_it_is_signed_anew(file: Path) -> None:
    sign(file, "陈医生", "medical", DAY)
    file.write_text(file.read_text().replace("可以少吃一点", "可以吃一点"))
    done = sign(file, "刘医生", "medical", DAY)
    assert [one.who for one in done.dropped] == ["陈医生"] and [one.who for one in done.entry.review.by] == ["刘医生"]


def test_check_says_what_is_not_served_and_what_to_do(file: Path) -> None:
    sign(file, "陈医生", "medical", DAY)
    folder, config = file.parents[1], configuration.load()
    assert check([folder], config).unsigned == ()
    file.write_text(file.read_text().replace("可以少吃一点", "可以吃一点"))
    found = check([folder], config)
    assert not found.problems and [one.id for one in unsigned(found.library)] == ["melon"]
    (note,) = found.unsigned
    assert "melon.yaml:" in str(note) and "xinglin sign melon" in str(note) and "#通过 melon" in str(note)


@pytest.mark.parametrize(
    ("entry", "role", "expires", "say"),
    [
        ("nothing", "medical", None, "没有找到 nothing.yaml"),
        ("melon", "boss", None, "只能写 medical 或 expert"),
        ("melon", "medical", "soon", "要写日期"),
        ("melon", "medical", "2020-01-01", "要晚于今天"),
    ],
)
def test_what_it_says_when_it_cannot(file: Path, entry: str, role: str, expires: str | None, say: str) -> None:
    config = configuration.load(None, {"playbooks": {"folders": [str(file.parents[1])]}})
    with pytest.raises(CannotSign, match=say):
        sign_file(config, entry, "陈医生", role, expires)
    assert sign_file(config, "faq/melon", "陈医生", "medical", None)[-1].startswith("陈医生 签了 melon@1")


@pytest.mark.parametrize(
    ("who", "role", "say"),
    [
        ("刘医生", "medical", "没有叫“刘医生”的临床医生或专家（现在有：陈医生、王主任）"),
        ("小林", "medical", "没有叫“小林”的临床医生或专家"),
        ("陈医生", "expert", "没有叫“陈医生”的专家（现在有：王主任）"),
    ],
)
def test_only_a_doctor_of_the_house_signs_unless_somebody_insists(file: Path, who: str, role: str, say: str) -> None:
    config = configuration.load(None, {"playbooks": {"folders": [str(file.parents[1])]}})
    sign_file(config, "melon", "王主任", "medical", None)
    before = file.read_text()
    with pytest.raises(CannotSign, match=say):
        sign_file(config, "melon", who, role, None)
    assert file.read_text() == before
    assert f"{who} 签了 melon@1" in sign_file(config, "melon", who, role, None, force=True)[-1]

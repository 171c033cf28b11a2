"""`xinglin check`: what it tells beyond the schema, as errors or as notes, for people and for machines."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from bot import config
from bot.checking import Checked, check
from bot.cli import app
from bot.logs import configure
from handlers.services.knowledge.lists import recogniser
from playbooks.library import KINDS
from playbooks.lock import fingerprint
from playbooks.schema.load import CONTENT, load
from tests.unit.kinds import CHALLENGE, EXPERIMENT, FAQ, HEAD, JOURNEY, LEXICON, RULE, made

TODAY = dt.date(2026, 3, 2)
SIGNED = [{"who": "陈医生", "role": "medical", "on": "2026-03-01"}]
EXPERT = [*SIGNED, {"who": "王主任", "role": "expert", "on": "2026-03-02"}]


@pytest.fixture()
def folder(tmp_path: Path) -> Path:
    shutil.copytree(CONTENT / "lexicon", tmp_path / "lexicon")
    return tmp_path


@pytest.fixture(autouse=True)
def logs_as_before() -> Iterator[None]:
    """The commands set up logs of their own, on streams that are closed afterwards."""
    yield
    configure("info")


def write(folder: Path, data: dict[str, Any], **changes: Any) -> Path:
    entry = {**HEAD, **data, **changes}
    path = folder / entry["kind"] / f"{entry['id']}.yaml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(yaml.safe_dump(entry, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return path


def checked(folder: Path) -> Checked:
    return check([folder], config.load(), thorough=True, today=TODAY)


def told(found: list[Any]) -> list[str]:
    """Without what every new entry is told."""
    return [f"{Path(one.file).name}: {one.where}: {one.say}" for one in found if one.where != "version"]


@pytest.mark.parametrize(
    ("expires", "say"),
    [
        ("2026-03-01", "2026-03-01 已过期，不再使用；请重新审核"),
        ("2026-03-02", "2026-03-02 到期，请在这之前重新审核"),
        ("2026-04-01", "2026-04-01 到期，请在这之前重新审核"),
        ("2026-04-02", None),
    ],
)
def test_what_has_expired_or_soon_will_is_a_note(folder: Path, expires: str, say: str | None) -> None:
    write(folder, FAQ, review={"stage": "published", "by": SIGNED, "expires": expires})
    found = checked(folder)
    assert told(found.notes) == ([f"melon.yaml: review.expires: {say}"] if say else [])
    assert not [one for one in found.problems if one.where.startswith("review")]


@pytest.mark.parametrize(
    ("review", "error", "note"),
    [
        ({"stage": "sample"}, False, True),
        ({"stage": "draft"}, False, True),
        ({"stage": "published", "by": SIGNED}, True, False),
        ({"stage": "published", "by": EXPERT}, False, False),
        ({"stage": "withdrawn"}, False, False),
    ],
)
def test_what_the_screen_doubts_is_a_note_until_it_is_published_without_an_expert(
    folder: Path, review: dict[str, Any], error: bool, note: bool
) -> None:
    words = {"answer": {"text": "三个月根治。"}}
    of = fingerprint(made(FAQ, **words))[:12]
    review = {**review, "by": [{**one, "of": of} for one in review.get("by", [])]}
    write(folder, FAQ, **words, review=review)
    found = checked(folder)
    say = "melon.yaml: answer.text: 初审有疑问：“根治”（健康内容里不该说的话）；请改写，或请专家签名"
    assert (say in told(found.problems), say in told(found.notes)) == (error, note)


def test_the_same_words_in_two_entries_are_an_error_that_names_both(folder: Path) -> None:
    write(folder, FAQ)
    write(
        folder,
        FAQ,
        id="other",
        question="糖尿病人能吃糖醋排骨吗",
        ask=["糖尿病人可以吃西瓜吗？", "排骨能吃吗现在", "糖醋排骨行吗糖友", "想吃糖醋排骨可以吗"],
    )
    (say,) = [one for one in told(checked(folder).problems) if "两条只能留一处" in one]
    assert say.startswith("other.yaml: ask.0: “糖尿病人可以吃西瓜吗？”在 ") and "faq/melon.yaml" in say


def test_two_entries_that_would_answer_each_other_are_a_note(folder: Path) -> None:
    write(folder, FAQ)
    write(
        folder,
        FAQ,
        id="twin",
        question="血糖高能不能吃西瓜呀",
        ask=["糖尿病患者可以吃西瓜吗", "西瓜糖友可不可以吃", "血糖高西瓜能吃点吗", "糖尿病吃西瓜要紧吗"],
    )
    found = checked(folder)
    (say,) = [one for one in told(found.notes) if "也会由" in one]
    assert "faq/twin.yaml" in say or "faq/melon.yaml" in say
    assert "种问法也像" in say
    write(
        folder,
        FAQ,
        id="twin",
        question="血糖高能不能吃西瓜呀",
        ask=["糖尿病患者可以吃西瓜吗", "西瓜糖友可不可以吃", "血糖高西瓜能吃点吗", "糖尿病吃西瓜要紧吗"],
        review={"stage": "withdrawn"},
    )
    assert not [one for one in told(checked(folder).notes) if "也会由" in one]


def test_words_that_mean_the_same_tie_and_are_told(folder: Path) -> None:
    """After 糖友 has become 糖尿病 the two are equal, though no letter was copied."""
    write(folder, FAQ, ask=["糖尿病患者能不能吃榴莲", "榴莲一", "榴莲二", "榴莲三"])
    write(folder, FAQ, id="other", question="排骨能吃吗", ask=["糖友能不能吃榴莲", "排骨一", "排骨二", "排骨三"])
    found = checked(folder)
    assert any("也会由" in one and "（1.00）" in one for one in told(found.notes)), told(found.notes)


def test_alike_is_not_the_same_where_a_guard_tells_them_apart(folder: Path) -> None:
    write(folder, FAQ)
    write(
        folder,
        FAQ,
        id="grape",
        question="血糖高能吃葡萄吗",
        ask=["糖尿病人可以吃葡萄吗", "葡萄糖友能不能吃", "血糖高葡萄能吃点不", "糖尿病吃葡萄要紧不"],
    )
    assert not [one for one in told(checked(folder).notes) if "也会由" in one]


@pytest.mark.parametrize("use", ["intent", "blocked", "rumour", "negative", "synonym", "contrast", "red_flag"])
def test_the_examples_of_every_use_of_a_word_list_are_tried(folder: Path, use: str) -> None:
    terms: list[dict[str, Any]] = [{"say": "没效果", "also": ["没有效果"], "unless": ["没效果也"]}]
    more: dict[str, Any] = {"template": "safety/call_120"} if use == "red_flag" else {}
    if use == "red_flag":
        terms[0]["level"] = "B"
    examples = {"hit": ["一点没有效果啊", "很好用"], "miss": ["很有用", "打卡没有效果"]}
    write(folder, LEXICON, id="tried", use=use, terms=terms, examples=examples, **more)
    found = [one for one in told(checked(folder).problems) if one.startswith("tried")]
    assert found == [
        "tried.yaml: examples.hit.1: “很好用”没有被识别，请补词",
        "tried.yaml: examples.miss.1: “打卡没有效果”被误报，请加 unless 或把词写具体",
    ]


def test_words_that_make_a_phrase_harmless_count_in_the_same_clause_only() -> None:
    seen = recogniser(made(LEXICON))  # type: ignore[arg-type]
    assert not seen("目前不能根治") and seen("目前不能根治，三年后可以根治")


@pytest.mark.parametrize(
    ("data", "changes", "say"),
    [
        (RULE, {"then": [{"do": "send", "template": "chat/helo"}]}, "then.0.template: templates/ 里没有 chat/helo.txt.j2，您是不是想写 chat/hello？"),
        (RULE, {"then": [{"do": "send", "text": "{{ nam }}"}]}, "then.0.text: 文字里的 {{ }} 用错了"),
        (JOURNEY, {"only_if": {"fact": "consentd", "equals": True}}, "only_if: 没有叫 consentd 的事实，您是不是想写 consented？"),
        (CHALLENGE, {"measure": "outdoor", "invite": "{{ nobody }}"}, "invite: 文字里的 {{ }} 用错了"),
    ],
)  # fmt: skip
def test_what_only_shows_when_it_is_used(folder: Path, data: dict[str, Any], changes: dict[str, Any], say: str) -> None:
    shutil.copytree(CONTENT / "measure", folder / "measure")
    write(folder, data, **changes)
    assert any(say in one for one in told(checked(folder).problems))


def test_a_broken_entry_does_not_hide_what_is_wrong_with_others_but_a_broken_word_list_does(folder: Path) -> None:
    write(folder, FAQ, answer={"text": "三个月根治。"}, review={"stage": "published", "by": SIGNED})
    write(folder, EXPERIMENT, weights=1)
    files = {Path(one.file).name for one in checked(folder).problems}
    assert {"melon.yaml", "newcomer-words.yaml"} <= files
    write(folder, LEXICON, id="broken", use="bloked")
    assert "melon.yaml" not in {Path(one.file).name for one in checked(folder).problems}


# --- 命令 --------------------------------------------------------------------------------------------------------


def run(*words: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, list(words))
    return result.exit_code, result.stdout


def test_notes_do_not_fail_and_errors_do(folder: Path) -> None:
    for path in (folder / "lexicon").iterdir():
        if not path.name.startswith("blocked"):
            path.unlink()
    write(folder, JOURNEY, id="three-days", review={"stage": "draft", "expires": "2020-01-01"})
    code, text = run("check", str(folder))
    assert code == 0 and "已过期" in text and "提示" in text and "没有问题" in text
    code, text = run("check", str(folder), "--json")
    data = json.loads(text)
    assert (
        code == 0 and data["ok"] and not data["problems"] and set(data["notes"][0]) == {"file", "line", "where", "say"}
    )
    write(folder, JOURNEY, id="three-days", anchor="jioned")
    code, text = run("check", str(folder))
    assert code == 1 and "anchor: 只能写" in text and "您是不是想写 joined？" in text and "计划 journey" in text
    code, text = run("check", str(folder), "--json")
    assert code == 1 and not json.loads(text)["ok"]


@pytest.mark.parametrize("kind", KINDS)
def test_new_writes_a_file_that_asks_to_be_filled_in_and_never_overwrites(tmp_path: Path, kind: str) -> None:
    code, text = run("new", kind, f"my-{kind}", "--folder", str(tmp_path))
    path = tmp_path / kind / f"my-{kind}.yaml"
    assert code == 0 and str(path) in text and "接下来" in text
    found = check([tmp_path], config.load())
    assert found.problems and {one.say[:4] for one in found.problems} == {"还没有填"}
    path.write_text("mine", encoding="utf-8")
    assert run("new", kind, f"my-{kind}", "--folder", str(tmp_path))[0] != 0
    assert path.read_text(encoding="utf-8") == "mine"


def test_new_finds_a_free_name_and_refuses_what_cannot_be_one(tmp_path: Path) -> None:
    for number in (1, 2):
        run("new", "faq", "--folder", str(tmp_path))
        assert (tmp_path / f"faq/new-faq-{number}.yaml").exists()
    for wrong in ("../up", "大写", "A", "-a", "x" * 65, "a/b"):
        assert run("new", "faq", "--folder", str(tmp_path), "--", wrong)[0] != 0
    assert run("new", "fax", "--folder", str(tmp_path))[0] != 0
    assert len(list(tmp_path.rglob("*"))) == 3


def own_settings(tmp_path: Path, folder: Path) -> Path:
    file = tmp_path / "config.yaml"
    settings = {"playbooks": {"folders": [str(folder)], "drafts": str(tmp_path / "drafts")}}
    file.write_text(yaml.safe_dump(settings), encoding="utf-8")
    return file


def test_what_new_writes_is_a_draft_that_is_in_nobodys_way(folder: Path, tmp_path: Path) -> None:
    live = tmp_path / "live"
    shutil.copytree(folder / "lexicon", live / "lexicon")
    write(live, FAQ, tags=["西瓜"])
    own = ("--config", str(own_settings(tmp_path, live)))
    code, text = run("new", "faq", "durian", *own)
    draft = tmp_path / "drafts/faq/durian.yaml"
    assert code == 0 and str(draft) in text and "患者看不到" in text and f"挪到 {live / 'faq'}" in text
    assert list(load([live]).faqs) == ["melon"]
    code, text = run("check", str(draft), *own)
    assert code == 1 and "durian.yaml" in text and "还没有填" in text
    assert run("new", "faq", "melon", *own)[0] != 0, "an id in use is not free"


def test_a_draft_is_checked_beside_what_is_in_use_and_never_locked(folder: Path, tmp_path: Path) -> None:
    live = tmp_path / "live"
    shutil.copytree(folder / "lexicon", live / "lexicon")
    write(live, FAQ)
    own = ("--config", str(own_settings(tmp_path, live)))
    (tmp_path / "drafts").mkdir()
    draft = write(tmp_path / "drafts", FAQ, id="twin")
    code, text = run("check", str(draft), *own)
    assert code == 1 and "两条只能留一处" in text and "melon.yaml" in text and "还没有登记" not in text
    assert run("check", str(draft), "--lock", *own)[0] == 2


def filled(path: Path) -> None:
    """As an author would: something sensible in every place that asks for it."""
    text = path.read_text(encoding="utf-8")
    for line in [line for line in text.splitlines() if "请填" in line]:
        text = text.replace(line, line.replace("year: 请填", "year: 2023"), 1)
    said = iter(f"第{number}件事该怎么办才好" for number in range(1000))
    while "请填" in text:
        start = text.index("请填")
        end = min(place for sign in ",}\n" if (place := text.find(sign, start)) >= 0)
        text = text[:start] + next(said) + text[end:]
    path.write_text(text, encoding="utf-8")


@pytest.mark.parametrize("kind", ["faq", "journey", "rule", "lexicon", "reward"])
def test_a_filled_in_starting_file_is_valid(tmp_path: Path, kind: str) -> None:
    run("new", kind, "filled", "--folder", str(tmp_path))
    filled(tmp_path / kind / "filled.yaml")
    assert [entry.id for entry in load([tmp_path]).all()] == ["filled"]

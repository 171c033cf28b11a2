"""`xinglin eval` counts rightly: a set so small that every figure is known beforehand."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from bot import config
from bot.baselines import at_rate
from bot.evaluate import Questions, evaluate
from bot.perturb import disturbed, edits
from playbooks.schema.load import load
from playbooks.schema.source import Broken


def written(folder: Path, **files: list[dict[str, object]]) -> Path:
    for name in ("faq", "queries_in", "queries_out", "hard_negatives"):
        lines = [json.dumps(one, ensure_ascii=False) for one in files.get(name, [])]
        (folder / f"{name}.jsonl").write_text("\n".join(lines), encoding="utf-8")
    return folder


@pytest.fixture
def small(tmp_path: Path) -> Path:
    return written(
        tmp_path,
        faq=[
            {"id": "melon", "question": "糖尿病人可以吃西瓜吗"},
            {"id": "walk", "question": "换膝以后多久能下地走路"},
        ],
        queries_in=[
            {"query": "糖尿病人可以吃西瓜吗？", "gold": "melon"},
            {"query": "怎么预约明天上午的专家号", "gold": "walk"},
        ],
        queries_out=[
            {"query": "今天天气真好", "slice": "non_medical"},
            {"query": "彩票怎么买", "slice": "non_medical"},
        ],
        hard_negatives=[{"query": "换膝以后多久能下地走路", "slice": "x"}, {"query": "晚上几点熄灯", "slice": "x"}],
    )


def test_the_figures_of_a_known_set(small: Path) -> None:
    found = evaluate(small, load(), config.load())
    assert found["answered_right"] == 0.5
    assert found["answered_wrong"] == 0.0
    assert found["false_answer_by_slice"] == {"hard_negative": 0.5, "non_medical": 0.0}
    assert found["false_answer"] == 0.25
    assert found["disturbed"]["greeting"] == 1.0
    assert {"rapidfuzz", "use-m3-0.2.1 alone"} <= found["baselines"].keys()


def test_a_second_look_at_the_labels_counts(small: Path, tmp_path: Path) -> None:
    judged = tmp_path / "judged.jsonl"
    judged.write_text(
        json.dumps({"query": "换膝以后多久能下地走路", "faq": "walk", "kind": "wrong label"}, ensure_ascii=False)
        + "\n"
        + json.dumps({"query": "怎么预约明天上午的专家号", "faq": "melon", "kind": "in"}, ensure_ascii=False),
        encoding="utf-8",
    )
    questions = Questions.of(small, [judged])
    assert "换膝以后多久能下地走路" not in {one["query"] for one in questions.outside}
    assert questions.right(questions.inside[1], "melon")


def test_a_broken_set_says_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(Broken, match="缺少文件"):
        Questions.of(tmp_path)
    written(tmp_path)
    (tmp_path / "faq.jsonl").write_text("{oops", encoding="utf-8")
    with pytest.raises(Broken, match="不是 JSON"):
        Questions.of(tmp_path)


def test_a_baseline_answers_as_much_as_its_false_answers_allow() -> None:
    inside, right = np.array([0.9, 0.8, 0.4]), np.array([True, True, True])
    outside = np.array([0.85, 0.3, 0.2, 0.1])
    assert at_rate(inside, right, outside, ["a"] * 4, 0.25) == pytest.approx((1 / 3, 0.85))
    assert at_rate(inside, right, outside, ["a"] * 4, 0.5) == pytest.approx((1.0, 0.3))


def test_disturbances_change_little_and_edits_change_the_meaning() -> None:
    found = disturbed("糖尿病人能吃西瓜吗")
    assert found["traditional"] == "糖尿病人能喫西瓜嗎" or "嗎" in found["traditional"]
    assert len(found["dropped"]) == len("糖尿病人能吃西瓜吗") - 1
    assert len(found["homophone"]) == len("糖尿病人能吃西瓜吗") and found["homophone"] != "糖尿病人能吃西瓜吗"
    assert found == disturbed("糖尿病人能吃西瓜吗")
    assert ("swap", "右膝换关节后多久能走") in set(edits("左膝换关节后多久能走"))
    assert ("number", "血糖22正常吗") in set(edits("血糖7正常吗"))

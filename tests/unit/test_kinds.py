"""The nine kinds: what each takes and refuses, on its own and across files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from playbooks import lock
from playbooks.library import KINDS, Library
from playbooks.references import references
from playbooks.schema.common import Playbook
from playbooks.schema.events import EVENTS, PERSON, REFERS
from tests.unit.kinds import CHALLENGE, EXPERIMENT, FAQ, JOURNEY, LEXICON, REWARD, RULE, SEGMENT, made

ROOT = Path(__file__).parents[2]


def test_there_are_ten_kinds_and_a_library_keeps_all_of_them() -> None:
    assert set(KINDS) == {
        "faq", "journey", "challenge", "rule", "segment", "measure", "lexicon", "reward", "experiment",
        "tags",
    }  # fmt: skip
    entries = [made(data) for data in (FAQ, JOURNEY, CHALLENGE, RULE, SEGMENT, LEXICON, REWARD, EXPERIMENT)]
    assert {entry.id for entry in Library.of(entries).all()} == {entry.id for entry in entries}


def test_every_event_of_the_program_that_has_a_list_entry_is_really_written_somewhere_or_announced() -> None:
    """A rule may wait for what the program records today; the others are for the engines to come."""
    text = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "handlers").rglob("*.py"))
    later = {name for name in EVENTS if f'"{name}"' not in text}
    assert (
        later
        == {"alert_cleared", "challenge_finished", "day_began", "reminder_done", "trend_noticed", "words_noticed"}
        & later
    )
    assert set(REFERS.values()) <= set(KINDS) and set(REFERS) <= {
        *PERSON,
        *(one for facts in EVENTS.values() for one in facts),
    }


@pytest.mark.parametrize(
    ("data", "changes", "say"),
    [
        (RULE, {"on": "day_begun"}, "没有叫 day_begun 的事件，您是不是想写 day_began？"),
        (RULE, {"then": []}, "too_short"),
        (RULE, {"then": [{"do": "award", "points": 1}] * 6}, "too_long"),
        (RULE, {"then": [{"do": "shout"}]}, "union_tag_invalid"),
        (RULE, {"then": [{"do": "send"}]}, "text（文字）或 template"),
        (RULE, {"then": [{"do": "tag"}]}, "add（加上的标签）或 remove"),
        (RULE, {"then": [{"do": "award"}]}, "points（积分）或 honour"),
        (RULE, {"then": [{"do": "offer", "text": "来吗", "faq": "aa", "journey": "bb"}]}, "写且只写一个"),
        (RULE, {"cooldown": "a week"}, "数字加单位"),
        (RULE, {"when_unknown": "send"}, "literal_error"),
        (SEGMENT, {"smallest": 4}, "greater_than_equal"),
        (EXPERIMENT, {"of": "lexicon/flag-help"}, "试验不能用在词表上"),
        (EXPERIMENT, {"of": "rule/quiet"}, "试验不能用在规则上"),
        (EXPERIMENT, {"of": "jurney/newcomer"}, "您是不是想写 journey？"),
        (EXPERIMENT, {"arms": [{"name": "一", "weight": 40, "use": "newcomer"}, {"name": "二", "weight": 50, "use": "bb"}]}, "现在是 90"),
        (EXPERIMENT, {"arms": [{"name": "一", "weight": 50, "use": "newcomer"}, {"name": "一", "weight": 50, "use": "bb"}]}, "和前面一组重复"),
        (EXPERIMENT, {"arms": [{"name": "一", "weight": 50, "use": "aa"}, {"name": "二", "weight": 50, "use": "bb"}]}, "现在用的 newcomer"),
        (EXPERIMENT, {"arms": [{"name": "一", "weight": 99, "use": "newcomer"}]}, "too_short"),
        (EXPERIMENT, {"ends": "2026-03-01"}, "ends 要晚于 starts"),
        (EXPERIMENT, {"harm": ["journey_finished"]}, "又在 harm"),
        (EXPERIMENT, {"harm": []}, "too_short"),
        (FAQ, {"answer": {"text": "答", "picture": "../secret.png"}}, "内容文件夹里面"),
        (FAQ, {"answer": {"text": "答", "picture": "/etc/passwd.png"}}, "内容文件夹里面"),
        (FAQ, {"answer": {"text": "答", "picture": "a\\..\\b.png"}}, "内容文件夹里面"),
        (FAQ, {"answer": {"text": "答", "picture": "http://a.cn/b.png"}}, "https://"),
        (FAQ, {"answer": {"text": "答", "picture": "foot.svg"}}, "结尾"),
        (FAQ, {"answer": {"text": "答", "video": "foot.mp4"}}, "https://"),
        (LEXICON, {"use": "banned"}, "literal_error"),
        (LEXICON, {"examples": {"hit": ["可以根治"]}}, "要写 examples"),
        (LEXICON, {"terms": [{"say": "根治", "level": "A"}]}, "只有 use: red_flag 的词写 level"),
        (REWARD, {"catalogue": [{"item": "手册", "cost": 100, "needs": "达仁"}]}, "没有叫 达仁 的等级"),
        (REWARD, {"honours": [{"name": "星", "when": "一月"}, {"name": "星", "when": "二月"}]}, "名字重复：星"),
        (JOURNEY, {"leave_on": ["died"]}, "没有叫 died 的事件"),
        (JOURNEY, {"anchor": "hospital"}, "literal_error"),
        (CHALLENGE, {"freeze_on": ["lazy"]}, "literal_error"),
    ],
)  # fmt: skip
def test_refused(data: dict[str, Any], changes: dict[str, Any], say: str) -> None:
    with pytest.raises(ValidationError) as error:
        made(data, **changes)
    assert any(say in (one["type"], one["msg"]) or say in one["msg"] for one in error.value.errors()), error.value


@pytest.mark.parametrize(
    ("question", "say"),
    [
        ({}, "写且只写一个"),
        ({"measure": "glucose", "text": True}, "写且只写一个"),
        ({"choice": ["只有一个"]}, "至少写两个选项"),
    ],
)
def test_a_step_asks_in_one_way(question: dict[str, Any], say: str) -> None:
    step = {"id": "first", "when": {"day": 1, "at": "08:00"}, "send": "今天感觉怎样？"}
    made(JOURNEY, steps=[{**step, "ask": {"choice": ["好", "不好"], "wait": "6h"}}])
    with pytest.raises(ValidationError, match=say):
        made(JOURNEY, steps=[{**step, "ask": question}])
    with pytest.raises(ValidationError, match="ask 和 task 只写一个"):
        made(JOURNEY, steps=[{**step, "ask": {"text": True}, "task": {"do": "check_in"}}])


def loose(*entries: Playbook) -> list[str]:
    return [
        f"{one.kind}/{one.id}: {'.'.join(map(str, one.where))}: {one.say}" for one in references(Library.of(entries))
    ]


SHORT = made(JOURNEY, id="newcomer-short")


@pytest.mark.parametrize(
    ("entry", "say"),
    [
        (made(RULE, then=[{"do": "enrol", "journey": "newcomr"}]), "then.0.journey: 没有叫 newcomr 的计划，您是不是想写 newcomer？"),
        (made(RULE, then=[{"do": "offer", "text": "来吗", "challenge": "zzz"}]), "then.0.challenge: 没有叫 zzz 的挑战，现在一个也没有"),
        (made(RULE, then=[{"do": "award", "honour": "星"}]), "then.0.honour: 没有叫 星 的荣誉，已有：月度之星"),
        (made(RULE, only_if={"fact": "days_since_mesage", "at_least": 2}), "only_if: 没有叫 days_since_mesage 的事实，您是不是想写 days_since_message？"),
        (made(RULE, only_if={"fact": "measure", "equals": "glucose"}), "only_if: 事件 day_began 不带 measure，带它的有：check_in_recorded、trend_noticed"),
        (made(RULE, only_if={"fact": "segment", "has": "activ"}), "only_if: 没有叫 activ 的分群，您是不是想写 active？"),
        (made(SEGMENT, id="other", only_if={"fact": "segment", "has": "active"}), "only_if: 没有叫 segment 的事实"),
        (made(EXPERIMENT, arms=[{"name": "一", "weight": 50, "use": "newcomer"}, {"name": "二", "weight": 50, "use": "newcomer-log"}]), "arms.1.use: 没有叫 newcomer-log 的计划"),
        (made(CHALLENGE), "measure: 没有叫 outdoor 的指标"),
        (made(JOURNEY, id="other", steps=[{"id": "first", "when": {"after": "0m"}, "send": "量一下", "ask": {"measure": "glucos"}}]), "steps.0.ask.measure: 没有叫 glucos 的指标"),
    ],
)  # fmt: skip
def test_names_that_lead_nowhere_are_told_with_the_nearest_that_exists(entry: Playbook, say: str) -> None:
    reward = made(REWARD, honours=[{"name": "月度之星", "when": "一个月打满卡"}])
    found = loose(made(JOURNEY), SHORT, made(SEGMENT), reward, entry)
    assert found and any(f"{entry.id}: {say}" in one for one in found), found


def test_an_experiment_never_uses_what_is_not_reviewed() -> None:
    assert loose(made(JOURNEY), SHORT, made(EXPERIMENT)) == []
    draft = made(JOURNEY, id="newcomer-short", review={"stage": "draft"})
    (say,) = loose(made(JOURNEY), draft, made(EXPERIMENT))
    assert "arms.1.use: newcomer-short 的审核阶段是 draft，还没有审完" in say


def test_a_field_that_is_added_later_changes_no_hash() -> None:
    """Spelling out a default is no change of words."""
    assert lock.fingerprint(made(CHALLENGE)) == lock.fingerprint(made(CHALLENGE, freeze_on=[]))
    assert lock.fingerprint(made(CHALLENGE)) != lock.fingerprint(made(CHALLENGE, freeze_on=["ill"]))

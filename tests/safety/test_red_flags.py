"""Red flags over labelled sentences: danger is always seen, ordinary talk hardly ever taken for danger."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.alarms import Look, Sentence, bounds, measure, right, sentences
from playbooks.library import Library
from playbooks.schema.lexicon import Lexicon
from playbooks.schema.measure import Measure

HERE = Path(__file__).parent
CONTENT = HERE.parents[1] / "playbooks" / "content"
UNSEEN_RECALL = 0.5
FALSE_ALARMS = {"dev": 0.02, "test": 0.15}


def entries(kind: Any, pattern: str) -> dict[str, Any]:
    found = [kind.model_validate(yaml.safe_load(path.read_text("utf-8"))) for path in CONTENT.glob(pattern)]
    return {one.id: one for one in found}


class Flags:
    """As much of a library as the look needs."""

    lexicons = entries(Lexicon, "lexicon/flag-*.yaml")
    measures = entries(Measure, "measure/*.yaml")


LIBRARY: Library = Flags()  # type: ignore[assignment]
LOOK = Look(LIBRARY)
SENTENCES = sentences(HERE)
FOUND = measure(SENTENCES, LOOK)
GROUPS = FOUND["groups"]


def failed(*groups: str) -> list[str]:
    return [f"{one['said']} {one['seen']}" for one in FOUND["wrong"] if one["half"] == "dev" and one["group"] in groups]


def test_every_textbook_danger_is_seen() -> None:
    assert GROUPS["dev"]["core"]["share"] == 1, failed("core")


def test_other_dangers_are_hardly_ever_missed() -> None:
    assert GROUPS["dev"]["rest"]["share"] >= 0.99, failed("rest")


def test_unseen_wordings_are_missed_no_more_than_the_manual_says() -> None:
    assert GROUPS["test"]["rest"]["share"] >= UNSEEN_RECALL


@pytest.mark.parametrize("half", ["dev", "test"])
def test_false_alarms_are_rare(half: str) -> None:
    groups = [GROUPS[half][name] for name in ("plain", "trap")]
    wrong = sum(one["of"] - one["right"] for one in groups)
    assert wrong <= FALSE_ALARMS[half] * sum(one["of"] for one in groups), failed("plain", "trap")


def test_what_is_over_or_feared_is_answered() -> None:
    assert GROUPS["dev"]["ask"]["share"] >= 0.8, failed("ask")


def test_there_are_enough_sentences() -> None:
    count = {name: sum(half.get(name, {"of": 0})["of"] for half in GROUPS.values()) for name in GROUPS["dev"]}
    assert count["core"] >= 200 and count["core"] + count["rest"] >= 600
    assert count["plain"] + count["trap"] >= 2000 and count["trap"] >= 200


def test_there_are_enough_emergencies_each_with_its_words_and_source() -> None:
    assert len(Flags.lexicons) >= 16
    assert len({one.template for one in Flags.lexicons.values()}) >= 16
    assert all(one.source for one in Flags.lexicons.values())


def test_a_message_is_checked_in_well_under_a_millisecond() -> None:
    said = [one.said for one in SENTENCES]
    began = time.perf_counter()
    for one in said:
        LOOK.flags.seen(one)
    assert (time.perf_counter() - began) / len(said) < 0.001


@pytest.mark.parametrize(
    "said",
    [
        "我爸去年中风恢复得不错，今天又中风了",
        "看了科普才知道，我胸痛",
        "上学路上孩子晕倒了，叫不醒",
        "跳楼机旁边有人要自杀",
        "我想死你们别管我",
        "早上抽血，现在便血",
        "术后第三天右手拿不住筷子",
        "没发烧，就是胸口疼",
        "头疼胸口疼",
        "化疗后发烧，昨天吃了烧烤",
    ],
)
def test_harmless_words_beside_danger_hide_nothing(said: str) -> None:
    assert [one for one in LOOK.seen(said) if not one.asks]


@pytest.mark.parametrize(
    "said",
    ["胸扣疼", "胸 口 疼", "胸口😭疼", "胸。口。疼", "xiong口疼", "胸口teng", "喘不上起", "踹不上氣", "是不是中枫了", "嘴歪ㄌ 說話說不清", "胸口 / 疼"],
)  # fmt: skip
def test_slips_and_signs_between_characters_hide_nothing(said: str) -> None:
    assert [one for one in LOOK.seen(said) if not one.asks and one.level == "A"]


@pytest.mark.parametrize("said", ["胸口已经不疼了", "怕以后会胸痛", "不咳血了", "没有头晕胸闷"])
def test_over_or_feared_asks(said: str) -> None:
    assert [one.asks for one in LOOK.seen(said)] and all(one.asks for one in LOOK.seen(said))


@pytest.mark.parametrize("said", ["没有胸痛", "伤口没有红肿", "怎么预防中风", "我爸前年心梗", "心梗的讲座几点"])
def test_denied_taught_or_long_past_is_no_flag(said: str) -> None:
    assert LOOK.seen(said) == []


def test_nothing_cancels_self_harm() -> None:
    assert LOOK.seen("电视剧里说的，去年我也不想活了")[0].level == "S"


def test_right_asks_for_the_severity_of_the_label() -> None:
    one = Sentence("post-op", "rest", "dev", "伤口流脓", "flag-post-op", "A")
    assert not right(one, LOOK.seen(one.said))


def test_bounds_are_those_of_the_tables() -> None:
    assert bounds(0, 300) == pytest.approx((0.0, 0.01222), abs=1e-4)
    assert bounds(95, 100) == pytest.approx((0.8872, 0.9836), abs=1e-4)
    assert bounds(50, 100) == pytest.approx((0.3983, 0.6017), abs=1e-4)


def test_without_sentences_the_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(LookupError, match="danger"):
        sentences(tmp_path)

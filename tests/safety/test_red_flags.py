"""Red flags over many sentences: danger is always seen, ordinary talk hardly ever taken for danger."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from handlers.services.safety.red_flags import SEVERITY, RedFlags
from playbooks.schema.lexicon import Lexicon

HERE = Path(__file__).parent
CONTENT = HERE.parents[1] / "playbooks" / "content" / "lexicon"
LEXICONS = tuple(Lexicon.model_validate(yaml.safe_load(p.read_text("utf-8"))) for p in sorted(CONTENT.glob("flag-*")))
FLAGS = RedFlags(LEXICONS)
MILDEST = {one.id: max((t.level or "C" for t in one.terms), key=SEVERITY.index) for one in LEXICONS}
FALSE_ALARMS = 0.02


def lines(name: str) -> list[str]:
    found = (HERE / name).read_text("utf-8").splitlines()
    return [one for one in found if one.strip() and not one.startswith("#")]


DANGER = [tuple(one.split("\t")) for one in lines("red_flags.txt")]
ORDINARY = lines("ordinary.txt")
TRAPS = [
    "看得心口疼 太虐了",
    "跌得想跳楼哈哈",
    "气得吐血",
    "昨晚打麻将输得吐血",
    "遗书那集你们看了吗",
    "这蚊子叮得小腿肿了个包",
    "心梗的科普文章大家看看",
    "我爸去年心梗做了支架，现在没事",
    "自杀式减肥不可取",
    "老虎一只跳楼机谁坐过",
    "跳楼价大甩卖",
    "手机死机了 叫不醒",
    "我家狗叫不醒 睡得香",
    "娃早上叫不醒，赖床",
    "我也不想活动",
    "不想活得太累",
    "想死磕这道题",
    "想解脱出来去旅游",
    "这价格让人窒息",
    "雾霾天窒息感",
    "晒得脸歪",
    "眼睛像窗帘一样睁不开，困",
    "不会是低血糖了吧哈哈开玩笑",
    "怎么预防低血糖",
    "笑死我了",
    "累死了",
    "想死你了",
    "化疗会发烧吗",
    "化疗后会不会发烧",
    "化疗37.2度算发烧吗",
    "化疗多少度算发烧",
    "体温37.0 化疗第三天",
    "化疗药漏吃了一片",
    "正常血糖3.9-6.1吗",
]


@pytest.mark.parametrize(("flag", "said"), DANGER)
def test_danger_is_seen(flag: str, said: str) -> None:
    seen = FLAGS.seen(said)
    assert any(one.id == flag or SEVERITY.index(one.level) <= SEVERITY.index(MILDEST[flag]) for one in seen), (
        f"{said}: {seen}"
    )


@pytest.mark.parametrize("said", TRAPS)
def test_harmless_saying_is_no_flag(said: str) -> None:
    assert FLAGS.seen(said) == []


def test_false_alarms_are_rare() -> None:
    wrong = [said for said in ORDINARY if FLAGS.seen(said)]
    print(f"false alarms: {len(wrong)} of {len(ORDINARY)}: {wrong}")
    assert len(wrong) <= FALSE_ALARMS * len(ORDINARY)


def test_there_are_enough_sentences() -> None:
    assert len(DANGER) >= 450 and len(ORDINARY) >= 300


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
    ],
)
def test_harmless_words_beside_danger_hide_nothing(said: str) -> None:
    assert FLAGS.seen(said)

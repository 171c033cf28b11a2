"""Segments and tags as shipped: one of each exclusive family at most, explained by the very tests that put somebody there."""

from __future__ import annotations

from collections import Counter
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from handlers.services.community import facts, groups
from handlers.services.community.groups import SEGMENT, TAG
from playbooks.schema.condition import Truth, judge
from playbooks.schema.events import PERSON
from playbooks.schema.segment import EXCLUSIVE
from tests.unit.slots import shipped

NUMBERS = [one for one in PERSON if one.startswith("days_since") or one.endswith(("d", "percent", "drop", "referrals"))]
KNOWN = st.dictionaries(st.sampled_from(NUMBERS), st.integers(0, 400)).map(
    lambda some: {one: value for one, value in some.items() if one not in ("unsubscribed", "consented")}
)
TOPIC = st.sampled_from(["糖尿病", "高血压", "孩子近视", "干眼", ""])


def person(known: dict[str, Any], topic: str, consented: bool) -> dict[str, Any]:
    none: frozenset[str] = frozenset()
    plain = {"tag": none, "honour": none, "in_journey": none, "in_challenge": none, "room": none}
    return {**plain, **known, "consented": consented, "unsubscribed": False, **({"topic": topic} if topic else {})}


@settings(deadline=None)
@given(KNOWN, TOPIC, st.booleans())
def test_one_group_of_an_exclusive_family_at_most_and_each_with_its_reason(
    known: dict[str, Any], topic: str, consented: bool
) -> None:
    library, mine = shipped(), person(known, topic, consented)
    found = groups.judged(library, mine)
    families = Counter(library.segments[name].family for kind, name in found if kind == SEGMENT)
    assert all(count == 1 for family, count in families.items() if family in EXCLUSIVE)
    for kind, name in found:
        if kind == SEGMENT:
            assert judge(library.segments[name].only_if, mine) is Truth.YES


def test_every_fact_that_conditions_may_ask_for_has_a_reader_and_a_name() -> None:
    read = {name for names in facts.READERS for name in names}
    plain = {"consented", "unsubscribed", "open_alert", "life", "quiet", "days_since_joined", "days_since_message"}
    assert set(PERSON) - read - plain == set()
    assert set(PERSON) - set(groups.TITLES) == set()


def test_two_hundred_tags_in_four_families_and_some_are_given() -> None:
    library = shipped()
    assert {one.family for one in library.tags.values()} == {"basic", "behaviour", "need", "decision"}
    assert sum(len(one.tags) for one in library.tags.values()) >= 200
    mine = groups.judged(library, person({"days_since_joined": 3, "check_in_days_7d": 6}, "糖尿病", True))
    assert {(TAG, "关注糖尿病"), (TAG, "加入一周内"), (TAG, "一周打卡五天以上")} <= mine


def test_a_condition_is_told_in_words() -> None:
    library = shipped()
    told = [groups.asked(test, inverted) for test, inverted in groups.tests(library.segments["value-high"].only_if)]
    assert told == ["近 7 天互动不少于 5", "近 30 天用服务不少于 2", "在一般范围的比例（%）不少于 70"]
    assert groups.shown(None) == "还不知道" and groups.shown(frozenset()) == "无" and groups.shown(True) == "是"

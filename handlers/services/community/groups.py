"""Who belongs where by what is known of them: segments, and the tags that playbooks give. Looked at anew every day.

Coming into a segment and leaving it are events, so that its size on any day can be told, and rules may wait for it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from handlers.contract import Happened, Scene, stored
from handlers.services.community import facts
from playbooks.library import Library
from playbooks.schema.condition import All, Any_, Condition, Not, Test, Truth, judge
from playbooks.schema.segment import EXCLUSIVE, Segment
from storage.queries import standing
from storage.tables.people import Person

SEGMENT, TAG = "segment", "tag"
ENTERED, LEFT = "segment_entered", "segment_left"
Group = tuple[str, str]


def in_order(library: Library) -> list[Segment]:
    """All segments, family by family, each in the order in which it is judged."""
    return sorted(library.segments.values(), key=lambda one: (one.family, one.order or 0, one.id))


def judged(library: Library, known: Mapping[str, Any]) -> set[Group]:
    """The segments and tags of somebody of whom this is known."""
    found: set[Group] = set()
    taken: set[str] = set()
    segments: set[str] = set()
    for one in in_order(library):
        if one.family in EXCLUSIVE and one.family in taken:
            continue
        if judge(one.only_if, known) is Truth.YES:
            taken.add(one.family)
            segments.add(one.id)
    found |= {(SEGMENT, one) for one in segments}
    with_segments = {**known, "segment": frozenset(segments)}
    for family in library.tags.values():
        for tag in family.tags:
            if tag.only_if is not None and judge(tag.only_if, with_segments) is Truth.YES:
                found.add((TAG, tag.name))
    return found


def wanted(library: Library) -> set[str]:
    """The facts that segments and tags ask for."""
    asked = [one.only_if for one in library.segments.values()]
    return facts.asked_in([*asked, *(tag.only_if for family in library.tags.values() for tag in family.tags)])


def refresh(scene: Scene, persons: Sequence[Person]) -> list[Happened]:
    """Look anew at where these people belong; returns who came into which segment and who left which."""
    library = scene.index.library
    known = facts.of_many(scene, persons, wanted(library) - {"segment"})
    before = standing.groups(scene.work, list(known))
    joined: list[dict[str, Any]] = []
    gone: list[tuple[int, str, str]] = []
    happened: list[Happened] = []
    for person_id, mine in known.items():
        now, was = judged(library, mine), {one for one in before.get(person_id, set()) if one[0] in (SEGMENT, TAG)}
        joined += [
            {"person_id": person_id, "kind": kind, "name": name, "since": scene.now} for kind, name in sorted(now - was)
        ]
        gone += [(person_id, kind, name) for kind, name in sorted(was - now)]
        happened += [Happened(LEFT, {"segment": one}, person_id) for kind, one in sorted(was - now) if kind == SEGMENT]
        happened += [
            Happened(ENTERED, {"segment": one}, person_id) for kind, one in sorted(now - was) if kind == SEGMENT
        ]
    standing.leave_groups(scene.work, gone)
    standing.join_groups(scene.work, joined)
    return happened


# -- why ------------------------------------------------------------------------------------------


def why(scene: Scene, person: Person, segment: Segment) -> list[tuple[str, Any, Truth]]:
    """(what is asked, what is known, whether it holds) for each single test of a segment's condition."""
    known = facts.of(scene, person, facts.asked_in([segment.only_if]))
    return [
        (asked(test, inverted), known.get(test.fact), _held(test, inverted, known))
        for test, inverted in tests(segment.only_if)
    ]


def _held(test: Test, inverted: bool, known: Mapping[str, Any]) -> Truth:
    truth = judge(test, known)
    return truth if not inverted else judge(Not.model_validate({"not": test}), known)


def tests(condition: Condition, inverted: bool = False) -> list[tuple[Test, bool]]:
    """Every single test, and whether it stands under a `not`."""
    if isinstance(condition, Test):
        return [(condition, inverted)]
    if isinstance(condition, Not):
        return tests(condition.not_, not inverted)
    parts = condition.all if isinstance(condition, All) else condition.any if isinstance(condition, Any_) else ()
    return [found for part in parts for found in tests(part, inverted)]


TITLES: Mapping[str, str] = {
    "consented": "同意建档",
    "unsubscribed": "退订",
    "open_alert": "有没解除的警报",
    "quiet": "要安静几天",
    "life": "正经历的事",
    "topic": "关注的病",
    "stage": "阶段",
    "wish": "想要的帮助",
    "decision": "想不想做、何时做",
    "tag": "标签",
    "room": "所在的群",
    "segment": "分群",
    "in_journey": "在走的计划",
    "in_challenge": "在做的挑战",
    "has_adviser": "有顾问",
    "points": "积分",
    "points_earned": "累计积分",
    "level": "等级",
    "honour": "荣誉",
    "checked_in_today": "今天打过卡",
    "days_since_joined": "加入天数",
    "days_since_message": "几天没说话",
    "days_since_sign": "几天没动静",
    "days_since_check_in": "几天没打卡",
    "days_since_surgery": "术后天数",
    "days_since_discharge": "出院天数",
    "days_since_treatment": "治疗后天数",
    "days_since_diagnosed": "确诊天数",
    "messages_7d": "近 7 天说话",
    "check_ins_7d": "近 7 天打卡",
    "check_in_days_7d": "近 7 天打卡的天数",
    "interactions_7d": "近 7 天互动",
    "active_days_30d": "近 30 天活跃天数",
    "services_30d": "近 30 天用服务",
    "questions_30d": "近 30 天提问",
    "questions_drop": "提问比上月少（%）",
    "helps_30d": "近 30 天帮到别人",
    "negative_words_14d": "近 14 天灰心的话",
    "reminders_unanswered_14d": "近 14 天没回应的提醒",
    "stops_30d": "近 30 天停掉的东西",
    "days_out_of_range": "连着几天不在一般范围",
    "in_range_percent": "在一般范围的比例（%）",
    "referrals": "介绍来的病友",
}


def asked(test: Test, inverted: bool = False) -> str:
    """A single test in words: `近 7 天打卡 不少于 3`."""
    name = TITLES.get(test.fact, test.fact)
    if test.at_least is not None:
        return f"{name}{'少于' if inverted else '不少于'} {test.at_least:g}"
    if test.at_most is not None:
        return f"{name}{'多于' if inverted else '不多于'} {test.at_most:g}"
    if test.has is not None:
        return f"{name}{'里没有' if inverted else '里有'}“{test.has}”"
    if isinstance(test.equals, bool):
        return f"{name}：{'是' if test.equals != inverted else '否'}"
    return f"{name}{'不是' if inverted else '是'}“{test.equals}”"


def shown(value: Any) -> str:
    """What is known, as staff read it."""
    if value is None:
        return "还不知道"
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, frozenset | set):
        return "、".join(sorted(value)) or "无"
    return f"{value:g}" if isinstance(value, int | float) else str(value) or "无"


def families(library: Library) -> dict[str, list[Segment]]:
    """Family → its segments in order."""
    found: dict[str, list[Segment]] = defaultdict(list)
    for one in in_order(library):
        found[one.family].append(one)
    return found


def of(scene: Scene, person: Person) -> list[str]:
    """The ids of somebody's segments as of now."""
    known = facts.of(scene, person, wanted(scene.index.library))
    return sorted(name for kind, name in judged(scene.index.library, known) if kind == SEGMENT)


def patients(scene: Scene, persons: Sequence[Person], staff: frozenset[int]) -> list[Person]:
    """Without staff, and without those of whom it is unsure who they are."""
    return [one for one in persons if stored(one.id) not in staff and one.frozen_since is None]

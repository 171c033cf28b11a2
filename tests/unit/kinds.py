"""Small sound examples of the three newest kinds, for tests to change."""

from __future__ import annotations

from typing import Any

from playbooks.library import KINDS
from playbooks.schema.common import Playbook

HEAD: dict[str, Any] = {"version": 1, "title": "标题", "owner": "社群运营组", "review": {"stage": "sample"}}
RULE: dict[str, Any] = {
    "kind": "rule",
    "id": "quiet-two-days",
    "on": "day_began",
    "only_if": {"fact": "days_since_message", "at_least": 2},
    "cooldown": "7d",
    "then": [{"do": "send", "text": "这两天还好吗？"}],
}
SEGMENT: dict[str, Any] = {
    "kind": "segment",
    "id": "active",
    "only_if": {"fact": "messages_7d", "at_least": 3},
}
EXPERIMENT: dict[str, Any] = {
    "kind": "experiment",
    "id": "newcomer-words",
    "of": "journey/newcomer",
    "arms": [
        {"name": "现在的", "weight": 50, "use": "newcomer"},
        {"name": "短的", "weight": 50, "use": "newcomer-short"},
    ],
    "goal": "journey_finished",
    "harm": ["unsubscribed", "room_left"],
    "salt": "2026-spring",
    "starts": "2026-03-01",
    "ends": "2026-05-01",
}
JOURNEY: dict[str, Any] = {
    "kind": "journey",
    "id": "newcomer",
    "anchor": "joined",
    "steps": [{"id": "first", "when": {"after": "0m"}, "send": "欢迎。"}],
}
CHALLENGE: dict[str, Any] = {
    "kind": "challenge",
    "id": "eye-care",
    "days": 21,
    "opens": "06:00",
    "closes": "21:00",
    "remind": "18:00",
    "join": ["护眼"],
    "measure": "outdoor",
    "honour": "护眼达人",
    "words": {"joined": "一", "remind": "二", "day_done": "三", "finished": "四", "not_finished": "五"},
}
REWARD: dict[str, Any] = {
    "kind": "reward",
    "id": "points",
    "points": {"check_in": 10},
    "per_day": 30,
    "levels": [{"name": "新手", "from": 0}, {"name": "达人", "from": 101}],
}
FAQ: dict[str, Any] = {
    "kind": "faq",
    "id": "melon",
    "question": "血糖高能吃西瓜吗",
    "ask": ["糖尿病人可以吃西瓜吗", "西瓜糖友能不能吃", "血糖高西瓜能吃点不", "糖尿病吃西瓜要紧不"],
    "answer": {"text": "可以少吃一点，不能敞开吃。"},
    "risk": "info",
    "sources": [{"title": "成人糖尿病食养指南", "year": 2023}],
    "examples": {
        "hit": ["血糖有点高还能不能吃西瓜", "糖尿病人想吃西瓜可以不", "西瓜一口都不能吃吗"],
        "miss": ["高血压能吃西瓜吗", "低血糖能吃西瓜吗"],
    },
}
LEXICON: dict[str, Any] = {
    "kind": "lexicon",
    "id": "blocked",
    "use": "blocked",
    "terms": [{"say": "根治", "unless": ["不能根治"]}],
    "examples": {"hit": ["可以根治"], "miss": ["目前不能根治"]},
}


def made(data: dict[str, Any], **changes: Any) -> Playbook:
    """The example with these fields instead, validated."""
    return KINDS[data["kind"]].model_validate({**HEAD, **data, **changes})

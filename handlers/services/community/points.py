"""Points and levels, from the reward playbook."""

from __future__ import annotations

from handlers.contract import Scene
from storage.queries import points


def award(scene: Scene, person_id: int, amount: int, key: str, reason: str) -> int:
    """Book points once per key; returns how many were booked (0 when the key was booked before)."""
    if amount <= 0 or not points.book(scene.work, key, person_id, amount, reason, scene.now):
        return 0
    return amount


def for_check_in(scene: Scene, person_id: int, measure: str, day: str) -> int:
    """Points for a check-in: once a day for each measure, up to the day's most."""
    reward = scene.index.reward
    if reward is None:
        return 0
    prefix = f"check_in:{person_id}:{day}:"
    room = reward.per_day - points.booked(scene.work, person_id, prefix)
    return award(scene, person_id, min(reward.points.get("check_in", 0), room), prefix + measure, "打卡")


def level_name(scene: Scene, total: int) -> str:
    """The level for this many points; empty without a reward playbook."""
    return scene.index.reward.level(total).name if scene.index.reward else ""

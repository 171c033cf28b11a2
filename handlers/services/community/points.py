"""Points: the ledger, what is earned by what happens, levels. Every booking is an event too, so that it can be made anew."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from handlers.contract import Happened, Scene
from handlers.services.care.days import at
from handlers.services.community.log import note, today
from playbooks.schema.reward import Earned
from storage.queries import points

BOOKED = "points_booked"
IDS = ("newcomer", "story", "quiz", "poll", "lecture", "question", "challenge", "journey", "step")
"""What tells one happening from another of its kind, in an event's data."""


def award(scene: Scene, person_id: int, amount: int, key: str, reason: str, kind: str = "earned") -> int:
    """Book points once per key; returns how many were booked (0 when the key was booked before). Nobody gets below zero."""
    if amount < 0:
        amount = max(amount, -points.total(scene.work, person_id))
    before = level_name(scene, points.grown(scene.work, person_id)) if amount > 0 else ""
    if amount == 0 or not points.book(scene.work, key, person_id, amount, reason, scene.now, kind):
        return 0
    note(scene, Happened(BOOKED, {"key": key, "points": amount, "reason": reason, "kind": kind}, person_id))
    if before and (now := level_name(scene, points.grown(scene.work, person_id))) != before:
        note(scene, Happened("level_reached", {"level": now}, person_id))
    return amount


def for_check_in(scene: Scene, person_id: int, measure: str, day: str) -> int:
    """Points for a check-in: once a day for each measure, up to the day's most."""
    reward = scene.index.reward
    if reward is None:
        return 0
    prefix = f"check_in:{person_id}:{day}:"
    room = reward.per_day - points.booked(scene.work, person_id, prefix)
    return award(scene, person_id, max(min(reward.for_check_in(), room), 0), prefix + measure, "打卡")


def earn(scene: Scene, happened: Sequence[Happened]) -> None:
    """Points for what happened, by the reward playbook; and back, for what is undone."""
    reward = scene.index.reward
    if reward is None:
        return
    undone = {one.undone_by: name for name, one in reward.points.items() if isinstance(one, Earned) and one.undone_by}
    for event in happened:
        if event.person_id is None:
            continue
        if (earned := reward.earned(event.name)) is not None:
            _earned(scene, event.person_id, event, earned)
        if (name := undone.get(event.name)) is not None:
            _undo(scene, event.person_id, _key(name, event.person_id, event), reward.points[name])


def _earned(scene: Scene, person_id: int, event: Happened, earned: Earned) -> None:
    """At most so often a day; one and the same happening never twice."""
    prefix = f"points:{event.name}:{person_id}:"
    got = points.counted(scene.work, person_id, prefix, _day_began(scene))
    if got < earned.a_day:
        key = _key(event.name, person_id, event) or f"{prefix}{today(scene)}:{got + 1}"
        award(scene, person_id, earned.points, key, earned.title)


def _key(name: str, person_id: int, event: Happened) -> str:
    """Of a happening that has an id of its own; "" of one that has none."""
    found = [f"{one}:{event.data[one]}" for one in IDS if event.data.get(one) is not None]
    return f"points:{name}:{person_id}:{':'.join(found)}" if found else ""


def _undo(scene: Scene, person_id: int, key: str, earned: int | Earned) -> None:
    booked = points.amount(scene.work, key) if key else None
    if booked:
        title = earned.title if isinstance(earned, Earned) else ""
        award(scene, person_id, -booked, f"{key}:undone", title, "reversed")


def _day_began(scene: Scene) -> dt.datetime:
    knobs = scene.settings.community
    return at(today(scene), knobs.day_turns_at, knobs.zone)


def level_name(scene: Scene, grown: int) -> str:
    """The level of somebody who has earned so much in all; empty without a reward playbook."""
    return scene.index.reward.level(grown).name if scene.index.reward else ""

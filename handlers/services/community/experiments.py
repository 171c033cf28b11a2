"""Two to four reviewed ways of one plan, tried on different people: who gets which, what came of it, and when to stop.

Everybody stays with their arm. A difference is only called one when a sequential test says so; harm stops it much sooner.
The winner becomes what everybody gets from then on, without touching the step it stands for.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from handlers.contract import Happened, Outgoing, Scene
from handlers.services.community import sequential
from handlers.services.community.log import note, today
from handlers.services.staff.roles import tell_staff
from playbooks.library import Library
from playbooks.schema.experiment import Arm, Experiment
from storage.queries import events, staff, standing

KIND = "arm"
SHOWN = "arm_shown"
STATES = "experiments"
HARMS = ("unsubscribed", "alert_raised", "consent_withdrawn")
"""Always looked at beside what the playbook calls harm."""
HARM_ALPHA = 0.2
"""Harm needs far less proof than good."""
State = Literal["planned", "running", "stopped", "won", "over"]


@dataclass(frozen=True, slots=True)
class Seen:
    """What has come of one arm: how many got it, how many reached the goal, how many came to harm."""

    arm: Arm
    people: int
    goal: int
    harm: int

    @property
    def good(self) -> sequential.Arm:
        return sequential.Arm(self.people, self.goal)

    @property
    def bad(self) -> sequential.Arm:
        return sequential.Arm(self.people, self.harm)


def hidden(library: Library) -> set[str]:
    """Plans that only an experiment hands out."""
    return {arm.use for one in library.experiments.values() for arm in one.arms} - {
        one.of.partition("/")[2] for one in library.experiments.values()
    }


def used(scene: Scene, kind: str, name: str, person_id: int) -> str:
    """What somebody gets where `name` stands: their arm's while it is tried, the winner's afterwards, itself otherwise."""
    for one in scene.index.library.experiments.values():
        if one.of != f"{kind}/{name}":
            continue
        found = state(scene, one)
        if found == "won":
            return _winner(scene, one)
        if found == "running":
            arm = arm_of(one, person_id)
            _show(scene, one, arm, person_id)
            return arm.use
    return name


def arm_of(experiment: Experiment, person_id: int) -> Arm:
    """The same for ever, by the experiment's salt."""
    sign = hashlib.sha256(f"{experiment.salt}:{experiment.id}:{person_id}".encode()).digest()
    place, so_far = int.from_bytes(sign[:8]) % 100, 0
    for arm in experiment.arms:
        so_far += arm.weight
        if place < so_far:
            return arm
    return experiment.arms[-1]


def _show(scene: Scene, experiment: Experiment, arm: Arm, person_id: int) -> None:
    name = f"{experiment.id}:{arm.use}"
    if (KIND, name) in standing.groups(scene.work, [person_id]).get(person_id, ()):
        return
    standing.join_groups(scene.work, [{"person_id": person_id, "kind": KIND, "name": name, "since": scene.now}])
    note(scene, Happened(SHOWN, {"experiment": experiment.id, "arm": arm.use}, person_id))


def _stored(scene: Scene) -> Mapping[str, Any]:
    return staff.setting(scene.work, STATES) or {}


def state(scene: Scene, experiment: Experiment) -> State:
    known: State | None = _stored(scene).get(experiment.id, {}).get("state")
    if known is not None:
        return known
    day = today(scene)
    return "planned" if day < experiment.starts else "running" if day <= experiment.ends else "over"


def _winner(scene: Scene, experiment: Experiment) -> str:
    use: str = _stored(scene)[experiment.id]["use"]
    return use if use in scene.index.library.journeys else experiment.of.partition("/")[2]


def settle(scene: Scene, experiment: Experiment, found: State, use: str = "") -> None:
    """It is stopped (all get what was there before) or won (all get this arm's)."""
    known = {**_stored(scene), experiment.id: {"state": found, "use": use, "on": today(scene).isoformat()}}
    staff.set_setting(scene.work, STATES, known, scene.now)


def control(experiment: Experiment) -> Arm:
    """What runs now."""
    return next(arm for arm in experiment.arms if arm.use == experiment.of.partition("/")[2])


def seen(scene: Scene, experiment: Experiment) -> list[Seen]:
    """What has come of each arm, the present one first. Only what happened after somebody got their arm counts."""
    since = dt.datetime.combine(experiment.starts, dt.time(), dt.UTC) - dt.timedelta(days=1)
    goals = events.latest_of(scene.work, (experiment.goal,), since)
    harms = events.latest_of(scene.work, (*experiment.harm, *HARMS), since)
    found = []
    for arm in sorted(experiment.arms, key=lambda one: one.use != control(experiment).use):
        got = standing.since(scene.work, KIND, f"{experiment.id}:{arm.use}")
        good = sum(one in goals and goals[one] > at for one, at in got.items())
        bad = sum(one in harms and harms[one] > at for one, at in got.items())
        found.append(Seen(arm, len(got), good, bad))
    return found


@dataclass(frozen=True, slots=True)
class Verdict:
    """`better`: the arm proved best, if any; `harmful`: the first arm that does harm; `needed`: people still to come, None when
    no difference is in sight."""

    better: Seen | None
    harmful: Seen | None
    needed: int | None


def judge(found: Sequence[Seen]) -> Verdict:
    """The present arm against each other one."""
    present, others = found[0], found[1:]
    harmful = next((one for one in others if _harms(present, one)), None)
    best = max(found, key=lambda one: one.good.share)
    rivals = [one for one in found if one is not best]
    proved = all(sequential.decided(one.good, best.good) for one in rivals) and best.good.share > 0
    second = max(rivals, key=lambda one: one.good.share)
    needed = None if proved else sequential.still_needed(second.good, best.good)
    return Verdict(best if proved else None, harmful, needed)


def _harms(present: Seen, other: Seen) -> bool:
    more = other.bad.share > present.bad.share
    return more and other.harm >= 3 and sequential.decided(present.bad, other.bad, HARM_ALPHA)


def daily(scene: Scene) -> list[Outgoing]:
    """Look at every experiment that runs: harm stops it, a winner is told and waits for a manager's word."""
    told: list[Outgoing] = []
    for one in scene.index.library.experiments.values():
        if state(scene, one) != "running":
            continue
        found = seen(scene, one)
        verdict = judge(found)
        if verdict.harmful is not None:
            settle(scene, one, "stopped")
            told += _tell(scene, one, "harm", verdict.harmful)
        elif verdict.better is not None:
            told += _tell(scene, one, "better", verdict.better)
    return told


def _tell(scene: Scene, experiment: Experiment, what: str, arm: Seen) -> list[Outgoing]:
    text = scene.words("experiment/told", what=what, experiment=experiment, arm=arm)
    return tell_staff(scene, text, "experiment", key=f"experiment:{experiment.id}:{what}:{arm.arm.use}")

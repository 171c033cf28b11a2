"""When the steps of a journey happen; planned anew when its day or its playbook moves, without doubling or losing any."""

from __future__ import annotations

import datetime as dt
from typing import Any

from handlers.contract import Scene, stored
from handlers.services.care.days import at, local
from playbooks.schema.common import span
from playbooks.schema.journey import Journey, Step
from storage.queries import due, outbox, people
from storage.tables.care import Enrolment
from storage.tables.people import Person

STEP, TIMEOUT, END = "journey_step", "journey_timeout", "journey_end"
TASK_WAITS, STEP_WAITS = dt.timedelta(days=30), dt.timedelta(days=1)
"""How long after its last step a journey ends: an open task may still be done."""


def key(enrolment: Enrolment, step_id: str) -> str:
    """Without a version, so that editing words never sends a step twice."""
    return f"journey:{enrolment.id}:{step_id}"


def step_time(step: Step, anchor: dt.datetime, zone: str) -> dt.datetime:
    """When a step happens (aware UTC), by the wall clock of that zone."""
    if step.when.after is not None:
        return anchor + span(step.when.after)
    day = local(anchor, zone).date() + dt.timedelta(days=step.when.offset)
    return at(day, step.when.at or "00:00", zone)


def plan(scene: Scene, journey: Journey, enrolment: Enrolment, person: Person) -> int:
    """Bring the slots of an enrolment in line with its anchor and the playbook; returns how many steps are to come.

    What has been sent stays sent. What is written and has not gone yet is taken back. What was skipped or missed and lies
    ahead again gets another chance. A time that has passed is a decision, `late: skip | send_now`, and is on record.
    """
    known = due.of(scene.work, STEP, stored(enrolment.id))
    wanted = {key(enrolment, step.id): (step, step_time(step, enrolment.anchor, person.zone)) for step in journey.steps}
    ahead, new = 0, []
    for name, (step, when) in wanted.items():
        row = known.get(name)
        if row is None:
            slot = _slot(scene, journey, enrolment, person, step, when)
            new.append(slot)
            ahead += slot["state"] == "waiting"
        elif _movable(scene, row, when):
            ahead += _move(scene, journey, row, when)
        else:
            ahead += row["state"] == "waiting"
    due.plan(scene.work, new)
    gone = [row["id"] for name, row in known.items() if name not in wanted and row["state"] == "waiting"]
    due.settle(scene.work, gone, "cancelled", "removed", scene.now)
    _plan_end(scene, journey, enrolment, person)
    enrolment.timing = journey.timing()
    scene.work.add(enrolment)
    return ahead


def _slot(
    scene: Scene, journey: Journey, enrolment: Enrolment, person: Person, step: Step, when: dt.datetime
) -> dict[str, Any]:
    more: dict[str, Any] = {"ref": enrolment.id, "person_id": person.id, "data": {"step": step.id}}
    if when < scene.now and journey.late == "skip":
        missed = {"state": "skipped", "reason": "late", "settled_at": scene.now}
        return due.slot(key(enrolment, step.id), STEP, when, expires=_expires(journey, when), **more, **missed)
    when = max(when, scene.now)
    return due.slot(key(enrolment, step.id), STEP, when, expires=_expires(journey, when), **more)


def _movable(scene: Scene, row: Any, when: dt.datetime) -> bool:
    """Whether the slot is for another time now and nothing of it has reached its reader."""
    if row["planned"] == when or row["state"] == "failed":
        return False
    if row["state"] == "done":
        return when > scene.now and outbox.retract(scene.work, row["key"])
    return bool(row["state"] == "waiting" or when > scene.now)


def _move(scene: Scene, journey: Journey, row: Any, when: dt.datetime) -> bool:
    if when < scene.now and journey.late == "skip":
        due.settle(scene.work, [row["id"]], "skipped", "late", scene.now)
        return False
    moment = max(when, scene.now)
    due.move(scene.work, row["id"], moment, moment, _expires(journey, moment))
    return True


def _expires(journey: Journey, when: dt.datetime) -> dt.datetime:
    return when + span(journey.late_after)


def _plan_end(scene: Scene, journey: Journey, enrolment: Enrolment, person: Person) -> None:
    last = max(step_time(one, enrolment.anchor, person.zone) for one in journey.steps)
    waits = [TASK_WAITS if any(one.task for one in journey.steps) else STEP_WAITS]
    waits += [span(one.ask.wait) for one in journey.steps if one.ask]
    when = max(last, scene.now) + max(waits)
    name = key(enrolment, "-end")
    known = due.of(scene.work, END, stored(enrolment.id)).get(name)
    if known is None:
        due.plan(scene.work, [due.slot(name, END, when, ref=enrolment.id, person_id=person.id)])
    elif known["state"] == "waiting" and known["planned"] != when:
        due.move(scene.work, known["id"], when, when, None)


def ahead(scene: Scene, enrolment: Enrolment) -> int:
    """How many steps are to come."""
    return sum(row["state"] == "waiting" for row in due.of(scene.work, STEP, stored(enrolment.id)).values())


def replan(scene: Scene, enrolment: Enrolment) -> int:
    """The journey of an enrolment, by what its playbook says now; returns how many steps are to come."""
    journey = scene.index.library.journeys.get(enrolment.playbook)
    person = people.person(scene.work, enrolment.person_id)
    if journey is None or person is None:
        return 0
    return plan(scene, journey, enrolment, person)

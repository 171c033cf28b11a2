"""Journeys: planning a person's steps, sending them when due, and ticking off their tasks."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy.engine import RowMapping

from handlers.contract import Handled, Happened, Kind, OnDoubt, Outgoing, Scene, Skip, stored, to_person
from handlers.services.care import profiles
from handlers.services.care.days import at, day_of, local
from handlers.services.community.consents import held_back
from handlers.services.community.points import award
from playbooks.schema.common import span
from playbooks.schema.condition import Truth, judge
from playbooks.schema.journey import Journey, Step
from storage.queries import care, due, people
from storage.queries import profile as facts_of
from storage.tables.care import Enrolment
from storage.tables.people import Person


def enrol(scene: Scene, person: Person, journey_id: str, anchor: dt.datetime) -> Enrolment | None:
    """Put a person on a journey and plan all its steps; None when they have been on it, or it is not served."""
    journey = scene.index.library.journeys.get(journey_id)
    person_id = stored(person.id)
    if journey is None or care.enrolments(scene.work, person_id, "journey", journey_id):
        return None
    row = Enrolment(
        person_id=person_id, kind="journey", playbook=journey.id, version=journey.version, anchor=anchor, progress={}
    )
    enrolment = scene.work.add(row)
    due.plan(scene.work, _slots(scene, journey, enrolment, person))
    return enrolment


def _slots(scene: Scene, journey: Journey, enrolment: Enrolment, person: Person) -> list[dict[str, Any]]:
    """One slot a step. The key has no version: editing words never sends a step twice."""
    slots = []
    for step in journey.steps:
        when = step_time(step, enrolment.anchor, person.zone)
        if when < scene.now:
            if journey.late == "skip":
                continue
            when = scene.now
        slots.append(
            due.slot(
                f"journey:{enrolment.id}:{step.id}",
                "journey_step",
                when,
                ref=enrolment.id,
                person_id=person.id,
                expires=when + span(journey.late_after),
                data={"step": step.id},
            )
        )
    return slots


def step_time(step: Step, anchor: dt.datetime, zone: str) -> dt.datetime:
    """When a step happens (aware UTC); day 1 is the anchor's own local day."""
    if step.when.after is not None:
        return anchor + span(step.when.after)
    day = local(anchor, zone).date() + dt.timedelta(days=(step.when.day or 1) - 1)
    return at(day, step.when.at or "00:00", zone)


def step_due(scene: Scene, slot: RowMapping) -> Handled | Skip:
    """Send a step if its person is still on the journey and its condition holds now."""
    enrolment = care.enrolment(scene.work, slot["ref"])
    if enrolment is None or enrolment.state != "running":
        return Skip("left")
    journey = scene.index.library.journeys.get(enrolment.playbook)
    step = next((one for one in journey.steps if one.id == slot["data"]["step"]), None) if journey else None
    person = people.person(scene.work, enrolment.person_id)
    if journey is None or step is None or person is None:
        return Skip("withdrawn")
    if reason := _held_back(scene, person, enrolment, step):
        return Skip(reason)
    return _send(scene, person, enrolment, journey, step)


def _held_back(scene: Scene, person: Person, enrolment: Enrolment, step: Step) -> str:
    if (reason := held_back(person)) or step.only_if is None:
        return reason
    truth = judge(step.only_if, facts(scene, person, enrolment))
    return "" if truth is Truth.YES else "condition" if truth is Truth.NO else "unknown"


def _send(scene: Scene, person: Person, enrolment: Enrolment, journey: Journey, step: Step) -> Handled:
    texts = [scene.words.inline(step.send, name=person.name)]
    if step.task is not None:
        _note(scene, enrolment, step.id, "open")
        if step.task.do == "profile":
            texts.append(profiles.first_question(scene, person, enrolment, step))
    message = to_person(
        stored(person.id),
        "\n".join(texts),
        kind=Kind.REPLY if step.when.after == "0m" else Kind.PUSH,  # a first step follows what the person just did
        by=f"journey:{journey.id}:{step.id}",
        key=f"journey:{enrolment.id}:{step.id}",
        on_doubt=OnDoubt(step.on_doubt),
        expires=scene.now + span(journey.late_after),
    )
    sent = Happened("journey_step_sent", {"journey": journey.id, "step": step.id}, person.id)
    return Handled(f"journey:{journey.id}", (message,), (sent,))


def _note(scene: Scene, enrolment: Enrolment, step_id: str, state: str) -> None:
    enrolment.progress = {**enrolment.progress, step_id: state}
    scene.work.add(enrolment)


def facts(scene: Scene, person: Person, enrolment: Enrolment) -> dict[str, Any]:
    """What a step's condition may ask for; what is not known is not there."""
    journey = scene.index.library.journeys[enrolment.playbook]
    today = day_of(scene.now, person.zone, scene.settings.community.day_turns_at)
    tasks = {f"task.{step.task.do}": enrolment.progress.get(step.id) == "done" for step in journey.steps if step.task}
    known: dict[str, Any] = {
        "consented": person.consented,
        "unsubscribed": person.unsubscribed,
        "checked_in_today": bool(care.days(scene.work, stored(person.id), today)),
    }
    return {**facts_of.facts(scene.work, stored(person.id)), **tasks, **known}


def open_task(scene: Scene, person_id: int, do: str) -> tuple[Enrolment, Step] | None:
    """The task of this kind that was given to a person and is not done."""
    for enrolment in care.running(scene.work, person_id, "journey"):
        journey = scene.index.library.journeys.get(enrolment.playbook)
        for step in journey.steps if journey else ():
            if step.task and step.task.do == do and enrolment.progress.get(step.id) == "open":
                return enrolment, step
    return None


def task_done(scene: Scene, person_id: int, do: str) -> tuple[str, list[Happened], list[Outgoing]]:
    """Tick off the open task of this kind: (words about it or "", events, further messages)."""
    found = open_task(scene, person_id, do)
    if found is None:
        return "", [], []
    enrolment, step = found
    _note(scene, enrolment, step.id, "done")
    got = award(scene, person_id, step.task.points if step.task else 0, f"task:{enrolment.id}:{step.id}", "新人任务")
    events = [Happened("task_completed", {"journey": enrolment.playbook, "step": step.id}, person_id)]
    left = _tasks_left(scene, enrolment)
    if not left:
        enrolment.state = "finished"
        scene.work.add(enrolment)
        events.append(Happened("journey_finished", {"journey": enrolment.playbook}, person_id))
    return scene.words("journey/task_done", points=got, left=left), events, []


def _tasks_left(scene: Scene, enrolment: Enrolment) -> int:
    journey = scene.index.library.journeys[enrolment.playbook]
    return sum(1 for step in journey.steps if step.task and enrolment.progress.get(step.id) != "done")

"""Journeys: who is on which, since when; leaving; ticking off tasks. Their times are in `planning`, their steps in `steps`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence

from sqlalchemy.engine import RowMapping

from handlers.contract import Handled, Happened, Outgoing, Scene, Skip, stored
from handlers.services.care import planning
from handlers.services.care.days import day_of
from handlers.services.community import experiments
from handlers.services.community.points import award
from handlers.services.staff.roles import with_roles
from playbooks.schema.condition import Condition, Truth, judge
from playbooks.schema.condition import facts_of as names_in
from playbooks.schema.journey import DATED, Journey, Step
from storage.queries import care, due, people
from storage.queries import profile as facts_of
from storage.tables.care import Enrolment
from storage.tables.people import Person

ONCE = ("joined",)
"""Anchors of journeys that nobody goes through twice."""
PLANNED = (planning.STEP, planning.TIMEOUT, planning.END)
REPLANNED_AT_ONCE = 200


def enrol(scene: Scene, person: Person, journey_id: str, anchor: dt.datetime) -> Enrolment | None:
    """Put a person on a journey and plan all its steps; None when they are on it, may not be, or it is not served."""
    library = scene.index.library
    wanted = library.journeys.get(journey_id)
    if wanted is None or journey_id in experiments.hidden(library):
        return None
    if wanted.only_if is not None and _fits(scene, person, wanted.only_if) is not Truth.YES:
        return None
    rounds = care.enrolments(scene.work, stored(person.id), "journey", journey_id)
    if not rounds:  # who has begun with one goes on with it
        journey_id = experiments.used(scene, "journey", journey_id, stored(person.id))
        rounds = care.enrolments(scene.work, stored(person.id), "journey", journey_id)
    journey = library.journeys[journey_id]
    if any(one.state == "running" for one in rounds) or (rounds and journey.anchor in ONCE):
        return None
    row = Enrolment(
        person_id=stored(person.id),
        kind="journey",
        playbook=journey.id,
        version=journey.version,
        round=len(rounds) + 1,
        anchor=anchor,
        progress={},
    )
    enrolment = scene.work.add(row)
    planning.plan(scene, journey, enrolment, person)
    return enrolment


def _fits(scene: Scene, person: Person, condition: Condition) -> Truth:
    return judge(condition, known(scene, person, names_in(condition)))


def enrol_joined(scene: Scene, person: Person) -> list[str]:
    """Put somebody who has just come on every journey that begins so; returns the ids of those that are new."""
    ids = [one.id for one in scene.index.library.journeys.values() if one.anchor == "joined"]
    return [one for one in ids if enrol(scene, person, one, scene.now) is not None]


def leave(scene: Scene, enrolment: Enrolment, state: str = "left") -> None:
    """Nothing more of this plan is sent."""
    enrolment.state = state
    scene.work.add(enrolment)
    for kind in PLANNED:
        due.cancel(scene.work, kind, stored(enrolment.id), scene.now, state)


def left_by(scene: Scene, happened: Sequence[Happened]) -> None:
    """What happened ends the journeys that say so (`leave_on`)."""
    ends = {name for one in scene.index.library.journeys.values() for name in one.leave_on}
    for event in happened:
        if event.name not in ends or event.person_id is None:
            continue
        for enrolment in care.running(scene.work, event.person_id, "journey"):
            journey = scene.index.library.journeys.get(enrolment.playbook)
            if journey is not None and event.name in journey.leave_on:
                leave(scene, enrolment)


def checked_in(scene: Scene, person: Person) -> None:
    """Journeys that count from the last check-in begin again with each."""
    wanted = [one for one in scene.index.library.journeys.values() if one.anchor == "last_check_in"]
    for journey in wanted:
        rounds = care.enrolments(scene.work, stored(person.id), "journey", journey.id)
        if rounds and rounds[-1].state == "left":
            continue
        if rounds and rounds[-1].state == "running":
            leave(scene, rounds[-1], "finished")
        enrol(scene, person, journey.id, scene.now)


def end_due(scene: Scene, slot: RowMapping) -> Handled | Skip:
    """The last step is long over: the journey has ended; one that goes by birthdays begins again next year."""
    enrolment = care.enrolment(scene.work, slot["ref"])
    if enrolment is None or enrolment.state != "running":
        return Skip("left")
    leave(scene, enrolment, "finished")
    journey = scene.index.library.journeys.get(enrolment.playbook)
    person = people.person(scene.work, enrolment.person_id)
    if journey is not None and person is not None and journey.anchor == "birthday":
        enrol(scene, person, journey.id, enrolment.anchor.replace(year=enrolment.anchor.year + 1))
    finished = Happened("journey_finished", {"journey": enrolment.playbook}, enrolment.person_id)
    return Handled(f"journey:{enrolment.playbook}", (), (finished,))


def replan_changed(scene: Scene) -> int:
    """Some whose journey has other times than they were planned by are planned anew; returns how many, 0 when all are."""
    for playbook, timing in sorted(care.timings(scene.work)):
        journey = scene.index.library.journeys.get(playbook)
        if journey is None or journey.timing() == timing:
            continue
        found = care.planned_otherwise(scene.work, playbook, journey.timing(), REPLANNED_AT_ONCE)
        for enrolment in found:
            planning.replan(scene, enrolment)
        return len(found)
    return 0


# -- what conditions may ask --------------------------------------------------------------------


def known(scene: Scene, person: Person, wanted: Collection[str]) -> dict[str, object]:
    """Of these facts what is known of a person; what is not known is not there. Asks the database only for what is wanted."""
    person_id = stored(person.id)
    found: dict[str, object] = {"consented": person.consented, "unsubscribed": person.unsubscribed}
    today = day_of(scene.now, person.zone, scene.settings.community.day_turns_at)
    if "checked_in_today" in wanted:
        found["checked_in_today"] = bool(care.days(scene.work, person_id, today))
    if "has_adviser" in wanted:
        found["has_adviser"] = bool(with_roles(scene, ("adviser",)))
    if not set(wanted) - found.keys():
        return found
    told: dict[str, object] = dict(facts_of.facts(scene.work, person_id))
    for name in DATED:
        day = told.pop(name, None)
        if isinstance(day, str) and name != "birthday":
            told[f"days_since_{name}"] = (today - dt.date.fromisoformat(day)).days
    return told | found


def holds(scene: Scene, person: Person, enrolment: Enrolment, journey: Journey, condition: Condition) -> Truth:
    """Whether a step's condition holds: by the person, and by this round's tasks and answers."""
    found = known(scene, person, names_in(condition))
    for step in journey.steps:
        if step.task:
            found[f"task.{step.task.do}"] = enrolment.progress.get(step.id) == "done"
        answer = found.pop(answer_name(journey, step), None)
        if step.ask and enrolment.progress.get(step.id) == "answered":
            found[f"answer.{step.id}"] = answer
    return judge(condition, found)


def answer_name(journey: Journey, step: Step) -> str:
    """Under which name the answer to a step is kept as a fact."""
    return f"{journey.id}.{step.id}"


# -- tasks ----------------------------------------------------------------------------------------


def note(scene: Scene, enrolment: Enrolment, step_id: str, state: str) -> None:
    """Where a step stands: open or done (a task), asked, answered or unanswered (a question)."""
    enrolment.progress = {**enrolment.progress, step_id: state}
    scene.work.add(enrolment)


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
    journey = scene.index.library.journeys[enrolment.playbook]
    note(scene, enrolment, step.id, "done")
    newcomer = journey.anchor == "joined"
    reason = "新人任务" if newcomer else journey.title
    got = award(scene, person_id, step.task.points if step.task else 0, f"task:{enrolment.id}:{step.id}", reason)
    events = [Happened("task_completed", {"journey": enrolment.playbook, "step": step.id, "task": do}, person_id)]
    left = sum(1 for one in journey.steps if one.task and enrolment.progress.get(one.id) != "done")
    if not left and newcomer:
        leave(scene, enrolment, "finished")
        events.append(Happened("journey_finished", {"journey": enrolment.playbook}, person_id))
    text = scene.words("journey/task_done", points=got, left=left, newcomer=newcomer, title=journey.title)
    return text, events, []

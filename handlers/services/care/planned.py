"""What a planned slot or a written message still stands for, and why it may stand for nothing any more."""

from __future__ import annotations

from sqlalchemy.engine import RowMapping

from handlers.contract import Scene
from handlers.services.care import journeys, rounds
from handlers.services.care.check_ins import today
from handlers.services.community.consents import held_back
from playbooks.schema.condition import Truth
from playbooks.schema.journey import Journey, Step
from storage.queries import care
from storage.tables.people import Person

STILL = ("running", "finished")
"""What was written for the last step of a journey may go when the journey is over."""
LEFT, WITHDRAWN, STOPPED, ANSWERED, DONE = "left", "withdrawn", "stopped", "answered", "done"


def step_of(scene: Scene, slot: RowMapping) -> tuple[Journey, Step] | None:
    """The step of a running journey that a slot is for."""
    enrolment = care.enrolment(scene.work, slot["ref"])
    if enrolment is None or enrolment.state != "running":
        return None
    return _step(scene, enrolment.playbook, slot["data"].get("step", ""))


def _step(scene: Scene, journey_id: str, step_id: str) -> tuple[Journey, Step] | None:
    journey = scene.index.library.journeys.get(journey_id)
    step = next((one for one in journey.steps if one.id == step_id), None) if journey else None
    return (journey, step) if journey is not None and step is not None else None


def ended(scene: Scene, row: RowMapping, person: Person) -> str:
    """Why a message that was right when it was written, and has waited since, is so no more; "" while it is."""
    rule, _, rest = row["by"].partition(":")
    numbers = [int(part) for part in (row["key"] or "").split(":")[1:2] if part.isdecimal()]
    if rule == "reminder" and rest.isdecimal():
        return _reminder(scene, row, int(rest))
    if rule == "journey" and numbers and ":" in rest:
        return _journey(scene, person, numbers[0], *rest.split(":", 1))
    if rule == "challenge" and numbers and row["key"].split(":")[-1].isdecimal():
        return _challenge(scene, person, numbers[0])
    return ""


def _reminder(scene: Scene, row: RowMapping, number: int) -> str:
    reminder = care.reminder(scene.work, number)
    if reminder is None or reminder.state == "stopped":
        return STOPPED
    return ANSWERED if care.answered_since(scene.work, number, row["created_at"]) else ""


def _journey(scene: Scene, person: Person, number: int, journey_id: str, step_id: str) -> str:
    enrolment, found = care.enrolment(scene.work, number), _step(scene, journey_id, step_id)
    if enrolment is None or enrolment.state not in STILL:
        return LEFT
    if found is None:
        return WITHDRAWN
    if held_back(person) == "consent":
        return "consent"
    journey, step = found
    if step.only_if is None or journeys.holds(scene, person, enrolment, journey, step.only_if) is Truth.YES:
        return ""
    return "condition"


def _challenge(scene: Scene, person: Person, number: int) -> str:
    """A day's reminder: the round goes on, and the day is not done yet."""
    enrolment = care.enrolment(scene.work, number)
    challenge = scene.index.library.challenges.get(enrolment.playbook) if enrolment is not None else None
    if enrolment is None or enrolment.state == "left":
        return LEFT
    if challenge is None:
        return WITHDRAWN
    if held_back(person) == "consent":
        return "consent"
    return DONE if today(scene, person.zone) in rounds.of(scene, challenge, enrolment, person).done else ""

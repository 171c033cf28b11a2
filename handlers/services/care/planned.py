"""What a planned slot or a written message still stands for, and why it may stand for nothing any more."""

from __future__ import annotations

from sqlalchemy.engine import RowMapping

from handlers.contract import Scene
from playbooks.schema.journey import Journey, Step
from storage.queries import care


def step_of(scene: Scene, slot: RowMapping) -> tuple[Journey, Step] | None:
    """The step of a running journey that a slot is for."""
    enrolment = care.enrolment(scene.work, slot["ref"])
    if enrolment is None or enrolment.state != "running":
        return None
    journey = scene.index.library.journeys.get(enrolment.playbook)
    step = next((one for one in journey.steps if one.id == slot["data"].get("step")), None) if journey else None
    return (journey, step) if journey is not None and step is not None else None

"""Getting to know a person by a few questions, which may be interrupted and taken up again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from handlers.contract import Context, Incoming, Scene, stored
from handlers.matching import EDGES, number
from playbooks.schema.journey import Ask, Step
from storage.queries import profile, questions
from storage.tables.care import Enrolment
from storage.tables.people import Person

KIND = "profile"
WAITS = dt.timedelta(days=7)


def first_question(scene: Scene, person: Person, enrolment: Enrolment, step: Step) -> str:
    """Open the first question that has no answer yet and return its words."""
    known = profile.facts(scene.work, stored(person.id))
    numbers = [number for number, ask in enumerate(_asks(step)) if ask.fact not in known]
    return open_question(scene, stored(person.id), stored(enrolment.id), step, numbers[0] if numbers else 0)


def open_question(scene: Scene, person_id: int, enrolment_id: int, step: Step, number: int) -> str:
    """Remember which question waits and return its words."""
    asks = _asks(step)
    data = {"enrolment": enrolment_id, "step": step.id, "number": number}
    questions.ask(scene.work, person_id, None, KIND, data, scene.now + WAITS)
    return scene.words("journey/profile_question", number=number + 1, total=len(asks), ask=asks[number])


def next_number(scene: Scene, person_id: int, step: Step, number: int) -> int | None:
    """The next question without an answer; None when all are answered."""
    known = profile.facts(scene.work, person_id)
    later = [one for one in range(number + 1, len(_asks(step))) if _asks(step)[one].fact not in known]
    return later[0] if later else None


def choice_of(choices: Sequence[str], text: str) -> str | None:
    """The choice that a text means: its number or its words."""
    place = number(text)
    if place is not None:
        return choices[place - 1] if 1 <= place <= len(choices) else None
    text = text.strip(EDGES)
    return next((one for one in choices if text and (text == one or (len(text) > 1 and text in one))), None)


def keep(ctx: Context, msg: Incoming, ask: Ask, value: str) -> None:
    """Store an answer."""
    profile.set_fact(ctx.work, ctx.person_id, ask.fact, value[:200], ctx.now)


def _asks(step: Step) -> tuple[Ask, ...]:
    return step.task.ask if step.task else ()

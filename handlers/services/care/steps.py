"""The steps of a journey when their time has come: words, tasks, questions, what an answer or none is followed by."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from sqlalchemy.engine import RowMapping

from handlers.contract import (
    Context,
    Handled,
    Happened,
    Kind,
    Later,
    OnDoubt,
    Outgoing,
    Scene,
    Skip,
    stored,
    to_person,
)
from handlers.services.care import journeys, planning, profiles
from handlers.services.community.consents import held_back
from handlers.services.staff.roles import tell_staff
from playbooks.schema.common import span
from playbooks.schema.condition import Truth
from playbooks.schema.journey import Follow, Journey, Question, Step
from storage.queries import care, due, people, profile, questions
from storage.tables.care import Enrolment
from storage.tables.people import Person

QUESTION = "journey"
TALKING = dt.timedelta(hours=1)
"""A question of ours that waits no longer than this belongs to a talk that is going on: it is not talked over."""
LET_TALK = dt.timedelta(minutes=10)
LONGEST_ANSWER = 500
Found = tuple[Enrolment, Journey, Step, Person]


def steps_due(scene: Scene, slots: Sequence[RowMapping]) -> list[Handled | Skip | Later]:
    """Send each step whose person is still on the journey and whose condition holds now."""
    return [_due(scene, slot, found) for slot, found in zip(slots, _on_them(scene, slots), strict=True)]


def _due(scene: Scene, slot: RowMapping, found: Found | Skip) -> Handled | Skip | Later:
    if isinstance(found, Skip):
        return found
    enrolment, journey, step, person = found
    if reason := _held_back(scene, person, enrolment, journey, step):
        return Skip(reason)
    if step.ask is not None and questions.waits_within(scene.work, stored(person.id), scene.now, TALKING):
        return Later(scene.now + LET_TALK)
    return _send(scene, person, enrolment, journey, step)


def _on_them(scene: Scene, slots: Sequence[RowMapping]) -> list[Found | Skip]:
    """What each slot is about; a skip where its person has left, or the step is no more."""
    enrolments = care.enrolments_by_id(scene.work, [slot["ref"] for slot in slots])
    persons = people.people(scene.work, [slot["person_id"] for slot in slots])
    found: list[Found | Skip] = []
    for slot in slots:
        enrolment, person = enrolments.get(slot["ref"]), persons.get(slot["person_id"])
        if enrolment is None or enrolment.state != "running":
            found.append(Skip("left"))
            continue
        journey = scene.index.library.journeys.get(enrolment.playbook)
        step = next((one for one in journey.steps if one.id == slot["data"]["step"]), None) if journey else None
        gone = journey is None or step is None or person is None
        found.append(Skip("withdrawn") if gone else (enrolment, journey, step, person))  # type: ignore[arg-type]
    return found


def _held_back(scene: Scene, person: Person, enrolment: Enrolment, journey: Journey, step: Step) -> str:
    reason = held_back(person)
    if reason and not (reason == person.life and reason in journey.through):
        return reason
    if step.only_if is None:
        return ""
    truth = journeys.holds(scene, person, enrolment, journey, step.only_if)
    return "" if truth is Truth.YES else "condition" if truth is Truth.NO else "unknown"


def _send(scene: Scene, person: Person, enrolment: Enrolment, journey: Journey, step: Step) -> Handled:
    texts = [scene.words.inline(step.send, name=person.name)]
    if step.task is not None:
        journeys.note(scene, enrolment, step.id, "open")
        if step.task.do == "profile":
            texts.append(profiles.first_question(scene, person, enrolment, step))
    if step.ask is not None:
        texts.append(_ask(scene, enrolment, step, step.ask))
    message = to_person(
        stored(person.id),
        "\n".join(filter(None, texts)),
        kind=Kind.REPLY if step.when.after == "0m" else _kind(journey),  # a first step follows what they just did
        by=f"journey:{journey.id}:{step.id}",
        key=planning.key(enrolment, step.id),
        on_doubt=OnDoubt(step.on_doubt),
        expires=scene.now + span(journey.late_after),
    )
    sent = Happened("journey_step_sent", {"journey": journey.id, "step": step.id}, person.id)
    return Handled(f"journey:{journey.id}", (message,), (sent,))


def _kind(journey: Journey) -> Kind:
    return Kind.CARE if journey.through else Kind.PUSH


# -- questions ------------------------------------------------------------------------------------


def _ask(scene: Scene, enrolment: Enrolment, step: Step, ask: Question) -> str:
    """Remember what waits for an answer, and for how long; gives the choices' lines."""
    journeys.note(scene, enrolment, step.id, "asked")
    until = scene.now + span(ask.wait)
    data = {"enrolment": enrolment.id, "step": step.id}
    if ask.measure is None:
        questions.ask(scene.work, enrolment.person_id, None, QUESTION, data, until)
    timeout = due.slot(
        f"{planning.key(enrolment, step.id)}:-timeout",
        planning.TIMEOUT,
        until,
        ref=enrolment.id,
        person_id=enrolment.person_id,
        data={"step": step.id},
    )
    due.plan(scene.work, [timeout])
    return scene.words("journey/choices", choices=ask.choice) if ask.choice else ""


def asked(scene: Scene, person_id: int, measures: set[str]) -> tuple[Enrolment, Journey, Step] | None:
    """The question about one of these measures that waits for this person."""
    for enrolment in care.running(scene.work, person_id, "journey"):
        journey = scene.index.library.journeys.get(enrolment.playbook)
        if journey is None:
            continue
        for step in journey.steps:
            if step.ask and step.ask.measure in measures and enrolment.progress.get(step.id) == "asked":
                return enrolment, journey, step
    return None


def waiting(scene: Scene, question: tuple[str, dict[str, object]] | None) -> tuple[Enrolment, Journey, Step] | None:
    """What the open question of the private chat asks, when it is one of a journey that goes on."""
    if question is None or question[0] != QUESTION:
        return None
    enrolment = care.enrolment(scene.work, int(str(question[1]["enrolment"])))
    journey = scene.index.library.journeys.get(enrolment.playbook) if enrolment else None
    if enrolment is None or enrolment.state != "running" or journey is None:
        return None
    step = next((one for one in journey.steps if one.id == question[1]["step"]), None)
    return (enrolment, journey, step) if step else None


def measured(ctx: Context, measures: set[str]) -> tuple[str, list[Happened]]:
    """A check-in answers the question that asked for it: (what follows or "", events)."""
    found = asked(ctx, ctx.person_id, measures)
    if found is None:
        return "", []
    enrolment, journey, step = found
    follow, event = answered(ctx, enrolment, journey, step, "")
    return ctx.words.inline(follow.send, name=ctx.person.name) if follow and follow.send else "", [event]


def answered(
    scene: Scene, enrolment: Enrolment, journey: Journey, step: Step, answer: str
) -> tuple[Follow | None, Happened]:
    """The question has its answer: later steps may go by it, and nobody waits any more. Returns what follows, the event."""
    journeys.note(scene, enrolment, step.id, "answered")
    if answer:
        name = journeys.answer_name(journey, step)
        profile.set_fact(scene.work, enrolment.person_id, name, answer[:LONGEST_ANSWER], scene.now)
    event = Happened("journey_answered", {"journey": journey.id, "step": step.id}, enrolment.person_id)
    return step.ask.follow(answer) if step.ask else None, event


def timeout_due(scene: Scene, slot: RowMapping) -> Handled | Skip:
    """Nobody answered within the time: what the playbook says for that."""
    (found,) = _on_them(scene, [slot])
    if isinstance(found, Skip):
        return found
    enrolment, journey, step, person = found
    if enrolment.progress.get(step.id) != "asked":
        return Skip("answered")
    journeys.note(scene, enrolment, step.id, "unanswered")
    follow = step.ask.on_timeout if step.ask else None
    happened = Happened("journey_unanswered", {"journey": journey.id, "step": step.id}, person.id)
    messages = follow_up(scene, person, journey, step, follow) if follow and not held_back(person) else []
    if follow is not None and follow.notify_staff:
        messages += unanswered(scene, person, enrolment, journey, step)
    return Handled(f"journey:{journey.id}", tuple(messages), (happened,))


def follow_up(scene: Scene, person: Person, journey: Journey, step: Step, follow: Follow) -> list[Outgoing]:
    """What is said after a question that nobody answered."""
    if follow.send is None:
        return []
    text = scene.words.inline(follow.send, name=person.name)
    by = f"journey:{journey.id}:{step.id}"
    return [
        to_person(stored(person.id), text, kind=_kind(journey), by=by, expires=scene.now + span(journey.late_after))
    ]


def unanswered(scene: Scene, person: Person, enrolment: Enrolment, journey: Journey, step: Step) -> list[Outgoing]:
    text = scene.words("plan/unanswered", name=person.name, number=person.id, title=journey.title)
    key = f"{planning.key(enrolment, step.id)}:unanswered"
    return tell_staff(scene, text, f"journey:{journey.id}", key=key, about=person.id)

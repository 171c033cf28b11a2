"""Newcomers: a personal word to each, one welcome in the room for all who came within minutes."""

from __future__ import annotations

from sqlalchemy.engine import RowMapping

from handlers.contract import Handled, Kind, Outgoing, Scene, Skip, stored, to_person, to_room
from handlers.services.care import journeys
from handlers.services.community import consents
from playbooks.schema.common import span
from storage.queries import due, people
from storage.tables.people import Person

JOURNEY = "newcomer"


def personal(scene: Scene, person: Person, room_topic: str) -> list[Outgoing]:
    """The private welcome; somebody who has not agreed yet is asked, somebody who has starts the newcomer tasks."""
    person_id = stored(person.id)
    if person.unsubscribed or person.locked or consents.asked(scene, person_id):
        return []
    if person.consented:
        journeys.enrol_joined(scene, person)
    else:
        consents.open_question(scene, person_id, None)
    text = scene.words("welcome/private", name=person.name, room=room_topic, consented=person.consented)
    return [to_person(person_id, text, kind=Kind.REPLY, by="welcome")]


def plan_room_welcome(scene: Scene, room_id: int, newcomers: list[int]) -> None:
    """One welcome for everybody who joins until it is sent."""
    waiting = due.waiting_of(scene.work, "room_welcome", room_id)
    if waiting is not None:
        due.amend(scene.work, waiting["id"], {"people": [*waiting["data"]["people"], *newcomers]})
        return
    moment = scene.now + span(scene.settings.community.welcome_together)
    key = f"welcome:{room_id}:{scene.now:%Y%m%dT%H%M%S}"
    slot = due.slot(key, "room_welcome", moment, ref=room_id, expires=moment + span("12h"), data={"people": newcomers})
    due.plan(scene.work, [slot])


def room_welcome_due(scene: Scene, slot: RowMapping) -> Handled | Skip:
    """Greet all who joined since the slot was planned and are still there."""
    there = {stored(one.id) for one in people.members(scene.work, slot["ref"])}
    newcomers = [one for one in dict.fromkeys(slot["data"]["people"]) if one in there]
    room = people.room(scene.work, slot["ref"])
    if not newcomers or room is None:
        return Skip("left")
    text = scene.words("welcome/room", count=len(newcomers), room=room.topic)
    message = to_room(slot["ref"], text, kind=Kind.PUSH, by="welcome", mentions=tuple(newcomers), key=slot["key"])
    return Handled("welcome", (message,))

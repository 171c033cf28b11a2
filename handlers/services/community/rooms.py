"""Rooms by illness, stage and need: which one suits somebody, and which one has become too full or too mixed.

A room says what it is for in its settings (`#群分类`). Somebody is told of another room only, never moved.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from handlers.contract import Happened, Kind, Outgoing, Scene, stored, to_person
from handlers.services.community.consents import held_back
from handlers.services.community.log import note
from handlers.services.staff.roles import everybody_on_staff
from storage.queries import people, profile
from storage.tables.people import Person, Room

FOR = ("disease", "stage", "need")
FULL = 450
"""Of 500 that a group may have."""
KNOWN, SAME = 20, 0.6
"""A room is mixed when of so many who told their illness less than this share have the same."""
BY = "room_advice"
POINTS = {"disease": 4, "stage": 2, "need": 1}


@dataclass(frozen=True, slots=True)
class Trouble:
    """A room that wants a second one: `full` or `mixed`; `parts`: (what for, how many)."""

    room: Room
    what: str
    members: int
    parts: tuple[tuple[str, int], ...]


def kind(room: Room) -> dict[str, str]:
    """What a room is for, of `FOR`."""
    return {name: str(value) for name, value in room.settings.items() if name in FOR and value}


def fit(room: Room, told: dict[str, str]) -> int:
    """How well a room suits somebody of whom this is known; 0 when it is for another illness or stage."""
    wanted = kind(room)
    mine = {"disease": told.get("topic", ""), "stage": told.get("stage", ""), "need": told.get("wish", "")}
    found = 0
    for name, value in wanted.items():
        if value in mine[name] and mine[name]:
            found += POINTS[name]
        elif name != "need":
            return 0
    return found


def best(scene: Scene, person: Person) -> Room | None:
    """The room that suits better than all they are in, if there is one with room left."""
    told = profile.facts(scene.work, stored(person.id))
    mine = people.rooms_of(scene.work, stored(person.id))
    here = max((fit(one, told) for one in mine), default=0)
    others = [one for one in people.rooms(scene.work, staff=False) if one.channel == person.channel and one not in mine]
    better = [one for one in others if fit(one, told) > here and len(people.members(scene.work, stored(one.id))) < FULL]
    return max(better, key=lambda one: fit(one, told), default=None)


def follow(scene: Scene, happened: Sequence[Happened]) -> list[Outgoing]:
    """Whoever has told of themself is told of the room that suits them, once a room."""
    found: list[Outgoing] = []
    for event in happened:
        profiled = event.name == "task_completed" and event.data.get("task") == "profile"
        if not profiled or event.person_id is None:
            continue
        person = people.person(scene.work, event.person_id)
        room = best(scene, person) if person is not None and not held_back(person) else None
        if person is None or room is None:
            continue
        text = scene.words("rooms/suits", name=person.name, room=room.topic, how=room.settings.get("join", ""))
        found.append(to_person(event.person_id, text, kind=Kind.PUSH, by=BY, key=f"{BY}:{event.person_id}:{room.id}"))
        note(scene, Happened("room_recommended", {"room": room.id}, event.person_id))
    return found


def troubles(scene: Scene) -> list[Trouble]:
    """Rooms that are too full, or whose members are here for too many different things."""
    staff, found = everybody_on_staff(scene), []
    for room in people.rooms(scene.work, staff=False):
        ids = [stored(one.id) for one in people.members(scene.work, stored(room.id)) if stored(one.id) not in staff]
        topics = Counter(profile.told(scene.work, ids, "topic").values())
        stages = Counter(profile.told(scene.work, ids, "stage").values())
        told = topics.total()
        if told >= KNOWN and topics.most_common(1)[0][1] / told < SAME:
            found.append(Trouble(room, "mixed", len(ids), _parts(topics)))
        elif len(ids) >= FULL:
            found.append(Trouble(room, "full", len(ids), _parts(stages if stages.total() else topics)))
    return found


def _parts(counted: Counter[str]) -> tuple[tuple[str, int], ...]:
    return tuple(counted.most_common(3))

"""Titles: each is given once per key, is an event, and is kept with the person."""

from __future__ import annotations

from handlers.contract import Happened, Picture, Scene
from handlers.services.community.log import note, today
from storage.queries import standing

GIVEN = "honour_given"


def give(scene: Scene, person_id: int, name: str, key: str) -> bool:
    """False when it was given for this key before."""
    if not standing.give_honour(scene.work, key, person_id, name, scene.now):
        return False
    note(scene, Happened(GIVEN, {"honour": name, "key": key}, person_id))
    return True


def certificate(scene: Scene, title: str, name: str, line: str) -> Picture:
    """A picture to keep; `name` is how its owner wants to be called, `line` says what for."""
    return Picture("honour", {"name": name, "title": title, "line": line, "on": today(scene).isoformat()})

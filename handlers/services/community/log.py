"""Writing down what happened: the event log and its roll-up by person and day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from handlers.contract import Happened, Scene
from handlers.services.care.days import day_of
from storage.queries import events


def write(scene: Scene, happened: Sequence[Happened]) -> None:
    """Into the log and its roll-up."""
    rows = [
        {"at": scene.now, "name": one.name, "person_id": one.person_id, "room_id": one.room_id, "data": one.data}
        for one in happened
    ]
    events.log(scene.work, rows, today(scene))


def note(scene: Scene, happened: Happened) -> None:
    """Write down at once what a service did to somebody's account; rules follow it with the rest."""
    write(scene, [happened])
    scene.noted.append(happened)


def today(scene: Scene) -> dt.date:
    """The community's day, by which events are rolled up."""
    return day_of(scene.now, scene.settings.community.zone, scene.settings.community.day_turns_at)

"""What follows from what happened: the log, journeys that end, points, rooms, rules of the playbooks."""

from __future__ import annotations

from collections.abc import Sequence

from handlers.contract import Happened, Outgoing, Scene
from handlers.services.care.journeys import left_by
from handlers.services.community import advising, log, points, rooms, rules

ROUNDS = 3
"""A rule may bring about what another rule waits for; after so many rounds nothing more follows."""


def follow(scene: Scene, happened: Sequence[Happened]) -> list[Outgoing]:
    """Write down what happened and do what follows from it; returns the messages."""
    found: list[Outgoing] = []
    log.write(scene, happened)
    rest = [*happened, *_noted(scene)]
    for _ in range(ROUNDS):
        if not rest:
            break
        left_by(scene, rest)
        points.earn(scene, rest)
        found += advising.follow(scene, rest)
        found += rooms.follow(scene, rest)
        messages, more = rules.follow(scene, rest)
        found += messages
        log.write(scene, more)
        rest = [*more, *_noted(scene)]
    scene.noted.clear()
    return found


def _noted(scene: Scene) -> list[Happened]:
    found = list(scene.noted)
    scene.noted.clear()
    return found

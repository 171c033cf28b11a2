"""Calling one after the other until somebody has it in hand: the steps of alerts, cases and promises.

A step is a slot of the due table, so it outlives a restart and happens once. What a step does, its owner decides.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from handlers.contract import Scene
from storage.queries import due


def climb(
    scene: Scene, kind: str, key: str, steps: Mapping[str, dt.datetime], *, ref: int, person_id: int | None
) -> None:
    """Plan the steps of one owner (`ref`); a step that is planned already, under this key, stays as it is."""
    slots = [
        due.slot(f"{key}:{step}", kind, at, ref=ref, person_id=person_id, data={"step": step})
        for step, at in steps.items()
    ]
    due.plan(scene.work, slots)


def stop(scene: Scene, kind: str, ref: int, why: str) -> None:
    """Somebody has it in hand: no further step."""
    due.cancel(scene.work, kind, ref, scene.now, why)

"""Staff have told somebody themselves: what the bot still had for them by now is not sent again."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.engine import RowMapping

from handlers.contract import Happened, Scene
from handlers.due import LATE
from handlers.services.community.log import write
from handlers.services.staff.calls import STEP, lost
from storage.queries import due, outbox

STATE = "by_hand"
KINDS = ("reminder", "reminder_again", "journey_step", "challenge_day")
"""Slots that bring their person a message."""
RULES = ("reminder:", "journey:", "challenge:")
LATELY = dt.timedelta(days=2)


def contacted(scene: Scene, person_id: int, by: int) -> int:
    """Settle what is due to this person by now, sent or not; returns how many messages they are spared.

    Daily reminders go on tomorrow: a time that is missed plans the next, here as everywhere.
    """
    slots = due.of_person(scene.work, person_id, KINDS, scene.now)
    for slot in slots:
        if slot["kind"] in LATE:
            LATE[slot["kind"]](scene, [slot])  # its message is what staff have said
    slots += due.expired(scene.work, STEP, scene.now - LATELY, person_id)
    due.settle(scene.work, [slot["id"] for slot in slots], STATE, "", scene.now)
    unreached = outbox.unreached(scene.work, scene.now - LATELY, person_id)
    rows = [one["id"] for one in unreached if one["by"].startswith(RULES) and (_due(one, scene.now) or lost(one))]
    outbox.settle(scene.work, rows, state=STATE, reason="")
    data = {"by": by, "count": len(slots) + len(rows)}
    write(scene, [Happened("told_by_hand", data, person_id)])
    return len(slots) + len(rows)


def _due(row: RowMapping, now: dt.datetime) -> bool:
    """It would go now; what waits for the morning is tomorrow's."""
    return bool(row["state"] == "waiting" and row["after"] <= now)

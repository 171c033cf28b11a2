"""What to do when a slot's time has come, by kind; and what to do when it has come too late."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sqlalchemy.engine import RowMapping

from handlers.contract import Handled, Scene, Skip
from handlers.services.care import challenges, journeys, reminders
from handlers.services.community import welcome
from handlers.services.knowledge import cases
from handlers.services.safety import alerts

Act = Callable[[Scene, RowMapping], Handled | Skip]

DUE: Mapping[str, Act] = {
    "journey_step": journeys.step_due,
    "challenge_day": challenges.day_due,
    "challenge_end": challenges.end_due,
    "reminder": reminders.reminder_due,
    "reminder_again": reminders.again_due,
    "room_welcome": welcome.room_welcome_due,
    "case_clock": cases.clock_due,
    "alert_ladder": alerts.ladder_due,
}

LATE: Mapping[str, Act] = {"reminder": reminders.reminder_late}
"""Kinds that must do something even when their time has passed; the others just expire."""

"""What to do when slots' time has come, by kind; and what to do when it has come too late."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from sqlalchemy.engine import RowMapping

from handlers import burst_over, my_data
from handlers.contract import Handled, Later, Scene, Skip
from handlers.services.care import (
    bookings,
    challenges,
    journeys,
    planning,
    ranking,
    reminders,
    steps,
    stock,
)
from handlers.services.community import advising, daily, welcome
from handlers.services.knowledge import case_clocks, cases, gaps
from handlers.services.safety import alerts
from handlers.services.staff import calls, handover, promises

One = Callable[[Scene, RowMapping], Handled | Skip | Later]
Many = Callable[[Scene, Sequence[RowMapping]], Sequence[Handled | Skip | Later]]


def each(act: One) -> Many:
    """One slot after the other."""
    return lambda scene, slots: [act(scene, slot) for slot in slots]


DUE: Mapping[str, Many] = {
    planning.STEP: steps.steps_due,
    planning.TIMEOUT: each(steps.timeout_due),
    planning.END: each(journeys.end_due),
    "challenge_day": each(challenges.day_due),
    "challenge_end": each(challenges.end_due),
    ranking.KIND: each(ranking.summary_due),
    "reminder": reminders.reminders_due,
    "reminder_again": each(reminders.again_due),
    stock.KIND: each(stock.refill_due),
    bookings.KIND: each(bookings.booking_due),
    bookings.OVER: each(bookings.over_due),
    "room_welcome": each(welcome.room_welcome_due),
    "burst": each(burst_over.over),
    "case_clock": each(case_clocks.clock_due),
    "case_close": each(cases.close_due),
    "promise": each(promises.promise_due),
    "handover": each(handover.handover_due),
    calls.KIND: each(calls.list_due),
    daily.KIND: each(daily.round_due),
    advising.KIND: each(advising.call_due),
    "gap_report": each(gaps.report_due),
    my_data.KIND: each(my_data.erase_due),
    "alert_ladder": each(alerts.ladder_due),
}

LATE: Mapping[str, Many] = {
    "reminder": each(reminders.reminder_late),
    "handover": each(handover.handover_late),
    calls.KIND: each(calls.list_late),
    daily.KIND: each(daily.round_late),
}
"""Kinds that must do something even when their time has passed; the others just expire."""

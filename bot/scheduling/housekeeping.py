"""What is no longer needed goes: words of settled messages, content that has expired. Staff hear what expires soon."""

from __future__ import annotations

import datetime as dt

from bot.desk import Desk
from handlers.services.care.days import at, day_of
from storage import data_map
from storage.queries import audit, erasures, events, gaps, outbox

KEEP_GAPS = dt.timedelta(days=30)
KEEP_AUDIT = dt.timedelta(days=1095)
KEEP_EVENTS = dt.timedelta(days=730)


def clean(desk: Desk) -> int:
    """Forget what `storage/data_map.yaml` says is over; returns how many rows changed."""
    desk.refresh()
    now = desk.clock.now()
    erasures.keep(desk.database)
    with desk.database.transaction() as work:
        outbox.add(work, desk.review_rows(work))
        old = gaps.forget_before(work, now - KEEP_GAPS) + audit.forget_before(work, now - KEEP_AUDIT)
        knobs = desk.config.community
        first = day_of(now, knobs.zone, knobs.day_turns_at) - KEEP_EVENTS
        old += events.forget_before(work, at(first, knobs.day_turns_at, knobs.zone), first)
        return data_map.forget_due(work, now) + old

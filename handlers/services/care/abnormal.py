"""Readings outside the usual range on several days in a row: the writer is told to see a doctor, staff to have a look.

Not for what needs help at once: critical values and red flags have been answered before.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from handlers.contract import Context, Happened, Outgoing
from handlers.services.care.check_ins import today
from handlers.services.care.readings import Reading
from handlers.services.staff.roles import tell_staff
from playbooks.schema.measure import Measure
from storage.queries import care

AGAIN = 7
"""Days; a run that goes on is spoken of once a week."""
LOOK_BACK = dt.timedelta(days=90)


def after_check_in(ctx: Context, kept: Iterable[Reading]) -> tuple[list[str], list[Outgoing], list[Happened]]:
    """(lines for the writer, messages to staff, events) for what was just kept."""
    library = ctx.index.library.measures
    measures = {one.measure for one in kept if outside(library[one.measure], one.values, one.context)}
    lines: list[str] = []
    told: list[Outgoing] = []
    events: list[Happened] = []
    for measure in sorted(measures):
        known = library[measure]
        days = run(ctx, known)
        if known.trend is None or not _tells(days, known.trend.days):
            continue
        lines.append(ctx.words("check_in/abnormal", title=known.title, days=days))
        text = ctx.words(
            "check_in/abnormal_staff", title=known.title, days=days, name=ctx.person.name, number=ctx.person_id
        )
        key = f"abnormal:{ctx.person_id}:{measure}:{today(ctx, ctx.person.zone)}"
        told += tell_staff(ctx, text, "check_in", key=key, about=ctx.person_id)
        events.append(Happened("trend_noticed", {"measure": measure, "days_out_of_range": days}, ctx.person_id))
    return lines, told, events


def run(ctx: Context, measure: Measure) -> int:
    """How many days in a row up to today have a reading outside the usual range; 0 when today's first one was told before."""
    day = today(ctx, ctx.person.zone)
    rows = care.check_ins(ctx.work, ctx.person_id, day - LOOK_BACK, measure.id)
    found = [one for one in rows if outside(measure, one.value.get("values"), one.value.get("context"))]
    if sum(one.day == day for one in found) != 1:
        return 0
    days, length = {one.day for one in found}, 0
    while day - dt.timedelta(days=length) in days:
        length += 1
    return length


def outside(measure: Measure, values: object, context: str | None) -> bool:
    """Whether a reading is below or above what is usual for when it was taken."""
    if not isinstance(values, dict):
        return False
    return any(
        (one.low is not None and values[one.part] < one.low) or (one.high is not None and values[one.part] > one.high)
        for one in measure.normal
        if one.context in (None, context) and one.part in values
    )


def _tells(length: int, days: int) -> bool:
    return length >= days and (length - days) % AGAIN == 0

"""Keeping readings and deeds, and the run of days they make."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, dataclass
from typing import Any

from handlers.contract import Context, Happened, Incoming, Scene
from handlers.services.care import streaks
from handlers.services.care.days import day_of, local
from handlers.services.care.readings import Reading
from handlers.services.care.streaks import Run
from handlers.services.community import points
from storage.queries import care


@dataclass(frozen=True, slots=True)
class Kept:
    """What was stored for one message."""

    day: dt.date
    said: tuple[str, ...]
    days: frozenset[tuple[str, dt.date]]
    """(measure, day it counts for)."""
    points: int
    run: Run
    events: tuple[Happened, ...]


def keep(ctx: Context, msg: Incoming, readings: tuple[Reading, ...], photo: bool = False) -> Kept:
    """Store readings for the day they count for, book points, and count the run of days. `photo`: one came just before."""
    day = today(ctx, ctx.person.zone)
    rows = [
        {
            "person_id": ctx.person_id,
            "measure": reading.measure,
            "day": counts_for(ctx, reading),
            "at": ctx.now,
            "value": _value(reading),
            "has_photo": photo or msg.with_picture,
        }
        for reading in readings
    ]
    got, events = 0, []
    for reading, check_in in zip(readings, care.keep(ctx.work, rows), strict=True):
        if reading.day_offset == 0:
            got += points.for_check_in(ctx, ctx.person_id, reading.measure, day.isoformat())
        data = {"check_in": check_in, "measure": reading.measure}
        events.append(Happened("check_in_recorded", data, ctx.person_id, msg.room_id))
    said = tuple(f"{ctx.index.library.measures[one.measure].title} {one.said}".strip() for one in readings)
    days = frozenset((reading.measure, counts_for(ctx, reading)) for reading in readings)
    return Kept(day, said, days, got, streaks.streak(ctx, ctx.person, day), tuple(events))


def today(scene: Scene, zone: str) -> dt.date:
    """The local day that a deed counts for now."""
    return day_of(scene.now, zone, scene.settings.community.day_turns_at)


def counts_for(ctx: Context, reading: Reading) -> dt.date:
    """Somebody who says 昨天 at one in the morning means the day on the calendar."""
    if reading.day_offset == 0:
        return today(ctx, ctx.person.zone)
    return local(ctx.now, ctx.person.zone).date() + dt.timedelta(days=reading.day_offset)


def _value(reading: Reading) -> dict[str, Any]:
    return {name: value for name, value in asdict(reading).items() if name != "measure"}

"""复诊一页纸: what somebody brings to the doctor – own questions, complaints in own words, readings, and doses that were missed."""

from __future__ import annotations

import datetime as dt
from typing import Any

from handlers.contract import Picture, Scene, stored
from handlers.services.care import bookings, trends
from handlers.services.care.check_ins import today
from handlers.services.care.days import at, local, shown_day
from storage.queries import bookings as rows
from storage.queries import care
from storage.tables.people import Person
from storage.tables.visits import VisitSheet

MOST_LINES, MOST_SERIES, MOST_REMINDERS, DAYS = 5, 6, 4, 30
SHARED = dt.timedelta(days=7)
"""So long staff may fetch the page when no appointment is known."""
LISTS = ("questions", "unwell")


def of(scene: Scene, person_id: int) -> VisitSheet:
    """The person's sheet, made when first asked for."""
    return rows.sheet(scene.work, person_id) or scene.work.add(VisitSheet(person_id=person_id))


def add(scene: Scene, sheet: VisitSheet, which: str, text: str) -> bool:
    """One more line in the person's own words; False when there is no room."""
    lines = getattr(sheet, which)
    if len(lines) >= MOST_LINES:
        return False
    setattr(sheet, which, [*lines, {"text": text, "at": scene.now.isoformat()}])
    _changed(scene, sheet)
    return True


def drop(scene: Scene, sheet: VisitSheet, which: str, number: int) -> bool:
    """Take off the line of that number, from 1."""
    lines = getattr(sheet, which)
    if not 1 <= number <= len(lines):
        return False
    setattr(sheet, which, [one for place, one in enumerate(lines, 1) if place != number])
    _changed(scene, sheet)
    return True


def _changed(scene: Scene, sheet: VisitSheet) -> None:
    """What was agreed to was another page."""
    sheet.shared_until = None
    scene.work.add(sheet)


def share(scene: Scene, sheet: VisitSheet) -> dt.datetime:
    """Staff may fetch it until the day after the visit."""
    booking = bookings.current(scene, sheet.person_id)
    visit = booking.at + dt.timedelta(days=1) if booking is not None and booking.at is not None else None
    sheet.shared_until = max(visit, scene.now + dt.timedelta(days=1)) if visit is not None else scene.now + SHARED
    scene.work.add(sheet)
    return sheet.shared_until


def withdraw(scene: Scene, sheet: VisitSheet) -> bool:
    """Nobody may fetch it any more; False when nobody could."""
    was = shared(scene, sheet)
    _changed(scene, sheet)
    return was


def shared(scene: Scene, sheet: VisitSheet | None) -> bool:
    """Whether the person lets staff see it now."""
    return sheet is not None and sheet.shared_until is not None and scene.now < sheet.shared_until


def page(scene: Scene, person: Person, sheet: VisitSheet) -> Picture:
    """The page to draw, of everything since the last visit, or of 30 days."""
    last = today(scene, person.zone)
    first = max(last - dt.timedelta(days=DAYS - 1), _last_visit(scene, person) or dt.date.min)
    booking = bookings.current(scene, stored(person.id))
    data: dict[str, Any] = {
        "name": person.name,
        "span": f"{first.month}月{first.day}日—{last.month}月{last.day}日",
        "visit": shown_day(booking.at, scene.now, person.zone) if booking is not None and booking.at else "",
        "place": booking.place if booking is not None else "",
        "questions": [one["text"] for one in sheet.questions],
        "unwell": [(_day(one["at"], person.zone), one["text"]) for one in sheet.unwell],
        "series": _series(scene, person, first, last),
        "reminders": _reminders(scene, person, at(first, "00:00", person.zone)),
        "made": shown_day(scene.now, scene.now, person.zone).replace("今天", f"{last.month}月{last.day}日"),
    }
    return Picture("sheet", data)


def _day(moment: str, zone: str) -> str:
    day = local(dt.datetime.fromisoformat(moment), zone).date()
    return f"{day.month}月{day.day}日"


def _last_visit(scene: Scene, person: Person) -> dt.date | None:
    """The day after it, for what was taken on the day itself the doctor has seen."""
    seen = [one.at for one in rows.of(scene.work, stored(person.id)) if one.state == "arrived" and one.at is not None]
    return local(max(seen), person.zone).date() + dt.timedelta(days=1) if seen else None


def _series(scene: Scene, person: Person, first: dt.date, last: dt.date) -> list[dict[str, Any]]:
    """A row for each line of readings: last, lowest, highest, average, on how many days, days outside the general range."""
    found: list[dict[str, Any]] = []
    for measure in scene.index.library.measures.values():
        trend = trends.trend(scene, person, (last - first).days + 1, measure)
        for name, points in (trend.picture.data["lines"] if trend else {}).items():
            values = [value for _, value in points]
            low, high = trend.picture.data["bands"].get(name, (None, None)) if trend else (None, None)
            out = {day for day, value in points if _outside(value, low, high)}
            found.append(
                {
                    "name": measure.title if name == measure.title else f"{measure.title} {name}",
                    "unit": trend.picture.data["unit"] if trend else "",
                    "points": points,
                    "first": first.isoformat(),
                    "last": last.isoformat(),
                    "values": (values[-1], min(values), max(values), sum(values) / len(values)),
                    "band": (low, high),
                    "days": len({day for day, _ in points}),
                    "out": len(out) if (low, high) != (None, None) else None,
                }
            )
    return sorted(found, key=lambda one: -len(one["points"]))[:MOST_SERIES]


def _outside(value: float, low: float | None, high: float | None) -> bool:
    return (low is not None and value < low) or (high is not None and value > high)


def _reminders(scene: Scene, person: Person, since: dt.datetime) -> list[tuple[str, int, int, int]]:
    """(what, how often it rang or should have, done, without an answer) of each reminder, the most missed first."""
    counts = care.outcomes_since(scene.work, stored(person.id), since)
    known = care.reminders_by_id(scene.work, list(counts))
    found = []
    for number, outcomes in counts.items():
        if number in known:
            done, total = outcomes.get("done", 0), sum(outcomes.values())
            found.append((known[number].what, total, done, outcomes.get("open", 0) + outcomes.get("missed", 0)))
    return sorted(found, key=lambda one: (-one[3], -one[1]))[:MOST_REMINDERS]

"""Appointments: what is planned for each – the evening before, the day itself, the morning after – and how it moves."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from sqlalchemy.engine import RowMapping

from handlers.contract import Handled, Happened, Kind, OnDoubt, Scene, Skip, stored, to_person
from handlers.services.care.days import at, local, shown_day, spoken
from handlers.services.community import consents
from handlers.services.staff.roles import tell_staff
from storage.queries import bookings, due, outbox, people, questions
from storage.tables.people import Person
from storage.tables.visits import Booking

KIND, OVER = "booking", "bookings_over"
DAY, RING, FOLLOW = "booking_day", "booking_ring", "booking_follow"
"""Questions: which day suits, are you coming, what became of it."""
ANSWER_WITHIN = dt.timedelta(days=2)
EVE, FIRST, EVE_OVER, MORNING, MORNING_OVER = "18:00", "07:00", "22:00", "10:00", "20:00"
BEFORE, AFTER = dt.timedelta(hours=2), dt.timedelta(hours=2)

Slot = tuple[dt.datetime, dt.datetime]
"""When, and until when it is not too late."""


def current(scene: Scene, person_id: int) -> Booking | None:
    """The appointment that is asked for or lies ahead."""
    found = bookings.of(scene.work, person_id)
    return next((one for one in found if one.state == "asked" or _ahead(one, scene.now)), None)


def _ahead(booking: Booking, now: dt.datetime) -> bool:
    return booking.state == "confirmed" and booking.at is not None and booking.at + AFTER > now


def ask(scene: Scene, person_id: int, wanted: str) -> Booking:
    """Keep the wish; one that waits or stands already is to be changed. What stands stays until another time is confirmed."""
    known = current(scene, person_id)
    if known is None:
        return scene.work.add(Booking(person_id=person_id, wanted=wanted, asked_at=scene.now))
    known.state, known.wanted, known.asked_at = "asked", wanted, scene.now
    scene.work.add(known)
    return known


def settle(scene: Scene, booking: Booking, state: str, by: int | None = None) -> None:
    """The appointment is in that state now; what was planned for it follows."""
    booking.state = state
    if by is not None:
        booking.decided_by, booking.decided_at = by, scene.now
    scene.work.add(booking)
    person = people.person(scene.work, booking.person_id)
    if person is not None:
        plan(scene, booking, person)


def wanted_slots(booking: Booking, zone: str) -> Iterator[tuple[str, Slot]]:
    """(what, when and until when) of what is to come for an appointment in this state."""
    if booking.at is None or booking.state not in ("asked", "confirmed", "no_show"):
        return
    day = local(booking.at, zone).date()
    if booking.state != "no_show":
        eve = day - dt.timedelta(days=1)
        yield "eve", (at(eve, EVE, zone), at(eve, EVE_OVER, zone))
        early = max(booking.at - BEFORE, at(day, FIRST, zone))
        if early < booking.at:
            yield "day", (early, booking.at)
    after = day + dt.timedelta(days=1)
    yield "follow", (at(after, MORNING, zone), at(after, MORNING_OVER, zone))


def plan(scene: Scene, booking: Booking, person: Person) -> None:
    """Bring the slots in line with the appointment. Keys name its time, so that another time is another slot; what is written and
    has not gone is taken back; what has gone stays gone."""
    wanted = {
        f"booking:{booking.id}:{what}:{booking.at:%Y%m%dT%H%M}": (what, when)
        for what, when in wanted_slots(booking, person.zone)
    }
    known = due.of(scene.work, KIND, stored(booking.id))
    for key, row in known.items():
        if key in wanted:
            continue
        if row["state"] == "waiting" or (row["state"] == "done" and outbox.retract(scene.work, key)):
            due.settle(scene.work, [row["id"]], "cancelled", "moved", scene.now)
    for key, (what, (when, expires)) in wanted.items():
        found = known.get(key)
        missed = {"state": "skipped", "reason": "late", "settled_at": scene.now} if when < scene.now else {}
        if found is None:
            more = {"ref": booking.id, "person_id": booking.person_id, "expires": expires, "data": {"what": what}}
            due.plan(scene.work, [due.slot(key, KIND, when, **more, **missed)])
        elif found["state"] == "cancelled" and not missed:
            due.move(scene.work, found["id"], when, when, expires)
    _plan_over(scene, booking)


def _plan_over(scene: Scene, booking: Booking) -> None:
    """Staff look once a day, after the last appointment of it, who has not come."""
    if booking.at is None or booking.state != "confirmed":
        return
    zone = scene.settings.community.zone
    day = local(booking.at, zone).date()
    when, expires = booking.at + AFTER, at(day + dt.timedelta(days=1), MORNING, zone)
    known = due.of(scene.work, OVER, day.toordinal()).get(f"{OVER}:{day}")
    if known is None:
        more = {"ref": day.toordinal(), "expires": expires, "data": {"day": day.isoformat()}}
        due.plan(scene.work, [due.slot(f"{OVER}:{day}", OVER, when, **more)])
    elif known["state"] == "waiting" and known["planned"] < when:
        due.move(scene.work, known["id"], when, when, expires)


def booking_due(scene: Scene, slot: RowMapping) -> Handled | Skip:
    """A reminder, or the gentle question the morning after."""
    booking = bookings.booking(scene.work, slot["ref"])
    person = people.person(scene.work, slot["person_id"])
    if booking is None or booking.at is None or person is None:
        return Skip("gone")
    if slot["data"]["what"] == "follow":
        return _follow(scene, slot, booking, person)
    ahead = {"booking": booking.id}
    questions.ask_if_free(scene.work, [questions.row(booking.person_id, None, RING, ahead, booking.at)], scene.now)
    text = scene.words(
        "booking/ring",
        at=spoken(booking.at, scene.now, person.zone),
        place=booking.place,
        eve=slot["data"]["what"] == "eve",
    )
    message = to_person(
        booking.person_id,
        text,
        kind=Kind.REMINDER,
        by="booking",
        key=slot["key"],
        expires=slot["expires"],
        on_doubt=OnDoubt.ASK_STAFF,
    )
    return Handled("booking", (message,), (Happened("booking_reminded", ahead, booking.person_id),))


def _follow(scene: Scene, slot: RowMapping, booking: Booking, person: Person) -> Handled | Skip:
    """They did not come, or nobody marked it: asked once, kindly, and not in hard times."""
    if booking.state not in ("confirmed", "no_show"):
        return Skip(booking.state)
    if reason := consents.held_back(person):
        return Skip(reason)
    waits = questions.row(booking.person_id, None, FOLLOW, {"booking": booking.id}, scene.now + ANSWER_WITHIN)
    questions.ask_if_free(scene.work, [waits], scene.now)
    message = to_person(
        booking.person_id,
        scene.words("booking/follow", name=person.name),
        kind=Kind.PUSH,
        by="booking",
        key=slot["key"],
        expires=slot["expires"],
        on_doubt=OnDoubt.DROP,
    )
    return Handled("booking", (message,), (Happened("booking_missed", {"booking": booking.id}, booking.person_id),))


def over_due(scene: Scene, slot: RowMapping) -> Handled | Skip:
    """One line to staff: who of today has not been marked."""
    zone = scene.settings.community.zone
    day = dt.date.fromisoformat(slot["data"]["day"])
    found = bookings.between(scene.work, at(day, "00:00", zone), at(day + dt.timedelta(days=1), "00:00", zone))
    if not found:
        return Skip("all marked")
    text = scene.words("booking/over", rows=[row_of(scene, one) for one in found])
    return Handled("booking", tuple(tell_staff(scene, text, "booking", key=slot["key"])))


def row_of(scene: Scene, booking: Booking) -> dict[str, object]:
    """What staff read of an appointment."""
    zone = scene.settings.community.zone
    person = people.person(scene.work, booking.person_id)
    return {
        "number": booking.id,
        "name": person.name if person else "",
        "wanted": booking.wanted,
        "place": booking.place,
        "state": booking.state,
        "at": shown_day(booking.at, scene.now, zone) if booking.at else "",
        "asked": shown_day(booking.asked_at, scene.now, zone),
    }

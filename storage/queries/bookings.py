"""Appointments."""

from __future__ import annotations

import datetime as dt

from sqlmodel import and_, col, or_, select

from storage.tables.visits import Booking, VisitSheet
from storage.work import Work


def booking(work: Work, number: int) -> Booking | None:
    return work.session.get(Booking, number)


def of(work: Work, person_id: int) -> list[Booking]:
    """All appointments of a person, newest first."""
    wanted = select(Booking).where(Booking.person_id == person_id)
    return list(work.session.exec(wanted.order_by(col(Booking.id).desc())).all())


def waiting(work: Work, since: dt.datetime) -> list[Booking]:
    """Wishes that wait for staff, then what is confirmed and not before `since`."""
    ahead = and_(col(Booking.state) == "confirmed", col(Booking.at) >= since)
    wanted = select(Booking).where(or_(col(Booking.state) == "asked", ahead))
    found = work.session.exec(wanted.order_by(col(Booking.at), col(Booking.id))).all()
    return sorted(found, key=lambda one: one.state != "asked")


def between(work: Work, start: dt.datetime, end: dt.datetime) -> list[Booking]:
    """Confirmed appointments in [start, end) that nobody has marked, in order of time."""
    wanted = select(Booking).where(Booking.state == "confirmed", col(Booking.at) >= start, col(Booking.at) < end)
    return list(work.session.exec(wanted.order_by(col(Booking.at), col(Booking.id))).all())


def sheet(work: Work, person_id: int) -> VisitSheet | None:
    return work.session.exec(select(VisitSheet).where(VisitSheet.person_id == person_id)).first()

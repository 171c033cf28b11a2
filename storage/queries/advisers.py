"""Who looks after whom, and the greetings that are owed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from sqlalchemy import func
from sqlmodel import col, select

from storage.tables.standing import Advice, CareCall
from storage.work import Work


def of_many(work: Work, person_ids: Collection[int]) -> dict[int, int]:
    """Person → their adviser."""
    wanted = select(Advice.person_id, Advice.adviser_id).where(col(Advice.person_id).in_(person_ids))
    return {person: adviser for person, adviser in work.session.exec(wanted)}


def of(work: Work, person_id: int) -> Advice | None:
    return work.session.exec(select(Advice).where(Advice.person_id == person_id)).first()


def loads(work: Work) -> dict[int, int]:
    """Adviser → how many people they look after."""
    return {
        one: count
        for one, count in work.session.exec(select(Advice.adviser_id, func.count()).group_by(col(Advice.adviser_id)))
    }


def looked_after(work: Work, adviser_id: int) -> list[int]:
    """Whom an adviser looks after."""
    wanted = select(Advice.person_id).where(Advice.adviser_id == adviser_id).order_by(col(Advice.at))
    return list(work.session.exec(wanted))


def assign(work: Work, person_id: int, adviser_id: int, by: str, now: dt.datetime) -> None:
    """From now on this adviser; calls that are still owed go along."""
    row = of(work, person_id) or Advice(person_id=person_id, adviser_id=adviser_id, by=by, at=now)
    row.adviser_id, row.by, row.at = adviser_id, by, now
    work.add(row)
    for one in open_calls(work, person_id=person_id):
        one.adviser_id = adviser_id
        work.add(one)


def call(work: Work, person_id: int, why: str) -> CareCall | None:
    return work.session.exec(select(CareCall).where(CareCall.person_id == person_id, CareCall.why == why)).first()


def open_calls(work: Work, adviser_id: int | None = None, person_id: int | None = None) -> list[CareCall]:
    """What is still owed, the oldest first."""
    wanted = select(CareCall).where(CareCall.state == "open").order_by(col(CareCall.planned), col(CareCall.id))
    if adviser_id is not None:
        wanted = wanted.where(CareCall.adviser_id == adviser_id)
    if person_id is not None:
        wanted = wanted.where(CareCall.person_id == person_id)
    return list(work.session.exec(wanted))


def calls_of(work: Work, person_id: int) -> list[CareCall]:
    """All of somebody's, oldest first."""
    return list(work.session.exec(select(CareCall).where(CareCall.person_id == person_id).order_by(col(CareCall.id))))


def outcomes(work: Work, since: dt.datetime) -> dict[tuple[int | None, str], int]:
    """(adviser, state) → how many calls planned since then."""
    wanted = select(CareCall.adviser_id, CareCall.state, func.count()).where(CareCall.planned >= since)
    rows = work.session.exec(wanted.group_by(col(CareCall.adviser_id), col(CareCall.state)))
    return {(adviser, state): count for adviser, state, count in rows}

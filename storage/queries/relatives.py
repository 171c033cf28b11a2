"""Who of a patient's family is told how an operation goes."""

from __future__ import annotations

import datetime as dt

from sqlmodel import col, delete, select

from storage.tables.people import Relative
from storage.work import Work


def of(work: Work, person_id: int) -> list[Relative]:
    """The relatives of a patient, in the order they were noted."""
    wanted = select(Relative).where(Relative.person_id == person_id)
    return list(work.session.exec(wanted.order_by(col(Relative.id))).all())


def add(work: Work, person_id: int, relative_id: int, relation: str, by: int, now: dt.datetime) -> bool:
    """Note a relative; False when they were noted, and then what they are to the patient is brought up to date."""
    known = next((one for one in of(work, person_id) if one.relative_id == relative_id), None)
    if known is not None:
        known.relation = relation or known.relation
        work.add(known)
        return False
    work.add(Relative(person_id=person_id, relative_id=relative_id, relation=relation, by=by, at=now))
    return True


def remove(work: Work, person_id: int, relative_id: int | None = None) -> int:
    """Take off one relative, or all; returns how many there were."""
    gone = delete(Relative).where(col(Relative.person_id) == person_id)
    if relative_id is not None:
        gone = gone.where(col(Relative.relative_id) == relative_id)
    return work.session.connection().execute(gone).rowcount

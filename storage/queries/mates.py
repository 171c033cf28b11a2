"""Companions and teams on challenges."""

from __future__ import annotations

import datetime as dt

from sqlmodel import col, select

from storage.tables.care import Mate
from storage.work import Work


def of_person(work: Work, person_id: int) -> list[Mate]:
    """The places that somebody holds now, oldest first."""
    wanted = select(Mate).where(Mate.person_id == person_id, col(Mate.left_at).is_(None))
    return list(work.session.exec(wanted.order_by(col(Mate.id))).all())


def of_code(work: Work, code: str) -> list[Mate]:
    """Everybody who belongs together by this code now, the founder first."""
    wanted = select(Mate).where(Mate.code == code, col(Mate.left_at).is_(None))
    return list(work.session.exec(wanted.order_by(col(Mate.id))).all())


def teams(work: Work) -> dict[str, str]:
    """Name → code of every team that has members."""
    rows = work.session.exec(select(Mate).where(col(Mate.left_at).is_(None)).order_by(col(Mate.id))).all()
    return {row.team: row.code for row in rows if row.team}


def invitations(work: Work, challenge: str, since: dt.datetime) -> list[Mate]:
    """Who waits for a companion on this challenge since then."""
    wanted = select(Mate).where(Mate.challenge == challenge, Mate.joined_at >= since, col(Mate.left_at).is_(None))
    rows = list(work.session.exec(wanted.order_by(col(Mate.id))).all())
    codes = [row.code for row in rows]
    return [row for row in rows if row.team is None and codes.count(row.code) == 1]


def leave(work: Work, person_id: int, challenge: str, now: dt.datetime, *, team: bool = True) -> None:
    """Give up every place on this challenge; that in a `team` too, or not."""
    for row in of_person(work, person_id):
        if row.challenge == challenge and (team or row.team is None):
            row.left_at = now
            work.add(row)

"""Who seemed about to leave, why, and whether they stayed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from sqlalchemy import func
from sqlmodel import col, select

from storage.tables.standing import Parting
from storage.work import Work

OPEN = ("asked", "answered")


def ask(work: Work, person_id: int, score: int, signals: list[str], now: dt.datetime) -> Parting:
    return work.add(Parting(person_id=person_id, at=now, score=score, signals=signals))


def get(work: Work, number: int) -> Parting | None:
    return work.session.get(Parting, number)


def asked_since(work: Work, person_ids: Collection[int], since: dt.datetime) -> set[int]:
    """Who of these was asked since then."""
    wanted = select(Parting.person_id).where(col(Parting.person_id).in_(person_ids), Parting.at > since)
    return set(work.session.exec(wanted))


def open_before(work: Work, person_ids: Collection[int], moment: dt.datetime) -> list[Parting]:
    """Of these people, what was asked before then and has no end yet."""
    wanted = select(Parting).where(col(Parting.person_id).in_(person_ids), Parting.at <= moment)
    return list(work.session.exec(wanted.where(col(Parting.state).in_(OPEN))))


def reasons(work: Work, since: dt.datetime, until: dt.datetime) -> dict[str, int]:
    """Reason → how many gave it in [since, until); "" for those who said nothing."""
    wanted = select(Parting.reason, func.count()).where(Parting.at >= since, Parting.at < until)
    return {reason: count for reason, count in work.session.exec(wanted.group_by(col(Parting.reason)))}


def ends(work: Work, since: dt.datetime) -> dict[tuple[str, str], int]:
    """(reason, state) → how many of those asked since then."""
    wanted = select(Parting.reason, Parting.state, func.count()).where(Parting.at >= since)
    rows = work.session.exec(wanted.group_by(col(Parting.reason), col(Parting.state)))
    return {(reason, state): count for reason, state, count in rows}


def said(work: Work, since: dt.datetime, limit: int) -> list[str]:
    """What they wrote in their own words, newest first."""
    wanted = select(Parting.said).where(Parting.at >= since, col(Parting.said).is_not(None))
    return [one for one in work.session.exec(wanted.order_by(col(Parting.id).desc()).limit(limit)) if one]

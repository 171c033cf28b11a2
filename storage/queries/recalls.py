"""Offers to correct answers already given, who is to be told, and who has been."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import Exists, String, cast, exists, func, literal, or_, select, update
from sqlalchemy.engine import RowMapping
from sqlmodel import col
from sqlmodel import select as rows

from storage.queries.answered import TABLE as ANSWERED
from storage.queries.outbox import TABLE as OUTBOX
from storage.tables.review import Recall
from storage.work import Work


def given(work: Work, since: dt.datetime) -> list[tuple[str, int]]:
    """(entry, lowest version) of the answers given since then."""
    wanted = select(ANSWERED.c.faq_id, func.min(ANSWERED.c.version)).where(ANSWERED.c.at >= since)
    found = work.connection.execute(wanted.group_by(ANSWERED.c.faq_id).order_by(ANSWERED.c.faq_id))
    return [(faq, version) for faq, version in found]


def received_below(work: Work, faq_id: str, below: int, since: dt.datetime) -> list[RowMapping]:
    """Each person's newest answer of an older version since then; nobody who has got a newer one meanwhile.

    What still waits to be sent has not been received, and will not be: it is judged again when it leaves.
    """
    wanted = select(ANSWERED).where(ANSWERED.c.faq_id == faq_id, ANSWERED.c.at >= since, ~_waits(faq_id))
    wanted = wanted.order_by(ANSWERED.c.id)
    found = list(work.connection.execute(wanted).mappings())
    newer = {row["person_id"] for row in found if row["version"] >= below}
    newest = {row["person_id"]: row for row in found if row["version"] < below and row["person_id"] not in newer}
    return list(newest.values())


def _waits(faq_id: str) -> Exists:
    """The message with the answer has not left: the reply itself, news about a gap, or an earlier correction."""
    version = cast(ANSWERED.c.version, String)
    same = (OUTBOX.c.person_id == ANSWERED.c.person_id) & (OUTBOX.c.created_at == ANSWERED.c.at)
    of_it = or_(
        OUTBOX.c.key.like(literal(f"answer:%,{faq_id}@") + version + ",%"),
        OUTBOX.c.key.like(literal(f"gap_told:{faq_id}@") + version + ":%"),
        OUTBOX.c.key.like(literal(f"correction:{faq_id}@%-") + version + ":%"),
    )
    return exists().where(same, of_it, OUTBOX.c.state == "waiting", OUTBOX.c.attempts == 0)


def corrected(work: Work, faq_id: str, below: int, people: Sequence[int], now: dt.datetime) -> None:
    """These people's old answers have been corrected."""
    if people:
        old = update(ANSWERED).where(ANSWERED.c.faq_id == faq_id, ANSWERED.c.version < below)
        work.connection.execute(old.where(ANSWERED.c.person_id.in_(people)).values(corrected_at=now))


def find(work: Work, faq_id: str, below: int, version: int) -> Recall | None:
    """The offer for this correction, whatever became of it."""
    wanted = rows(Recall).where(Recall.faq_id == faq_id, Recall.below == below, Recall.version == version)
    return work.session.exec(wanted).first()


def get(work: Work, recall_id: int) -> Recall | None:
    return work.session.get(Recall, recall_id)


def newest(work: Work, faq_id: str) -> Recall | None:
    """The last offer for this entry, whatever became of it."""
    wanted = rows(Recall).where(Recall.faq_id == faq_id).order_by(col(Recall.at).desc(), col(Recall.id).desc())
    return work.session.exec(wanted.limit(1)).first()


def latest(work: Work, state: str | None = None, limit: int = 20) -> list[Recall]:
    """The newest offers."""
    wanted = rows(Recall).order_by(col(Recall.id).desc()).limit(limit)
    return list(work.session.exec(wanted.where(Recall.state == state) if state else wanted).all())


def drop_offers(work: Work, faq_id: str, now: dt.datetime) -> None:
    """Open offers for this entry are out of date."""
    for row in work.session.exec(rows(Recall).where(Recall.faq_id == faq_id, Recall.state == "offered")).all():
        row.state, row.settled_at = "dropped", now
        work.add(row)


def stop_waiting(work: Work, prefix: str) -> int:
    """Corrections with this key that have not left yet never will; returns how many."""
    waiting = update(OUTBOX).where(OUTBOX.c.state == "waiting", OUTBOX.c.key.startswith(prefix, autoescape=True))
    return work.connection.execute(waiting.values(state="expired", reason="replaced")).rowcount


def progress(work: Work, prefix: str) -> list[RowMapping]:
    """(person_id, state, reason) of the corrections with this key."""
    wanted = select(OUTBOX.c.person_id, OUTBOX.c.state, OUTBOX.c.reason)
    found = work.connection.execute(
        wanted.where(OUTBOX.c.key.startswith(prefix, autoescape=True)).order_by(OUTBOX.c.id)
    )
    return list(found.mappings())

"""Questions without a good answer, and the drafts made of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.engine import RowMapping
from sqlmodel import col
from sqlmodel import select as select_rows

from storage.tables.gaps import Draft, Gap
from storage.work import Work

TABLE = Gap.__table__  # type: ignore[attr-defined]


def add(work: Work, **values: Any) -> Gap:
    """Keep a question."""
    return work.add(Gap(**values))


def between(work: Work, since: dt.datetime, until: dt.datetime) -> list[RowMapping]:
    """Questions asked in [since, until) whose words we still have, oldest first."""
    wanted = select(TABLE).where(TABLE.c.at >= since, TABLE.c.at < until, TABLE.c.question.is_not(None))
    return list(work.connection.execute(wanted.order_by(TABLE.c.id)).mappings())


def of_answer(work: Work, answered_id: int) -> RowMapping | None:
    """The question behind an answer that was rated not useful."""
    return work.connection.execute(select(TABLE).where(TABLE.c.answered_id == answered_id)).mappings().first()


def to_case(work: Work, answered_id: int, case_id: int) -> None:
    """Who was not helped by an answer has gone on to a person."""
    work.connection.execute(update(TABLE).where(TABLE.c.answered_id == answered_id).values(case_id=case_id))


def take_back(work: Work, answered_id: int) -> None:
    """The answer was useful after all."""
    work.connection.execute(delete(TABLE).where(TABLE.c.answered_id == answered_id, TABLE.c.draft_id.is_(None)))


def into_draft(work: Work, ids: Sequence[int], draft_id: int) -> None:
    """These questions are behind this draft."""
    if ids:
        work.connection.execute(update(TABLE).where(TABLE.c.id.in_(ids)).values(draft_id=draft_id))


def untold(work: Work, draft_id: int) -> list[RowMapping]:
    """Questions of a draft whose askers have not been told, oldest first."""
    wanted = select(TABLE).where(TABLE.c.draft_id == draft_id, TABLE.c.told_at.is_(None))
    return list(work.connection.execute(wanted.order_by(TABLE.c.id)).mappings())


def told(work: Work, ids: Sequence[int], now: dt.datetime) -> None:
    """The askers have been told."""
    if ids:
        work.connection.execute(update(TABLE).where(TABLE.c.id.in_(ids)).values(told_at=now))


def not_told(work: Work, person_id: int, moment: dt.datetime) -> None:
    """What was to be told to this asker at that moment never left."""
    mine = update(TABLE).where(TABLE.c.person_id == person_id, TABLE.c.told_at == moment)
    work.connection.execute(mine.values(told_at=None))


def forget_before(work: Work, moment: dt.datetime) -> int:
    """Delete questions older than `moment`; of those behind a draft, once told, only the words. Returns how many."""
    old = TABLE.c.at < moment
    gone = work.connection.execute(delete(TABLE).where(old, TABLE.c.draft_id.is_(None))).rowcount
    done = update(TABLE).where(old, TABLE.c.told_at.is_not(None), TABLE.c.question.is_not(None))
    return gone + work.connection.execute(done.values(question=None)).rowcount


def add_draft(work: Work, **values: Any) -> Draft:
    """Remember which case a draft came from."""
    return work.add(Draft(**values))


def draft_of_case(work: Work, case_id: int) -> Draft | None:
    return work.session.exec(select_rows(Draft).where(Draft.case_id == case_id)).first()


def draft_called(work: Work, faq_id: str) -> Draft | None:
    return work.session.exec(select_rows(Draft).where(Draft.faq_id == faq_id)).first()


def drafts(work: Work) -> list[Draft]:
    """All drafts, oldest first."""
    return list(work.session.exec(select_rows(Draft).order_by(col(Draft.id))).all())

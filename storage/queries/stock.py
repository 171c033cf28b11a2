"""What somebody has left of their medicines."""

from __future__ import annotations

from sqlmodel import col, select

from storage.tables.stock import Stock
from storage.work import Work


def of(work: Work, person_id: int) -> list[Stock]:
    """Everything that this person told of, in order."""
    return list(work.session.exec(select(Stock).where(Stock.person_id == person_id).order_by(col(Stock.id))).all())


def one(work: Work, number: int) -> Stock | None:
    return work.session.get(Stock, number)


def drop(work: Work, stock: Stock) -> None:
    work.session.delete(stock)
    work.session.flush()

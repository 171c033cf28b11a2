"""Decisions of reviewers, the words they signed, what they have before them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy import select as columns
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col, select

from storage.tables.review import ReviewSeat, SignedEntry, Verdict
from storage.work import Work

SIGNED = SignedEntry.__table__  # type: ignore[attr-defined]
KEEP = {
    dialect.name: insert(SIGNED).on_conflict_do_nothing()
    for dialect, insert in ((sqlite.dialect, sqlite.insert), (postgresql.dialect, postgresql.insert))
}


def verdicts(work: Work) -> list[Verdict]:
    """All decisions, oldest first."""
    return list(work.session.exec(select(Verdict).order_by(col(Verdict.id))).all())


def verdicts_on(work: Work, kind: str, entry: str) -> list[Verdict]:
    """The decisions on one entry, oldest first."""
    wanted = select(Verdict).where(Verdict.kind == kind, Verdict.entry == entry)
    return list(work.session.exec(wanted.order_by(col(Verdict.id))).all())


def keep(work: Work, rows: Sequence[dict[str, Any]]) -> None:
    """Store signed words ({kind, entry, version, hash, body, at}); what is known stays as it is."""
    if rows:
        work.connection.execute(KEEP[work.connection.dialect.name], list(rows))


def kept_hashes(work: Work) -> set[tuple[str, str, str]]:
    """(kind, entry, hash) of all signed words that are stored."""
    wanted = columns(SIGNED.c.kind, SIGNED.c.entry, SIGNED.c.hash)
    return {(row.kind, row.entry, row.hash) for row in work.connection.execute(wanted)}


def kept(work: Work) -> list[tuple[str, str, dict[str, Any]]]:
    """(kind, entry, body) of all signed words, those with the highest version last."""
    wanted = columns(SIGNED.c.kind, SIGNED.c.entry, SIGNED.c.body).order_by(SIGNED.c.version, SIGNED.c.id)
    return [(row.kind, row.entry, row.body) for row in work.connection.execute(wanted)]


def kept_on(work: Work, kind: str, entry: str) -> list[dict[str, Any]]:
    """The signed words of one entry, those with the highest version last."""
    return [body for one, other, body in kept(work) if (one, other) == (kind, entry)]


def seat(work: Work, person_id: int) -> ReviewSeat:
    """What this reviewer has before them; empty at first."""
    found = work.session.exec(select(ReviewSeat).where(ReviewSeat.person_id == person_id)).first()
    return found or ReviewSeat(person_id=person_id)


def show_list(work: Work, person_id: int, keys: Sequence[str]) -> None:
    """These entries were listed to the reviewer, numbered from 1."""
    row = seat(work, person_id)
    row.listed = list(keys)
    work.add(row)


def forget_lists(work: Work, but: int = 0) -> None:
    """Another list has been shown where everybody reads: numbers no longer mean what they meant to the others."""
    for row in work.session.exec(select(ReviewSeat).where(ReviewSeat.person_id != but)).all():
        if row.listed:
            row.listed = []
            work.add(row)


def show_words(work: Work, person_id: int, key: str, mark: str) -> None:
    """The reviewer was shown these words."""
    row = seat(work, person_id)
    row.seen = {**row.seen, key: mark}
    work.add(row)


def signed_row(kind: str, entry: str, version: int, mark: str, body: dict[str, Any], at: dt.datetime) -> dict[str, Any]:
    """A row for `keep`."""
    return {"kind": kind, "entry": entry, "version": version, "hash": mark, "body": body, "at": at}

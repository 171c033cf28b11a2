"""What staff did, in a chain: each row's hash covers the row and the hash before it, keyed so that nobody without the
deployment's key can make one. Ids are given in the order of the chain."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import json
import os
from collections.abc import Iterator
from typing import Any

from sqlalchemy import LargeBinary, RowMapping, delete, func, insert, select, type_coerce, update

from storage.tables.staff import Audit, Setting
from storage.types import EPOCH, KeyMissing, unseal
from storage.work import Work

TABLE = Audit.__table__  # type: ignore[attr-defined]
SETTINGS = Setting.__table__  # type: ignore[attr-defined]
CHAIN = "audit_chain"
COVERED = ("at", "person_id", "room_id", "command", "arguments", "result", "about")
BATCH = 1_000


def add(work: Work, row: Audit) -> None:
    """Append to the chain. The chain's end is locked first, so that two transactions never follow the same row."""
    chain = _chain(work, row.at)
    values = {name: getattr(row, name) for name in COVERED}
    chain["last"] = digest(chain["secret"], chain["last"], values)
    work.connection.execute(insert(TABLE).values(**values, hash=chain["last"]))
    _keep(work, chain)


def newest(work: Work, limit: int, about: int | None = None) -> list[Audit]:
    """The newest staff commands; with `about`, those that looked at this person."""
    wanted = select(TABLE).order_by(TABLE.c.id.desc()).limit(limit)
    if about is not None:
        wanted = wanted.where(TABLE.c.about == about)
    return [Audit(**row) for row in work.connection.execute(wanted).mappings()]


def count(work: Work) -> int:
    return int(work.connection.execute(select(func.count()).select_from(TABLE)).scalar_one())


def broken_at(work: Work) -> tuple[int, int | None] | None:
    """None when the chain is whole; else (which row, counted from the oldest kept, its id or None when it is gone)."""
    chain = _stored(work)
    if chain is None:
        return (1, None) if count(work) else None
    before, number = chain["base"], 0
    for number, row in enumerate(_rows(work), 1):
        try:
            before = digest(
                chain["secret"], before, {**row, "arguments": unseal(row["sealed"]).decode("utf-8", "surrogatepass")}
            )
        except KeyMissing:
            before = ""
        if before != row["hash"]:
            return number, int(row["id"])
    return None if before == chain["last"] else (number + 1, None)


def forget_before(work: Work, before: dt.datetime) -> int:
    """Delete the oldest rows up to the first that is newer; the hash of the last deleted is where the rest begins."""
    kept = select(func.min(TABLE.c.id)).where(TABLE.c.at >= before)
    first = work.connection.execute(kept).scalar_one()
    old = TABLE.c.id < first if first is not None else TABLE.c.at < before
    last = select(TABLE.c.hash).where(old).order_by(TABLE.c.id.desc()).limit(1)
    base = work.connection.execute(last).scalar_one_or_none()
    if base is None:
        return 0
    chain = _chain(work, before)
    _keep(work, chain | {"base": base})
    return work.connection.execute(delete(TABLE).where(old)).rowcount


def digest(secret: str, before: str, row: Any) -> str:
    at = (row["at"] - EPOCH) // dt.timedelta(microseconds=1)
    data = json.dumps([before, at, *(row[name] for name in COVERED[1:])], ensure_ascii=True)
    return hmac.new(bytes.fromhex(secret), data.encode(), hashlib.sha256).hexdigest()


def _rows(work: Work) -> Iterator[RowMapping]:
    """Oldest first; the sealed words as they lie, for they may have been changed."""
    columns = [column for column in TABLE.c if column.name != "arguments"]
    wanted = select(*columns, type_coerce(TABLE.c.arguments, LargeBinary).label("sealed")).order_by(TABLE.c.id)
    after = -1
    while batch := list(work.connection.execute(wanted.where(TABLE.c.id > after).limit(BATCH)).mappings()):
        yield from batch
        after = batch[-1]["id"]


def _stored(work: Work) -> dict[str, str] | None:
    wanted = select(SETTINGS.c.value).where(SETTINGS.c.name == CHAIN).with_for_update()
    found: dict[str, str] | None = work.connection.execute(wanted).scalar_one_or_none()
    return found


def _chain(work: Work, now: dt.datetime) -> dict[str, str]:
    """{secret, base: the hash before the oldest kept row, last: the newest hash}."""
    found = _stored(work)
    if found is None:
        found = {"secret": os.urandom(32).hex(), "base": "", "last": ""}
        work.connection.execute(insert(SETTINGS).values(name=CHAIN, value=found, at=now))
    return found


def _keep(work: Work, chain: dict[str, str]) -> None:
    work.connection.execute(update(SETTINGS).where(SETTINGS.c.name == CHAIN).values(value=chain))

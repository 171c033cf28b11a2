"""Who was deleted, as hashes: a restored backup is cleaned of them again. The rows are also in a small file beside the
database, for the day when the database is gone."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
import json
import os
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import insert, select, update
from sqlalchemy.engine import make_url

from storage.keys import write_whole
from storage.queries import people
from storage.tables.people import Person
from storage.tables.staff import Erasure
from storage.types import EPOCH, seal, unseal
from storage.work import Database, Work

TABLE = Erasure.__table__  # type: ignore[attr-defined]
ENDING = ".erased"
Row = tuple[str, str, dt.datetime]
"""hash, secret, at."""


class Unreadable(RuntimeError):
    """The file beside the database is damaged; its message says what to do."""


def mark(work: Work, person: Person, now: dt.datetime) -> None:
    """Write down, without saying who, that somebody is deleted."""
    secret = work.connection.execute(select(TABLE.c.secret).limit(1)).scalar_one_or_none() or os.urandom(32).hex()
    add(work, [(_hash(secret, person), secret, max(now, person.last_seen))])


def rows(work: Work) -> list[Row]:
    found = work.connection.execute(select(TABLE.c.hash, TABLE.c.secret, TABLE.c.at).order_by(TABLE.c.hash))
    return [(row.hash, row.secret, row.at) for row in found]


def add(work: Work, more: list[Row]) -> None:
    """Store them; of the same person the latest time counts."""
    known = {hash: at for hash, _, at in rows(work)}
    latest = {hash: (secret, at) for hash, secret, at in sorted(more, key=lambda one: one[2])}
    for hash, (secret, at) in latest.items():
        if hash not in known:
            work.connection.execute(insert(TABLE).values(hash=hash, secret=secret, at=at))
        elif known[hash] < at:
            work.connection.execute(update(TABLE).where(TABLE.c.hash == hash).values(at=at))


def meant(work: Work) -> Iterator[Person]:
    """People who are here although they were deleted. Who came back after it was first seen later, and stays."""
    by_secret: dict[str, dict[str, dt.datetime]] = defaultdict(dict)
    for hash, secret, at in rows(work):
        by_secret[secret][hash] = at
    for person in people.everybody(work):
        when = (gone.get(_hash(secret, person)) for secret, gone in by_secret.items())
        if any(at is not None and person.first_seen <= at for at in when):
            yield person


def file_of(url: str) -> Path | None:
    """Beside an SQLite file; None for any other database."""
    parts = make_url(url)
    if parts.get_backend_name() != "sqlite" or not parts.database or parts.database == ":memory:":
        return None
    return Path(parts.database + ENDING)


def keep(database: Database) -> None:
    """Give the file what the database knows and the database what the file knows."""
    path = file_of(database.url)
    if path is None:
        return
    there = read(path)
    with database.reading() as work:
        known = rows(work)
    if there == known:
        return
    with database.transaction() as work:
        add(work, there)
        known = rows(work)
    write(path, known)


def read(path: Path) -> list[Row]:
    if not path.exists():
        return []
    try:
        found = [json.loads(line) for line in path.read_text().splitlines() if line]
        return [(one["hash"], _unsealed(one["secret"]), EPOCH + dt.timedelta(microseconds=one["at"])) for one in found]
    except (ValueError, KeyError, TypeError):
        raise Unreadable(f"{path} 已损坏：请移走它；数据库还在的，里面有同样的一份，会重新写出") from None


def _unsealed(sealed: str) -> str:
    return unseal(base64.b64decode(sealed)).decode()


def write(path: Path, known: list[Row]) -> None:
    lines = [
        json.dumps(
            {
                "hash": hash,
                "secret": base64.b64encode(seal(secret.encode())).decode(),
                "at": (at - EPOCH) // dt.timedelta(microseconds=1),
            }
        )
        for hash, secret, at in known
    ]
    write_whole(path, "\n".join(lines).encode())


def _hash(secret: str, person: Person) -> str:
    said = f"{person.channel}\0{person.platform_id}".encode()
    return hmac.new(bytes.fromhex(secret), said, hashlib.sha256).hexdigest()

"""Honours, redemptions, what rules have done, and who is in which group."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import delete, func, insert, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col
from sqlmodel import select as orm_select

from storage.tables.standing import Belongs, Honour, Redemption, Ruling
from storage.work import Work

BELONGS = Belongs.__table__  # type: ignore[attr-defined]
RULINGS = Ruling.__table__  # type: ignore[attr-defined]
HONOURS = Honour.__table__  # type: ignore[attr-defined]
REDEMPTIONS = Redemption.__table__  # type: ignore[attr-defined]
GIVE = {
    dialect.name: made(HONOURS).on_conflict_do_nothing().returning(HONOURS.c.id)
    for dialect, made in ((sqlite.dialect, sqlite.insert), (postgresql.dialect, postgresql.insert))
}

# -- honours --------------------------------------------------------------------------------------


def give_honour(work: Work, key: str, person_id: int, name: str, at: dt.datetime) -> bool:
    """False when it was given for this key before."""
    row = {"key": key, "person_id": person_id, "name": name, "at": at}
    return work.connection.execute(GIVE[work.connection.dialect.name], row).first() is not None


def honours(work: Work, person_ids: Collection[int]) -> dict[int, list[tuple[str, dt.datetime]]]:
    """Person → (title, when), oldest first."""
    found: dict[int, list[tuple[str, dt.datetime]]] = defaultdict(list)
    wanted = select(HONOURS).where(HONOURS.c.person_id.in_(person_ids)).order_by(HONOURS.c.id)
    for row in work.connection.execute(wanted):
        found[row.person_id].append((row.name, row.at))
    return found


# -- redemptions ----------------------------------------------------------------------------------


def taken(work: Work) -> dict[str, int]:
    """Item → how many of it were exchanged and not given back."""
    wanted = select(REDEMPTIONS.c.item, func.count()).where(REDEMPTIONS.c.state != "returned")
    return {item: count for item, count in work.connection.execute(wanted.group_by(REDEMPTIONS.c.item))}


def by_code(work: Work, code: str) -> Redemption | None:
    return work.session.exec(orm_select(Redemption).where(Redemption.code == code)).first()


def redemptions(work: Work, person_id: int | None = None, state: str | None = None) -> list[Redemption]:
    """Newest first: of somebody, or of everybody."""
    wanted = orm_select(Redemption).order_by(col(Redemption.id).desc())
    if person_id is not None:
        wanted = wanted.where(Redemption.person_id == person_id)
    if state is not None:
        wanted = wanted.where(Redemption.state == state)
    return list(work.session.exec(wanted).all())


# -- rules ----------------------------------------------------------------------------------------


def ruled(work: Work, person_ids: Collection[int], rules: Collection[str], since: dt.datetime) -> dict[int, list[Any]]:
    """Person → (rule, at) of what these rules have done for them since then."""
    found: dict[int, list[Any]] = defaultdict(list)
    wanted = select(RULINGS).where(RULINGS.c.person_id.in_(person_ids), RULINGS.c.rule.in_(rules), RULINGS.c.at > since)
    for row in work.connection.execute(wanted):
        found[row.person_id].append((row.rule, row.at))
    return found


def ruled_by(work: Work, since: dt.datetime) -> dict[str, int]:
    """Rule → how often it did something since then."""
    wanted = select(RULINGS.c.rule, func.count()).where(RULINGS.c.at >= since).group_by(RULINGS.c.rule)
    return {rule: count for rule, count in work.connection.execute(wanted)}


def note_rulings(work: Work, rows: Sequence[dict[str, Any]]) -> None:
    """{person_id, rule, at} of each."""
    if rows:
        work.connection.execute(insert(RULINGS), list(rows))


# -- groups ---------------------------------------------------------------------------------------


def groups(work: Work, person_ids: Collection[int]) -> dict[int, set[tuple[str, str]]]:
    """Person → (kind, name) of the groups they are in."""
    found: dict[int, set[tuple[str, str]]] = defaultdict(set)
    wanted = select(BELONGS.c.person_id, BELONGS.c.kind, BELONGS.c.name).where(BELONGS.c.person_id.in_(person_ids))
    for person, kind, name in work.connection.execute(wanted):
        found[person].add((kind, name))
    return found


def join_groups(work: Work, rows: Sequence[dict[str, Any]]) -> None:
    """{person_id, kind, name, since} of each."""
    if rows:
        work.connection.execute(insert(BELONGS), list(rows))


def leave_groups(work: Work, gone: Collection[tuple[int, str, str]]) -> None:
    """(person, kind, name) of each."""
    for person, kind, name in gone:
        left = delete(BELONGS).where(BELONGS.c.person_id == person, BELONGS.c.kind == kind, BELONGS.c.name == name)
        work.connection.execute(left)


REFUSED = "no_rule"


def refuse(work: Work, person_id: int, rule: str, now: dt.datetime) -> bool:
    """Somebody wants nothing more of this rule; False when they said so before."""
    if (REFUSED, rule) in groups(work, [person_id]).get(person_id, ()):
        return False
    join_groups(work, [{"person_id": person_id, "kind": REFUSED, "name": rule, "since": now}])
    return True


def refused(work: Work, person_ids: Collection[int], rule: str) -> set[int]:
    """Who of these wants nothing more of this rule."""
    wanted = select(BELONGS.c.person_id).where(BELONGS.c.kind == REFUSED, BELONGS.c.name == rule)
    return set(work.connection.execute(wanted.where(BELONGS.c.person_id.in_(person_ids))).scalars())


def sizes(work: Work, kind: str) -> dict[str, int]:
    """Group → how many are in it."""
    wanted = select(BELONGS.c.name, func.count()).where(BELONGS.c.kind == kind).group_by(BELONGS.c.name)
    return {name: count for name, count in work.connection.execute(wanted)}


def members_of(work: Work, kind: str, name: str) -> list[int]:
    """Who is in a group."""
    wanted = select(BELONGS.c.person_id).where(BELONGS.c.kind == kind, BELONGS.c.name == name)
    return list(work.connection.execute(wanted.order_by(BELONGS.c.person_id)).scalars())


def since(work: Work, kind: str, name: str) -> dict[int, dt.datetime]:
    """Person → since when they are in a group."""
    wanted = select(BELONGS.c.person_id, BELONGS.c.since).where(BELONGS.c.kind == kind, BELONGS.c.name == name)
    return {person: at for person, at in work.connection.execute(wanted)}


def empty(work: Work) -> None:
    """Honours, segments and arms, before they are made anew; tags follow from what is known today, not from the log."""
    work.connection.execute(delete(HONOURS))
    work.connection.execute(delete(BELONGS).where(BELONGS.c.kind.in_(("segment", "arm"))))

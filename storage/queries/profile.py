"""Consent, facts and tags."""

from __future__ import annotations

import datetime as dt

from sqlmodel import col, delete, select

from storage.queries import people
from storage.tables.people import Consent, Fact, RoleGrant, Tag
from storage.work import Work

HEALTH = "health"
"""The purpose that every message asks for, kept on the person too."""


def give_consent(
    work: Work, person_id: int, purpose: str, version: int, now: dt.datetime, inbox_id: int | None
) -> bool:
    """Record a consent; False when it was already given for this version."""
    if live := live_consent(work, person_id, purpose):
        if live.version >= version:
            return False
        live.withdrawn_at = now
    work.add(Consent(person_id=person_id, purpose=purpose, version=version, given_at=now, inbox_id=inbox_id))
    if purpose == HEALTH:
        people.change(work, person_id, consented=True)
    return True


def withdraw_consent(work: Work, person_id: int, purpose: str, now: dt.datetime) -> bool:
    """End a consent; False when there was none."""
    live = live_consent(work, person_id, purpose)
    if live is None:
        return False
    live.withdrawn_at = now
    work.add(live)
    if purpose == HEALTH:
        people.change(work, person_id, consented=False)
    return True


def live_consent(work: Work, person_id: int, purpose: str) -> Consent | None:
    wanted = select(Consent).where(
        Consent.person_id == person_id, Consent.purpose == purpose, col(Consent.withdrawn_at).is_(None)
    )
    return work.session.exec(wanted).first()


def consents(work: Work, person_id: int) -> list[Consent]:
    return list(work.session.exec(select(Consent).where(Consent.person_id == person_id)).all())


def facts(work: Work, person_id: int) -> dict[str, str]:
    """What the person told of themself."""
    return {row.name: row.value for row in work.session.exec(select(Fact).where(Fact.person_id == person_id))}


def set_fact(work: Work, person_id: int, name: str, value: str, now: dt.datetime) -> None:
    """Remember one fact; a new answer replaces the old."""
    row = work.session.exec(select(Fact).where(Fact.person_id == person_id, Fact.name == name)).first()
    if row is None:
        work.add(Fact(person_id=person_id, name=name, value=value, at=now))
    else:
        row.value, row.at = value, now
        work.add(row)


def everybodys(work: Work, name: str) -> dict[int, str]:
    """Person → what each told of this fact."""
    return {row.person_id: row.value for row in work.session.exec(select(Fact).where(Fact.name == name))}


def drop_fact(work: Work, person_id: int, name: str) -> bool:
    """Forget one fact; False when it was not known."""
    gone = delete(Fact).where(col(Fact.person_id) == person_id, col(Fact.name) == name)
    return work.session.connection().execute(gone).rowcount > 0


def tag(work: Work, person_id: int, name: str, by: str, now: dt.datetime) -> bool:
    """Put a tag on somebody; False when it was there."""
    if name in people.tags(work, person_id):
        return False
    work.add(Tag(person_id=person_id, name=name, by=by, at=now))
    return True


def untag(work: Work, person_id: int, name: str) -> bool:
    """Take a tag off; False when it was not there."""
    gone = delete(Tag).where(col(Tag.person_id) == person_id, col(Tag.name) == name)
    return work.session.connection().execute(gone).rowcount > 0


def grant(work: Work, person_id: int, role: str, by: str, now: dt.datetime) -> bool:
    """Give a staff role; False when it was held."""
    if role in people.roles(work, person_id):
        return False
    work.add(RoleGrant(person_id=person_id, role=role, granted_by=by, at=now))
    return True


def revoke(work: Work, person_id: int, role: str) -> bool:
    """Take back a role that was granted in chat; False when it was not held that way."""
    gone = delete(RoleGrant).where(col(RoleGrant.person_id) == person_id, col(RoleGrant.role) == role)
    return work.session.connection().execute(gone).rowcount > 0


def forget_old_consents(work: Work, version: int) -> None:
    """The text has changed: whoever agreed to an older one is asked again."""
    old = select(Consent.person_id).where(
        Consent.purpose == HEALTH, col(Consent.withdrawn_at).is_(None), Consent.version < version
    )
    for person_id in work.session.exec(old).all():
        people.change(work, person_id, consented=False)

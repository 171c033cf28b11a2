"""Cases, alerts, broadcasts, stored settings."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlmodel import col, select

from storage.tables.staff import Alert, Broadcast, Case, Setting
from storage.work import Work


def case(work: Work, case_id: int) -> Case | None:
    return work.session.get(Case, case_id)


def open_cases(work: Work) -> list[Case]:
    """Questions that wait for a person, oldest first."""
    return list(work.session.exec(select(Case).where(Case.state == "open").order_by(col(Case.id))).all())


def alert(work: Work, alert_id: int) -> Alert | None:
    return work.session.get(Alert, alert_id)


def open_alerts(work: Work, person_id: int | None = None) -> list[Alert]:
    """Red flags not yet cleared, oldest first."""
    wanted = select(Alert).where(Alert.state != "cleared").order_by(col(Alert.id))
    if person_id is not None:
        wanted = wanted.where(Alert.person_id == person_id)
    return list(work.session.exec(wanted).all())


def alerts_since(work: Work, person_id: int, since: dt.datetime) -> list[Alert]:
    """Somebody's red flags, cleared or not, oldest first."""
    wanted = select(Alert).where(Alert.person_id == person_id, Alert.at >= since)
    return list(work.session.exec(wanted.order_by(col(Alert.id))).all())


def alert_in_room(work: Work, room_id: int, since: dt.datetime) -> Alert | None:
    """The newest red flag written in this room since then and not cleared."""
    wanted = select(Alert).where(Alert.room_id == room_id, Alert.at >= since, Alert.state != "cleared")
    return work.session.exec(wanted.order_by(col(Alert.id).desc()).limit(1)).first()


def broadcast(work: Work, broadcast_id: int) -> Broadcast | None:
    return work.session.get(Broadcast, broadcast_id)


def cancel_previews(work: Work, by: int) -> None:
    """A new preview replaces the ones that were never confirmed."""
    for row in work.session.exec(select(Broadcast).where(Broadcast.by == by, Broadcast.state == "preview")).all():
        row.state = "cancelled"
        work.add(row)


def waiting_broadcast(work: Work, by: int) -> Broadcast | None:
    """The newest preview of this person that is neither sent nor dropped."""
    wanted = select(Broadcast).where(Broadcast.by == by, Broadcast.state == "preview")
    return work.session.exec(wanted.order_by(col(Broadcast.id).desc())).first()


def setting(work: Work, name: str) -> Any:
    row = work.session.get(Setting, name)
    return None if row is None else row.value


def set_setting(work: Work, name: str, value: Any, now: dt.datetime) -> None:
    work.session.merge(Setting(name=name, value=value, at=now))
    work.session.flush()

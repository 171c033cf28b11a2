"""What was noticed in patients' rooms, and what staff decided."""

from __future__ import annotations

import datetime as dt

from sqlmodel import col, select

from storage.tables.community import Moderation
from storage.work import Work


def get(work: Work, note_id: int) -> Moderation | None:
    return work.session.get(Moderation, note_id)


def again(work: Work, person_id: int, room_id: int, use: str, since: dt.datetime) -> Moderation | None:
    """The undecided note that more of the same belongs to."""
    same = select(Moderation).where(
        Moderation.person_id == person_id,
        Moderation.room_id == room_id,
        Moderation.use == use,
        Moderation.state == "open",
        Moderation.last_at >= since,
    )
    return work.session.exec(same.order_by(col(Moderation.id).desc()).limit(1)).first()


def undecided(work: Work, since: dt.datetime | None = None) -> list[Moderation]:
    """Notes that wait for a manager, oldest first."""
    wanted = select(Moderation).where(Moderation.state == "open").order_by(col(Moderation.id))
    return list(work.session.exec(wanted.where(Moderation.at >= since) if since else wanted).all())


def since(work: Work, moment: dt.datetime) -> list[Moderation]:
    """All notes from then on, oldest first."""
    wanted = select(Moderation).where(Moderation.at >= moment).order_by(col(Moderation.id))
    return list(work.session.exec(wanted).all())

"""What the gate must know of those whom one batch of messages is for, read for all of them at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy.engine import RowMapping

from handlers.contract import UNASKED
from handlers.services.care import planned
from handlers.settings import Settings
from playbooks.schema.common import span
from storage.queries import care, due, outbox, people, profile
from storage.tables.care import Enrolment
from storage.tables.people import Person
from storage.work import Work

PLANNED = ("reminder", "reminder_again", "journey_step", "challenge_day")
"""Slots that bring their person a message."""
FAR_ENOUGH = dt.timedelta(days=8)
"""A week of days by anybody's clock."""


@dataclass(frozen=True, slots=True)
class Readers:
    """Each by the person's id. Asking for everybody alone would cost more than all else about sending."""

    people: Mapping[int, Person] = field(default_factory=dict)
    pushed: Mapping[int, Sequence[tuple[dt.datetime, str]]] = field(default_factory=dict)
    """(when, rule) of what they got unasked in the last days."""
    plans: Mapping[int, frozenset[str]] = field(default_factory=dict)
    """The journeys they are on."""
    stages: Mapping[int, str] = field(default_factory=dict)
    """What they told of where they stand."""
    soon: Mapping[int, dt.datetime] = field(default_factory=dict)
    """When something planned is due to them, if in a moment."""
    rounds: Sequence[Enrolment] = ()
    """The rounds that the messages belong to; who asks the session for one of these finds it there."""
    waiting: Mapping[int, Sequence[RowMapping]] = field(default_factory=dict)
    """What else of ours they may get in the same message."""

    @classmethod
    def of(cls, work: Work, rows: Sequence[RowMapping], settings: Settings, now: dt.datetime) -> Readers:
        """The readers of these messages; the more than their names only of those who get something unasked."""
        everybody = people.people(work, [row["person_id"] for row in rows if row["person_id"] is not None])
        asked = {row["person_id"] for row in rows if row["kind"] in UNASKED and row["person_id"] is not None}
        if not asked:
            return cls(everybody)
        moment = span(settings.send.merge_within)
        return cls(
            everybody,
            outbox.pushes_since(work, asked, now - FAR_ENOUGH),
            care.playbooks_of(work, asked, "journey"),
            profile.told(work, asked, "stage"),
            due.soon(work, asked, PLANNED, now + moment),
            list(care.enrolments_by_id(work, [one for row in rows if (one := planned.round_of(row))]).values()),
            outbox.unasked(work, asked, now + moment) if moment else {},
        )

"""How a platform limits speaking first, and what is said of it before a reminder is promised."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from sqlalchemy.engine import RowMapping

from handlers.contract import UNASKED, Context, Window
from storage.queries import outbox
from storage.tables.care import Reminder
from storage.tables.people import Person
from storage.work import Work

TOO_LONG, TOO_MANY = "window", "unanswered"
"""Why a message is held; both end when its reader writes."""


def closed(
    work: Work, row: RowMapping, person: Person, window: Window, now: dt.datetime, claimed: Sequence[RowMapping]
) -> str:
    """Why the platform would not let us send this now; "" when it would."""
    if row["kind"] not in UNASKED or not window:
        return ""
    if window.within is not None and (person.wrote_at is None or now - person.wrote_at > window.within):
        return TOO_LONG
    if window.unanswered is None:
        return ""
    with_it = {one["merged_into"] or one["id"] for one in claimed if one["person_id"] == person.id}
    count = outbox.unanswered(work, person.id, person.wrote_at) + len(with_it)
    return TOO_MANY if count >= window.unanswered else ""


def wrote(work: Work, person_id: int, now: dt.datetime) -> None:
    """They have written: what was held for that may go, unless it is too late."""
    for reason in (TOO_LONG, TOO_MANY):
        outbox.release(work, [person_id], reason, now)


def honest(ctx: Context, person: Person) -> str:
    """What to say before messages are promised that nobody asks for at their time; "" where the platform lets us send them."""
    window = ctx.process.window(person.channel)
    return ctx.words("reach/limit", limit=window) if window else ""


def for_reminders(ctx: Context, made: Sequence[Reminder]) -> str:
    """The same before these reminders are promised; "" when the platform will let us ring for all of them."""
    window = ctx.process.window(ctx.person.channel)
    last = None if window.within is None else ctx.now + window.within
    far = any(one.rule or (last is not None and one.first > last) for one in made)
    return honest(ctx, ctx.person) if far else ""

"""Who is behind an id: unsure after another account of ours was logged in, until staff have looked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from handlers.contract import Context, Handled, Happened, Incoming, Scene, privately, stored
from handlers.services.care.days import local
from handlers.services.staff.roles import tell_staff
from storage.queries import outbox, people
from storage.tables.people import Person

FROZEN = "frozen"
"""Why the send gate holds a message back."""


def unsure(person: Person | None, since: dt.datetime) -> bool:
    """Whether it may have been somebody else who had this id `since`."""
    return person is not None and person.frozen_since is not None and since <= person.frozen_since


def not_yet(ctx: Context, msg: Incoming) -> Handled:
    """What is kept under this id is neither shown nor changed. Staff hear of it once, the writer once a day unless they asked."""
    day = None if msg.addressed else f"frozen:{ctx.person_id}:{local(ctx.now, ctx.person.zone).date()}"
    text = ctx.words("privacy/frozen")
    notice = ctx.words("system/frozen", name=ctx.person.name, number=ctx.person_id)
    since = ctx.person.frozen_since
    told = tell_staff(ctx, notice, FROZEN, key=f"frozen:{ctx.person_id}:{since}", about=ctx.person_id)
    return Handled(FROZEN, (privately(msg, text, by=FROZEN, key=day), *told))


def verify(scene: Scene, persons: Sequence[Person], by: int) -> tuple[int, tuple[Happened, ...]]:
    """They are who they were: what was held back goes out if it is not too late; returns how much that is."""
    ids = [stored(one.id) for one in persons]
    people.unfreeze(scene.work, ids)
    count = outbox.release(scene.work, ids, FROZEN, scene.now)
    return count, tuple(Happened("person_verified", {"by": by}, one) for one in ids)

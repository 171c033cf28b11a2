"""Days that do not count against anybody: ill, in hospital, bereaved, pregnant, or with an open alert.

Worked out from the events and alerts themselves; nothing is stored of it. Both ends are frozen days.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from handlers.contract import Scene, stored
from handlers.services.care.days import day_of
from storage.queries import events, staff
from storage.tables.people import Person

Why = Literal["ill", "in_hospital", "loss", "pregnant", "open_alert"]
BEGINS: dict[str, Why] = {
    "fell_ill": "ill",
    "life_admitted": "in_hospital",
    "life_loss": "loss",
    "life_pregnant": "pregnant",
}
ENDS: dict[str, frozenset[Why]] = {
    "got_well": frozenset({"ill"}),
    "life_discharged": frozenset({"in_hospital"}),
    "subscribed": frozenset({"in_hospital", "loss", "pregnant"}),
    "life_resumed": frozenset({"in_hospital", "loss", "pregnant"}),
}
ILL_DAYS = 7
"""An illness that nobody speaks of any more is over."""
LOOK_BACK = dt.timedelta(days=400)
ALSO: dict[str, Why] = {"surgery": "in_hospital"}
"""Who has surgery says so as who goes to hospital does."""


@dataclass(slots=True)
class Freeze:
    """From `first` to `last`, both frozen; `open`: it goes on."""

    why: Why
    first: dt.date
    last: dt.date
    open: bool


def of(scene: Scene, person: Person, on: Collection[str] | None = None) -> list[Freeze]:
    """The freezes of a person, oldest first. `on`: only these reasons of a challenge; a bereavement and a
    pregnancy always, until staff have looked."""
    found = sorted([*_told(scene, person), *_alerts(scene, person)], key=lambda one: one.first)
    if on is None:
        return found
    wanted = {"loss", "pregnant", *on, *(ALSO[one] for one in on if one in ALSO)}
    return [one for one in found if one.why in wanted]


def now(scene: Scene, person: Person) -> bool:
    """Whether somebody had better be left in peace."""
    return any(one.open for one in of(scene, person))


def covers(freezes: Collection[Freeze], day: dt.date) -> bool:
    return any(one.first <= day <= one.last for one in freezes)


def _told(scene: Scene, person: Person) -> list[Freeze]:
    """From what they told us; an event of the same kind while one runs begins it anew."""
    found: list[Freeze] = []
    today = _day(scene, person, scene.now)
    for name, moment in events.of_person(scene.work, person.id, [*BEGINS, *ENDS], scene.now - LOOK_BACK):
        day = _day(scene, person, moment)
        ended = ENDS.get(name) or {BEGINS[name]}
        for one in found:
            if one.open and one.why in ended:
                one.open, one.last = False, min(_until(one, day), day)
        if name in BEGINS:
            found.append(Freeze(BEGINS[name], day, day, True))
    for one in found:
        if one.open:
            one.last = _until(one, today)
            one.open = one.last >= today
    return found


def _until(freeze: Freeze, day: dt.date) -> dt.date:
    return freeze.first + dt.timedelta(days=ILL_DAYS - 1) if freeze.why == "ill" else day


def _alerts(scene: Scene, person: Person) -> list[Freeze]:
    rows = staff.alerts_since(scene.work, stored(person.id), scene.now - LOOK_BACK)
    return [
        Freeze(
            "open_alert",
            _day(scene, person, one.at),
            _day(scene, person, one.cleared_at or scene.now),
            one.cleared_at is None,
        )
        for one in rows
    ]


def _day(scene: Scene, person: Person, moment: dt.datetime) -> dt.date:
    return day_of(moment, person.zone, scene.settings.community.day_turns_at)

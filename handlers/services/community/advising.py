"""Personal advisers: who looks after whom, by load and by what each knows; greetings on day 1, 3 and 7 as tasks with an outcome."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from sqlalchemy.engine import RowMapping

from handlers.contract import Handled, Happened, Outgoing, Scene, Skip, stored
from handlers.services.care.days import at, local
from handlers.services.community.consents import held_back
from handlers.services.staff.roles import roles_of, tell_each, with_roles
from storage.queries import advisers, due, people, profile
from storage.tables.people import Person
from storage.tables.standing import CareCall

ROLE = "adviser"
KIND = "care_call"
DAYS = (1, 3, 7)
CLOCK = "15:00"
LATE = dt.timedelta(days=2)
STATES = {"reached": "联系上了", "missed": "没联系上", "dropped": "不用了"}
MOST = 150
"""Nobody is given more people than this by the program."""


def follow(scene: Scene, happened: Sequence[Happened]) -> list[Outgoing]:
    """Whoever has just agreed to a record gets an adviser, where the community has some."""
    found: list[Outgoing] = []
    for event in happened:
        if event.name == "consent_given" and event.person_id is not None and not event.data.get("purpose"):
            person = people.person(scene.work, event.person_id)
            patient = person is not None and not roles_of(scene.work, scene.settings, person)
            if person is not None and patient and advisers.of(scene.work, event.person_id) is None:
                found += _given(scene, person)
    return found


def _given(scene: Scene, person: Person) -> list[Outgoing]:
    adviser = best(scene, person)
    if adviser is None:
        return []
    assign(scene, person, adviser, "auto")
    return tell_each(
        [adviser],
        scene.words("advice/given", name=person.name, number=person.id),
        KIND,
        key=f"advice:{person.id}:{adviser.id}",
        about=person.id,
    )


def best(scene: Scene, person: Person, but: int | None = None) -> Person | None:
    """The adviser with the fewest people; of those that know this illness, if any does. None: nobody has room."""
    loads = advisers.loads(scene.work)
    free = [one for one in with_roles(scene, (ROLE,)) if one.id != but and loads.get(stored(one.id), 0) < MOST]
    topic = profile.told(scene.work, [stored(person.id)], "topic").get(stored(person.id), "")
    knowing = people.tags_of(scene.work, [stored(one.id) for one in free])
    fitting = [one for one in free if topic and any(topic in tag for tag in knowing.get(stored(one.id), ()))]
    return min(fitting or free, key=lambda one: (loads.get(stored(one.id), 0), one.id), default=None)


def assign(scene: Scene, person: Person, adviser: Person, by: str) -> None:
    """This adviser from now on; the greetings of the first week are planned once."""
    person_id = stored(person.id)
    advisers.assign(scene.work, person_id, stored(adviser.id), by, scene.now)
    first = local(person.first_seen, person.zone).date()
    slots = []
    for day in DAYS:
        moment = at(first + dt.timedelta(days=day), CLOCK, person.zone)
        if moment > scene.now:
            key = f"{KIND}:{person_id}:day{day}"
            slots.append(
                due.slot(key, KIND, moment, person_id=person_id, expires=moment + LATE, data={"why": f"day{day}"})
            )
    due.plan(scene.work, slots)


def owe(scene: Scene, person_id: int, why: str) -> CareCall | None:
    """A greeting is owed; None when it was before. It goes to the adviser, if there is one."""
    if advisers.call(scene.work, person_id, why) is not None:
        return None
    row = advisers.of(scene.work, person_id)
    call = CareCall(person_id=person_id, why=why, adviser_id=row.adviser_id if row else None, planned=scene.now)
    return scene.work.add(call)


def call_due(scene: Scene, slot: RowMapping) -> Handled | Skip:
    """The day has come: the adviser gets the task, unless somebody must not be disturbed."""
    person = people.person(scene.work, slot["person_id"])
    if person is None or (reason := held_back(person)) or people.has_left(scene.work, stored(person.id)):
        return Skip(reason if person is not None and reason else "left")
    call = owe(scene, stored(person.id), slot["data"]["why"])
    if call is None:
        return Skip("done")
    adviser = people.person(scene.work, call.adviser_id) if call.adviser_id else None
    if adviser is None:
        return Skip("nobody")
    text = scene.words("advice/call", name=person.name, day=call.why.removeprefix("day"), number=call.id)
    return Handled(KIND, tuple(tell_each([adviser], text, KIND, key=slot["key"], about=person.id)))


def settle(scene: Scene, call: CareCall, state: str, outcome: str, by: int) -> Happened:
    """The adviser says how it went."""
    call.state, call.outcome, call.settled_at, call.settled_by = state, outcome[:500], scene.now, by
    scene.work.add(call)
    return Happened("care_call_made", {"call": call.id, "why": call.why, "state": state}, call.person_id)


def hand_over(scene: Scene, old: Person, new: Person) -> int:
    """All of somebody's people, with the calls that are still owed, go to another; returns how many."""
    mine = advisers.looked_after(scene.work, stored(old.id))
    for person_id in mine:
        advisers.assign(scene.work, person_id, stored(new.id), str(old.id), scene.now)
    return len(mine)

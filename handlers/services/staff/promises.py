"""我问下医生再回您: a promise of staff, with a clock of its own, until it is kept.

The asker hears nothing of it. The promiser is told that it is noted, before its time, and at its time; others when it
is broken.
"""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from sqlalchemy.engine import RowMapping

from handlers.contract import Context, Handled, Happened, Incoming, Outgoing, Scene, Skip, stored
from handlers.services.care.days import spoken
from handlers.services.knowledge import case_clocks
from handlers.services.staff import ladder
from handlers.services.staff.duty import duty
from handlers.services.staff.promise_words import due_at, promised
from handlers.services.staff.roles import on_shift, roles_of, tell_each, tell_people, tell_staff
from playbooks.schema.common import span
from storage.queries import answered, people
from storage.queries import cases as rows
from storage.tables.people import Person
from storage.tables.staff import Case, Promise

KIND, BROKEN = "promise", "broken"
ASKED_WITHIN = dt.timedelta(hours=12)
"""A promise in a room without a name goes to who asked there last, if that is not longer ago."""


def of_answer(scene: Scene, case: Case, words: str, by: Person) -> Promise | None:
    """The promise that an answer to a case is; None when it is an answer."""
    sentence = promised(words)
    if sentence is None:
        return None
    return _open(scene, sentence, stored(by.id), case.person_id, case.room_id, case)


def in_room(ctx: Context, msg: Incoming, sentence: str) -> Handled:
    """Staff have promised something in a patients' room: it is kept for whom they mentioned, or who asked last."""
    person_id, case = _addressed(ctx, msg)
    promise = _open(ctx, sentence, ctx.person_id, person_id, msg.room_id, case)
    happened = Happened("promise_made", {"promise": promise.id, "by": ctx.person_id}, person_id, msg.room_id)
    return Handled(KIND, tuple(noted(ctx, promise)), (happened,))


def _addressed(ctx: Context, msg: Incoming) -> tuple[int | None, Case | None]:
    """(whom it was said to, their waiting case)."""
    named = people.people(ctx.work, [one for one in msg.mentions if one != ctx.person_id])
    patients = [one for one in named.values() if not roles_of(ctx.work, ctx.settings, one)]
    since = ctx.now - ASKED_WITHIN
    if patients:
        person_id: int | None = stored(patients[0].id)
    else:
        asked = rows.last_in_room(ctx.work, msg.room_id or 0, since)
        person_id = asked.person_id if asked else answered.last_in_room(ctx.work, msg.room_id or 0, since)
    case = rows.open_of(ctx.work, person_id) if person_id is not None else None
    return person_id, case


def _open(
    scene: Scene, sentence: str, by: int, person_id: int | None, room_id: int | None, case: Case | None
) -> Promise:
    """Store the promise and start its clock. Who promises the same person twice has promised once, by the new time."""
    calendar, knobs = duty(scene.settings), scene.settings.promises
    moment = due_at(sentence, scene.now, ZoneInfo(scene.settings.community.zone), calendar, span(knobs.within))
    for old in rows.open_promises(scene.work, by):
        if old.person_id == person_id and person_id is not None:
            settle(scene, old, by, "kept")
    row = Promise(
        by=by,
        person_id=person_id,
        room_id=room_id,
        case_id=case.id if case else None,
        said=sentence,
        at=scene.now,
        due_at=moment,
    )
    promise = scene.work.add(row)
    if case is not None and case.state == "open":
        case_clocks.hold(scene, case, by, moment)
    ahead = moment - min(span(knobs.remind_before), (moment - scene.now) / 2)
    steps = {"ahead": ahead, "due": moment}
    for number in range(knobs.remind_times + 1):
        step = f"{BROKEN}{number or ''}"
        steps[step] = calendar.duty_time_after(moment, span(knobs.broken_after) * (number + 1))
    ladder.climb(scene, KIND, f"promise:{promise.id}", steps, ref=stored(promise.id), person_id=person_id)
    return promise


def noted(scene: Scene, promise: Promise) -> list[Outgoing]:
    """What the promiser is told at once, in private."""
    return _to_promiser(scene, promise, "noted")


def _to_promiser(scene: Scene, promise: Promise, step: str) -> list[Outgoing]:
    by = people.person(scene.work, promise.by)
    text = scene.words("promise/own", step=step, **shown(scene, promise))
    key = f"promise:{promise.id}:{step}"
    return tell_each([by] if by else [], text, KIND, key=key, about=promise.person_id)


def shown(scene: Scene, promise: Promise) -> dict[str, object]:
    """What templates say of a promise."""
    known = people.people(scene.work, [one for one in (promise.by, promise.person_id) if one is not None])
    room = people.room(scene.work, promise.room_id) if promise.room_id is not None else None
    asker = known.get(promise.person_id or 0)
    return {
        "promise": promise,
        "by": known[promise.by].name if promise.by in known else "",
        "name": asker.name if asker else "",
        "place": room.topic if room else "",
        "until": spoken(promise.due_at, scene.now, scene.settings.community.zone),
        "late": promise.due_at <= scene.now,
    }


def promise_due(scene: Scene, slot: RowMapping) -> Handled | Skip:
    """Before its time and at its time the promiser is reminded; after it, others know, until somebody has answered."""
    promise = rows.promise(scene.work, slot["ref"])
    if promise is None or promise.state != "open":
        return Skip("kept")
    step = slot["data"]["step"]
    if not step.startswith(BROKEN):
        return Handled(KIND, tuple(_to_promiser(scene, promise, step)))
    told, first = _broken(scene, promise, step), promise.broken_at is None
    if not first:
        return Handled(KIND, tuple(told))
    promise.broken_at = scene.now
    scene.work.add(promise)
    happened = Happened("promise_broken", {"promise": promise.id, "by": promise.by}, promise.person_id)
    return Handled(KIND, tuple(told), (happened,))


def _broken(scene: Scene, promise: Promise, step: str) -> list[Outgoing]:
    """The staff room each time; first those who lead, then also colleagues who could answer, and the promiser."""
    text = scene.words("promise/broken", again=step != BROKEN, **shown(scene, promise))
    key, about = f"promise:{promise.id}:{step}", promise.person_id
    told = tell_staff(scene, text, KIND, key=key, about=about)
    told += tell_people(scene, ("manager", "supervisor", "owner"), text, KIND, key=key, about=about)
    if step != BROKEN:
        told += tell_each(on_shift(scene, scene.now), text, KIND, key=key, about=about)
    return told + (_to_promiser(scene, promise, step) if step != BROKEN or not told else [])


def settle(scene: Scene, promise: Promise, by: int, state: str) -> bool:
    """Kept, or mistaken; False when it was settled before."""
    if promise.state != "open":
        return False
    promise.state, promise.settled_at, promise.settled_by = state, scene.now, by
    scene.work.add(promise)
    ladder.stop(scene, KIND, stored(promise.id), state)
    return True


def kept_by_answer(scene: Scene, case: Case, by: int) -> None:
    """The answer itself keeps what was promised for it, whoever gives it, and what its giver promised the asker."""
    for promise in rows.open_promises(scene.work):
        if promise.case_id == case.id or (promise.by == by and promise.person_id == case.person_id):
            settle(scene, promise, by, "kept")


def kept_in_room(ctx: Context, msg: Incoming) -> list[Promise]:
    """The promiser turns to the person by name in the same room: that is the answer. Gives the promises that it kept."""
    kept = [
        one
        for one in rows.open_promises(ctx.work, ctx.person_id)
        if one.room_id == msg.room_id and one.person_id in msg.mentions
    ]
    return [one for one in kept if settle(ctx, one, ctx.person_id, "kept")]

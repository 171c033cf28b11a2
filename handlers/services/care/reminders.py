"""Personal reminders: one row a reminder, one due slot a time, one firing a ring with its answer."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.engine import RowMapping

from handlers.contract import Context, Handled, Happened, Kind, OnDoubt, Scene, Skip, stored, to_person
from handlers.services.care import unanswered
from handlers.services.care.days import local, shown_day
from handlers.services.care.replies import kind_of
from handlers.services.care.when import Request, Schedule, next_after
from playbooks.schema.common import span
from storage.queries import care, due, people, questions
from storage.tables.care import Firing, Reminder

QUESTION = "reminder"
ANSWER_WITHIN = dt.timedelta(hours=12)
UNANSWERED_AFTER = dt.timedelta(hours=2)
"""So long after it was asked for the last time."""
LONGEST_EDIT = 60


def create(ctx: Context, request: Request) -> list[Reminder]:
    """Store one reminder a time and plan its first slot."""
    return [_create(ctx, request.what, schedule) for schedule in request.times]


def _create(ctx: Context, what: str, schedule: Schedule) -> Reminder:
    row = Reminder(
        person_id=ctx.person_id,
        what=what,
        rule=schedule.rule,
        said=schedule.said,
        first=schedule.first,
        until=schedule.until,
        created_at=ctx.now,
    )
    reminder = ctx.work.add(row)
    plan_next(ctx, reminder, schedule.first)
    return reminder


def plan_next(scene: Scene, reminder: Reminder, moment: dt.datetime) -> None:
    """Its next ring."""
    due.plan(scene.work, [_slot(scene, reminder, moment)])


def _slot(scene: Scene, reminder: Reminder, moment: dt.datetime) -> dict[str, Any]:
    late = span(scene.settings.reminders.late_after)
    key = f"reminder:{reminder.id}:{moment:%Y%m%dT%H%M}"
    return due.slot(key, "reminder", moment, ref=reminder.id, person_id=reminder.person_id, expires=moment + late)


def _following(scene: Scene, reminder: Reminder, after: dt.datetime, zone: str) -> list[dict[str, Any]]:
    """The next slot of the rule; a reminder that has none is finished."""
    following = None
    if reminder.rule:
        following = next_after(reminder.rule, reminder.first, after, ZoneInfo(zone), reminder.until)
    if following is not None:
        return [_slot(scene, reminder, following)]
    reminder.state = "finished"
    scene.work.session.add(reminder)
    return []


def reminders_due(scene: Scene, slots: Sequence[RowMapping]) -> list[Handled | Skip]:
    """Ring, plan the next times, and ask again later where nobody answers; ten thousand at once are no trouble."""
    known = care.reminders_by_id(scene.work, [slot["ref"] for slot in slots])
    readers = people.people(scene.work, [slot["person_id"] for slot in slots])
    outcomes: list[Handled | Skip] = []
    rang: list[dict[str, Any]] = []
    planned: list[dict[str, Any]] = []
    for slot in slots:
        reminder, person = known.get(slot["ref"]), readers.get(slot["person_id"])
        if reminder is None or person is None or reminder.state != "running":
            outcomes.append(Skip("stopped"))
            continue
        rang.append({"reminder_id": reminder.id, "person_id": reminder.person_id, "slot": slot["planned"]})
        planned += [*_following(scene, reminder, slot["planned"], person.zone), *_again(scene, rang[-1], 0)]
        outcomes.append(_ring(scene, reminder, slot, slot["planned"], person.zone, "reminder/ring"))
    care.ring(scene.work, rang)
    due.plan(scene.work, planned)
    questions.ask_if_free(scene.work, [_question(scene, one["person_id"]) for one in rang], scene.now)
    return outcomes


def reminder_late(scene: Scene, slot: RowMapping) -> Handled | Skip:
    """Its hour has passed unseen: never a late "take it now"; it is recorded as missed, the next is planned, and a word said by type."""
    reminder = care.reminder(scene.work, slot["ref"])
    person = people.person(scene.work, slot["person_id"])
    if reminder is None or person is None or reminder.state != "running":
        return Skip("stopped")
    row = Firing(
        reminder_id=stored(reminder.id),
        person_id=reminder.person_id,
        slot=slot["planned"],
        outcome="missed",
        settled_at=scene.now,
    )
    scene.work.add(row)
    after = max(slot["planned"], scene.now - dt.timedelta(seconds=1))
    due.plan(scene.work, _following(scene, reminder, after, person.zone))
    kind = kind_of(reminder.what)
    if kind == "other":
        return Handled("reminder", ())
    at = shown_day(slot["planned"], scene.now, person.zone)
    text = scene.words("reminder/late", what=reminder.what, at=at, measure=kind == "measure")
    return Handled("reminder", (to_person(reminder.person_id, text, kind=Kind.REMINDER, by=f"reminder:{reminder.id}"),))


def again_due(scene: Scene, slot: RowMapping) -> Handled | Skip:
    """Ring once more for a slot that nobody answered."""
    reminder = care.reminder(scene.work, slot["ref"])
    firing = care.firing(scene.work, slot["ref"], dt.datetime.fromisoformat(slot["data"]["slot"]))
    person = people.person(scene.work, slot["person_id"])
    if reminder is None or firing is None or person is None or reminder.state == "stopped":
        return Skip("stopped")
    if firing.outcome != "open":
        return Skip("answered")
    if slot["data"].get("over"):
        return unanswered.tell(scene, reminder, firing, person)
    if not slot["data"].get("snoozed"):
        firing.repeats += 1
        scene.work.add(firing)
        due.plan(scene.work, _again(scene, firing.model_dump(), firing.repeats))
    questions.ask_if_free(scene.work, [_question(scene, reminder.person_id)], scene.now)
    return _ring(scene, reminder, slot, firing.slot, person.zone, "reminder/ring_again")


def _question(scene: Scene, person_id: int) -> dict[str, Any]:
    """What the person may answer by number."""
    return questions.row(person_id, None, QUESTION, {}, scene.now + ANSWER_WITHIN)


def _ring(scene: Scene, reminder: Reminder, slot: RowMapping, rings: dt.datetime, zone: str, words: str) -> Handled:
    """`rings`: when it was to ring. The message has the slot’s key, so that an edit may take it back."""
    text = scene.words(words, what=reminder.what, clock=f"{local(rings, zone):%H:%M}")
    message = to_person(
        reminder.person_id,
        text,
        kind=Kind.REMINDER,
        by=f"reminder:{reminder.id}",
        key=slot["key"],
        expires=scene.now + span(scene.settings.reminders.late_after),
        on_doubt=OnDoubt.ASK_STAFF,
    )
    rang = Happened("reminder_rang", {"reminder": reminder.id}, reminder.person_id)
    return Handled("reminder", (message,), (rang,))


def _again(scene: Scene, firing: Mapping[str, Any], repeats: int) -> list[dict[str, Any]]:
    """The slot that asks again while there is a time left to ask, and then the one that looks whether they answered."""
    knobs = scene.settings.reminders
    if repeats >= knobs.ask_again_times:
        return [_ring_slot(scene, firing, UNANSWERED_AFTER, "over", over=True)]
    return [_ring_slot(scene, firing, span(knobs.ask_again_after), f"again{repeats + 1}")]


def _ring_slot(
    scene: Scene, firing: Mapping[str, Any], wait: dt.timedelta, name: str, **data: object
) -> dict[str, Any]:
    moment, slot = scene.now + wait, firing["slot"]
    return due.slot(
        f"reminder:{firing['reminder_id']}:{slot:%Y%m%dT%H%M}:{name}",
        "reminder_again",
        moment,
        ref=firing["reminder_id"],
        person_id=firing["person_id"],
        expires=moment + span(scene.settings.reminders.late_after),
        data={"slot": slot.isoformat(), **data},
    )


def waiting(ctx: Context) -> list[Firing]:
    """The newest rings of this person that still wait for an answer: one, or all of the same minute; if none does, those that
    could not ring."""
    since = ctx.now - ANSWER_WITHIN
    found = care.open_firings(ctx.work, ctx.person_id, since) or care.open_firings(
        ctx.work, ctx.person_id, since, "missed"
    )
    return [one for one in found if one.slot == found[0].slot]


def settle(ctx: Context, firings: Sequence[Firing], outcome: str) -> list[Reminder]:
    """The person answered: `done` or `skipped`."""
    for firing in firings:
        firing.outcome, firing.settled_at = outcome, ctx.now
        ctx.work.add(firing)
        due.cancel(ctx.work, "reminder_again", firing.reminder_id, ctx.now, outcome)
    return _reminders(ctx, firings)


def snooze(ctx: Context, firings: Sequence[Firing], wait: dt.timedelta) -> list[Reminder]:
    """Ring again after `wait`."""
    for firing in firings:
        due.cancel(ctx.work, "reminder_again", firing.reminder_id, ctx.now, "snoozed")
        slot = _ring_slot(ctx, firing.model_dump(), wait, f"snooze{ctx.now:%H%M%S}", snoozed=True)
        due.plan(ctx.work, [slot])
    return _reminders(ctx, firings)


def _reminders(ctx: Context, firings: Sequence[Firing]) -> list[Reminder]:
    known = care.reminders_by_id(ctx.work, [one.reminder_id for one in firings])
    return [known[one.reminder_id] for one in firings if one.reminder_id in known]


def stop(scene: Scene, reminder: Reminder) -> None:
    """End a reminder and everything planned for it."""
    reminder.state = "stopped"
    scene.work.add(reminder)
    for kind in ("reminder", "reminder_again"):
        due.cancel(scene.work, kind, stored(reminder.id), scene.now, "stopped")

"""Personal reminders: one row a reminder, one due slot a time, one firing a ring with its answer."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from sqlalchemy.engine import RowMapping

from handlers.contract import Context, Handled, Happened, Kind, OnDoubt, Scene, Skip, stored, to_person
from handlers.services.care.days import local, shown_day
from handlers.services.care.when import Request, Schedule, next_after
from playbooks.schema.common import span
from storage.queries import care, due, people, questions
from storage.tables.care import Firing, Reminder

QUESTION = "reminder"
ANSWER_WITHIN = dt.timedelta(hours=12)


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
    _plan(ctx, reminder, schedule.first)
    return reminder


def _plan(scene: Scene, reminder: Reminder, moment: dt.datetime) -> None:
    late = span(scene.settings.reminders.late_after)
    key = f"reminder:{reminder.id}:{moment:%Y%m%dT%H%M}"
    slot = due.slot(key, "reminder", moment, ref=reminder.id, person_id=reminder.person_id, expires=moment + late)
    due.plan(scene.work, [slot])


def _plan_next(scene: Scene, reminder: Reminder, after: dt.datetime, zone: str) -> None:
    """Plan the next slot of the rule, or close the reminder when there is none."""
    following = None
    if reminder.rule:
        following = next_after(reminder.rule, reminder.first, after, ZoneInfo(zone), reminder.until)
    if following is not None:
        _plan(scene, reminder, following)
        return
    reminder.state = "finished"
    scene.work.add(reminder)


def reminder_due(scene: Scene, slot: RowMapping) -> Handled | Skip:
    """Ring, plan the next time, and ask again later if nobody answers."""
    reminder = care.reminder(scene.work, slot["ref"])
    person = people.person(scene.work, slot["person_id"])
    if reminder is None or person is None or reminder.state != "running":
        return Skip("stopped")
    firing = scene.work.add(Firing(reminder_id=stored(reminder.id), person_id=reminder.person_id, slot=slot["at"]))
    _plan_next(scene, reminder, slot["at"], person.zone)
    _plan_again(scene, firing)
    return _ring(scene, reminder, firing, person.zone, "reminder/ring")


def reminder_late(scene: Scene, slot: RowMapping) -> Handled | Skip:
    """Its hour has passed unseen: never a late "take it now"; it is recorded as missed and the next is planned."""
    reminder = care.reminder(scene.work, slot["ref"])
    person = people.person(scene.work, slot["person_id"])
    if reminder is None or person is None or reminder.state != "running":
        return Skip("stopped")
    row = Firing(
        reminder_id=stored(reminder.id),
        person_id=reminder.person_id,
        slot=slot["at"],
        outcome="missed",
        settled_at=scene.now,
    )
    scene.work.add(row)
    _plan_next(scene, reminder, max(slot["at"], scene.now - dt.timedelta(seconds=1)), person.zone)
    at = shown_day(slot["at"], scene.now, person.zone)
    text = scene.words("reminder/late", what=reminder.what, at=at)
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
    if not slot["data"].get("snoozed"):
        firing.repeats += 1
        scene.work.add(firing)
        _plan_again(scene, firing)
    return _ring(scene, reminder, firing, person.zone, "reminder/ring_again")


def _ring(scene: Scene, reminder: Reminder, firing: Firing, zone: str, words: str) -> Handled:
    expires = scene.now + span(scene.settings.reminders.late_after)
    questions.ask(scene.work, reminder.person_id, None, QUESTION, {"firing": firing.id}, scene.now + ANSWER_WITHIN)
    text = scene.words(words, what=reminder.what, clock=f"{local(firing.slot, zone):%H:%M}")
    message = to_person(
        reminder.person_id,
        text,
        kind=Kind.REMINDER,
        by=f"reminder:{reminder.id}",
        expires=expires,
        on_doubt=OnDoubt.ASK_STAFF,
    )
    rang = Happened("reminder_rang", {"reminder": reminder.id}, reminder.person_id)
    return Handled("reminder", (message,), (rang,))


def _plan_again(scene: Scene, firing: Firing) -> None:
    knobs = scene.settings.reminders
    if firing.repeats < knobs.ask_again_times:
        _plan_ring(scene, firing, span(knobs.ask_again_after), f"again{firing.repeats + 1}")


def _plan_ring(scene: Scene, firing: Firing, wait: dt.timedelta, name: str, **data: object) -> None:
    moment = scene.now + wait
    slot = due.slot(
        f"reminder:{firing.reminder_id}:{firing.slot:%Y%m%dT%H%M}:{name}",
        "reminder_again",
        moment,
        ref=firing.reminder_id,
        person_id=firing.person_id,
        expires=moment + span(scene.settings.reminders.late_after),
        data={"slot": firing.slot.isoformat(), **data},
    )
    due.plan(scene.work, [slot])


def waiting(ctx: Context) -> Firing | None:
    """The newest ring of this person that still waits for an answer."""
    found = care.open_firings(ctx.work, ctx.person_id, ctx.now - ANSWER_WITHIN)
    return found[0] if found else None


def settle(ctx: Context, firing: Firing, outcome: str) -> Reminder | None:
    """The person answered: `done` or `skipped`."""
    firing.outcome, firing.settled_at = outcome, ctx.now
    ctx.work.add(firing)
    due.cancel(ctx.work, "reminder_again", firing.reminder_id, ctx.now, outcome)
    return care.reminder(ctx.work, firing.reminder_id)


def snooze(ctx: Context, firing: Firing, wait: dt.timedelta) -> Reminder | None:
    """Ring again after `wait`."""
    due.cancel(ctx.work, "reminder_again", firing.reminder_id, ctx.now, "snoozed")
    _plan_ring(ctx, firing, wait, f"snooze{ctx.now:%H%M%S}", snoozed=True)
    return care.reminder(ctx.work, firing.reminder_id)


def stop(scene: Scene, reminder: Reminder) -> None:
    """End a reminder and everything planned for it."""
    reminder.state = "stopped"
    scene.work.add(reminder)
    for kind in ("reminder", "reminder_again"):
        due.cancel(scene.work, kind, stored(reminder.id), scene.now, "stopped")

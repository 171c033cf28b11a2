"""Challenges: joining, what each day's check-ins add up to, the end and its certificate."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy.engine import RowMapping

from handlers.contract import Context, Handled, Happened, Kind, Outgoing, Picture, Scene, Skip, stored, to_person
from handlers.services.care.check_ins import today
from handlers.services.care.days import at, day_of
from handlers.services.community.consents import held_back
from handlers.services.community.points import award
from playbooks.schema.challenge import Challenge
from playbooks.schema.measure import Choice, Measure
from storage.queries import care, due, people
from storage.tables.care import CheckIn, Enrolment
from storage.tables.people import Person


def called(scene: Scene, text: str) -> Challenge | None:
    """The challenge that a text names, by the longest name."""
    compact = text.replace(" ", "")
    names = [(name.replace(" ", ""), one) for one in scene.index.library.challenges.values() for name in one.join]
    found = [(name, one) for name, one in names if name in compact]
    return max(found, key=lambda pair: len(pair[0]))[1] if found else None


def join(ctx: Context, challenge: Challenge) -> Enrolment | None:
    """Start a round today; None when one is running."""
    rounds = care.enrolments(ctx.work, ctx.person_id, "challenge", challenge.id)
    if any(one.state == "running" for one in rounds):
        return None
    first = today(ctx, ctx.person.zone)
    row = Enrolment(
        person_id=ctx.person_id,
        kind="challenge",
        playbook=challenge.id,
        version=challenge.version,
        round=len(rounds) + 1,
        anchor=at(first, "12:00", ctx.person.zone),
        progress={},
    )
    enrolment = ctx.work.add(row)
    due.plan(ctx.work, _slots(ctx, challenge, enrolment, ctx.person.zone, first))
    return enrolment


def _slots(scene: Scene, challenge: Challenge, enrolment: Enrolment, zone: str, first: dt.date) -> list[dict[str, Any]]:
    slots = []
    for number in range(1, challenge.days + 1):
        day = first + dt.timedelta(days=number - 1)
        when = at(day, challenge.remind, zone)
        if when > scene.now:
            slots.append(
                due.slot(
                    f"challenge:{enrolment.id}:{number}",
                    "challenge_day",
                    when,
                    ref=enrolment.id,
                    person_id=enrolment.person_id,
                    expires=at(day, challenge.closes, zone),
                    data={"day": number},
                )
            )
    end = at(first + dt.timedelta(days=challenge.days - 1), challenge.closes, zone)
    slots.append(
        due.slot(f"challenge:{enrolment.id}:end", "challenge_end", end, ref=enrolment.id, person_id=enrolment.person_id)
    )
    return slots


def first_day(enrolment: Enrolment, zone: str) -> dt.date:
    return day_of(enrolment.anchor, zone)


def done_days(scene: Scene, challenge: Challenge, enrolment: Enrolment, zone: str) -> set[dt.date]:
    """The days of this round on which the goal was met."""
    first = first_day(enrolment, zone)
    last = first + dt.timedelta(days=challenge.days - 1)
    sums: dict[dt.date, float] = {}
    idle = _idle(scene.index.library.measures.get(challenge.measure))
    for one in care.check_ins(scene.work, enrolment.person_id, since=first, measure=challenge.measure):
        if one.day <= last and _values_of(one) not in idle:
            sums[one.day] = sums.get(one.day, 0.0) + _amount(one)
    least = challenge.goal.at_least if challenge.goal else 0.0
    return {day for day, amount in sums.items() if amount >= least}


def _idle(measure: Measure | None) -> list[str]:
    """The options that are written down and are no deed (没做)."""
    options = measure.value.options if measure and isinstance(measure.value, Choice) else ()
    return [one.key for one in options if not one.counts]


def _values_of(check_in: CheckIn) -> Any:
    return check_in.value.get("values") if isinstance(check_in.value, dict) else None


def _amount(check_in: CheckIn) -> float:
    values = _values_of(check_in)
    numbers = [one for one in values.values() if isinstance(one, int | float)] if isinstance(values, dict) else []
    return float(sum(numbers)) if numbers else 1.0


def day_due(scene: Scene, slot: RowMapping) -> Handled | Skip:
    """Remind once on a day whose goal is not met yet."""
    found = _running(scene, slot)
    if isinstance(found, Skip):
        return found
    enrolment, challenge, person = found
    if today(scene, person.zone) in done_days(scene, challenge, enrolment, person.zone):
        return Skip("done")
    text = scene.words.inline(challenge.words.remind, **_values(scene, challenge, enrolment, person))
    key = f"challenge:{enrolment.id}:{slot['data']['day']}"
    message = to_person(
        stored(person.id), text, kind=Kind.PUSH, by=f"challenge:{challenge.id}", key=key, expires=slot["expires"]
    )
    return Handled(f"challenge:{challenge.id}", (message,))


def end_due(scene: Scene, slot: RowMapping) -> Handled | Skip:
    """The last day is over."""
    found = _running(scene, slot, ends=True)  # the round ends for everybody; the gate holds the message
    if isinstance(found, Skip):
        return found
    enrolment, challenge, person = found
    messages, events = finish(scene, challenge, enrolment, person)
    return Handled(f"challenge:{challenge.id}", tuple(messages), tuple(events))


def _running(scene: Scene, slot: RowMapping, ends: bool = False) -> tuple[Enrolment, Challenge, Person] | Skip:
    enrolment = care.enrolment(scene.work, slot["ref"])
    if enrolment is None or enrolment.state != "running":
        return Skip("left")
    challenge = scene.index.library.challenges.get(enrolment.playbook)
    person = people.person(scene.work, enrolment.person_id)
    if challenge is None or person is None:
        return Skip("withdrawn")
    if not ends and (reason := held_back(person)):
        return Skip(reason)
    return enrolment, challenge, person


def _values(scene: Scene, challenge: Challenge, enrolment: Enrolment, person: Person) -> dict[str, Any]:
    done = len(done_days(scene, challenge, enrolment, person.zone))
    day = (today(scene, person.zone) - first_day(enrolment, person.zone)).days + 1
    return {"name": person.name, "day": day, "done": done, "days": challenge.days}


def after_check_in(ctx: Context, measures: set[str]) -> tuple[list[str], list[Outgoing], list[Happened]]:
    """What running challenges say to a check-in: (lines, further messages, events)."""
    lines: list[str] = []
    messages: list[Outgoing] = []
    events: list[Happened] = []
    for enrolment in care.running(ctx.work, ctx.person_id, "challenge"):
        challenge = ctx.index.library.challenges.get(enrolment.playbook)
        if challenge is None or challenge.measure not in measures:
            continue
        done = done_days(ctx, challenge, enrolment, ctx.person.zone)
        if today(ctx, ctx.person.zone) not in done:
            continue
        lines.append(ctx.words.inline(challenge.words.day_done, **_values(ctx, challenge, enrolment, ctx.person)))
        if len(done) >= challenge.days:
            more, happened = finish(ctx, challenge, enrolment, ctx.person)
            messages += more
            events += happened
    return lines, messages, events


def finish(
    scene: Scene, challenge: Challenge, enrolment: Enrolment, person: Person
) -> tuple[list[Outgoing], list[Happened]]:
    """Close the round: certificate and points when enough days were done."""
    values = _values(scene, challenge, enrolment, person)
    passed = values["done"] >= challenge.days - challenge.grace_days
    enrolment.state = "finished"
    scene.work.add(enrolment)
    for kind in ("challenge_day", "challenge_end"):
        due.cancel(scene.work, kind, stored(enrolment.id), scene.now, "finished")
    picture = None
    if passed:
        award(scene, stored(person.id), challenge.points, f"challenge:{enrolment.id}", challenge.title)
        data = {
            "name": person.name,
            "title": challenge.title,
            "honour": challenge.honour,
            "done": values["done"],
            "days": challenge.days,
            "on": today(scene, person.zone).isoformat(),
        }
        picture = Picture("certificate", data)
    words = challenge.words.finished if passed else challenge.words.not_finished
    message = to_person(
        stored(person.id),
        scene.words.inline(words, **values),
        kind=Kind.PUSH,
        by=f"challenge:{challenge.id}",
        picture=picture,
        key=f"challenge:{enrolment.id}:finished",
    )
    name = "challenge_finished" if passed else "challenge_ended"
    return [message], [Happened(name, {"challenge": challenge.id, "done": values["done"]}, person.id)]

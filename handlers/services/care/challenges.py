"""Challenges: joining, the daily reminder, the end and its certificate."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy.engine import RowMapping

from handlers.contract import Context, Handled, Happened, Kind, Outgoing, Picture, Scene, Skip, stored, to_person
from handlers.services.care import rounds
from handlers.services.care.check_ins import today
from handlers.services.care.days import at
from handlers.services.care.rounds import Round
from handlers.services.community.consents import held_back
from handlers.services.community.points import award
from playbooks.schema.challenge import Challenge
from storage.queries import care, due, mates, people
from storage.tables.care import Enrolment
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
    first = begins(ctx, challenge)
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
    last = first + dt.timedelta(days=challenge.days - 1)
    due.plan(ctx.work, _slots(ctx, challenge, enrolment, ctx.person.zone, first, last))
    return enrolment


def begins(ctx: Context, challenge: Challenge) -> dt.date:
    """Today, or tomorrow when today's time is over."""
    day = today(ctx, ctx.person.zone)
    return day if ctx.now <= closing(ctx, challenge, day) else day + dt.timedelta(days=1)


def closing(ctx: Context, challenge: Challenge, day: dt.date) -> dt.datetime:
    """When the day's time is over."""
    return at(day, challenge.closes, ctx.person.zone)


def _slots(
    scene: Scene, challenge: Challenge, enrolment: Enrolment, zone: str, first: dt.date, last: dt.date
) -> list[dict[str, Any]]:
    """A reminder for each day that is still to come, and the end. What is planned already is not planned twice."""
    slots = []
    mine: dict[str, Any] = {"ref": enrolment.id, "person_id": enrolment.person_id}
    for number in range(1, (last - first).days + 2):
        day = first + dt.timedelta(days=number - 1)
        when, over = at(day, challenge.remind, zone), at(day, challenge.closes, zone)
        if when > scene.now:
            key = f"challenge:{enrolment.id}:{number}"
            slots.append(due.slot(key, "challenge_day", when, expires=over, data={"day": number}, **mine))
    end = f"challenge:{enrolment.id}:end:{last}"
    return [*slots, due.slot(end, "challenge_end", at(last, challenge.closes, zone), **mine)]


def day_due(scene: Scene, slot: RowMapping) -> Handled | Skip:
    """Remind once on a day whose goal is not met yet."""
    found = _running(scene, slot)
    if isinstance(found, Skip):
        return found
    enrolment, challenge, person = found
    round_ = rounds.of(scene, challenge, enrolment, person)
    now = today(scene, person.zone)
    if now in round_.done:
        return Skip("done")
    if now in round_.frozen:
        return Skip("frozen")
    text = scene.words.inline(challenge.words.remind, **values(scene, challenge, round_, person))
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
    round_ = rounds.of(scene, challenge, enrolment, person)
    if round_.last > today(scene, person.zone):  # it was frozen for some days
        due.plan(scene.work, _slots(scene, challenge, enrolment, person.zone, round_.first, round_.last))
        return Skip("frozen")
    need = challenge.days - challenge.grace_days - len(round_.done)
    if need > 0 and not slot["data"].get("late") and need <= _open_tomorrow(challenge, round_):
        return _last_chance(scene, challenge, enrolment, person, round_, need)
    messages, events = finish(scene, challenge, enrolment, person)
    return Handled(f"challenge:{challenge.id}", tuple(messages), tuple(events))


def _open_tomorrow(challenge: Challenge, round_: Round) -> int:
    return len(rounds.open_days(challenge, round_, round_.last + dt.timedelta(days=1)))


def _last_chance(
    scene: Scene, challenge: Challenge, enrolment: Enrolment, person: Person, round_: Round, need: int
) -> Handled:
    """What is missing may still be made up for on the day after the last."""
    until = at(round_.last + dt.timedelta(days=1), challenge.closes, person.zone)
    key, by = f"challenge:{enrolment.id}:end:{round_.last}:late", f"challenge:{challenge.id}"
    end = due.slot(key, "challenge_end", until, ref=enrolment.id, person_id=enrolment.person_id, data={"late": True})
    due.plan(scene.work, [end])
    text = scene.words(
        "challenge/last_chance", title=challenge.title, done=len(round_.done), need=need, closes=challenge.closes
    )
    message = to_person(stored(person.id), text, kind=Kind.PUSH, by=by, key=key, expires=until)
    return Handled(by, (message,))


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


def values(scene: Scene, challenge: Challenge, round_: Round, person: Person) -> dict[str, Any]:
    """What may stand in the words of a challenge."""
    day = round_.number(today(scene, person.zone))
    return {"name": person.name, "day": day, "done": len(round_.done), "days": challenge.days}


def finish(
    scene: Scene, challenge: Challenge, enrolment: Enrolment, person: Person
) -> tuple[list[Outgoing], list[Happened]]:
    """Close the round: certificate and points when enough days were done."""
    round_ = rounds.of(scene, challenge, enrolment, person)
    said = values(scene, challenge, round_, person)
    passed = said["done"] >= challenge.days - challenge.grace_days
    enrolment.state = "finished"
    scene.work.add(enrolment)
    for kind in ("challenge_day", "challenge_end"):
        due.cancel(scene.work, kind, stored(enrolment.id), scene.now, "finished")
    picture = None
    if passed:
        award(scene, stored(person.id), challenge.points, f"challenge:{enrolment.id}", challenge.title)
        picture = _certificate(scene, challenge, round_, person)
    mates.leave(scene.work, stored(person.id), challenge.id, scene.now, team=False)
    words = challenge.words.finished if passed else challenge.words.not_finished
    message = to_person(
        stored(person.id),
        scene.words.inline(words, **said),
        kind=Kind.PUSH,
        by=f"challenge:{challenge.id}",
        picture=picture,
        key=f"challenge:{enrolment.id}:finished",
    )
    name = "challenge_finished" if passed else "challenge_ended"
    return [message], [Happened(name, {"challenge": challenge.id, "days_done": said["done"]}, person.id)]


def _certificate(scene: Scene, challenge: Challenge, round_: Round, person: Person) -> Picture:
    held = mates.of_person(scene.work, stored(person.id))
    data = {
        "name": person.name,
        "title": challenge.title,
        "honour": challenge.honour,
        "done": len(round_.done),
        "days": challenge.days,
        "late": len(round_.late),
        "team": next((one.team for one in held if one.challenge == challenge.id and one.team), ""),
        "on": today(scene, person.zone).isoformat(),
    }
    return Picture("certificate", data)

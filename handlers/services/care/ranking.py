"""What everybody may see of a challenge: days done by alias, and how many are done today. Never a name, never a reading."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy.engine import RowMapping

from handlers.contract import Handled, Kind, Scene, Skip, stored, to_room
from handlers.services.care import rounds
from handlers.services.care.check_ins import today
from handlers.services.care.days import at, day_of
from handlers.services.community import aliases
from playbooks.schema.challenge import Challenge
from storage.queries import care, due, people
from storage.tables.people import Person

MOST = 10
FEWEST = 2
"""Of one alone the room is told nothing: it would know who."""
KIND = "challenge_summary"
CLOCK, LATEST = "21:00", "23:00"


@dataclass(frozen=True, slots=True)
class Place:
    """Equals share a place: 1, 1, 3."""

    place: int
    alias: str
    done: int
    person_id: int


def ranking(scene: Scene, challenge: Challenge) -> list[Place]:
    """Those who chose an alias and are on a round, most days first."""
    known = aliases.all_of(scene.work)
    rows = [(len(done), known[one.id], one.id) for one, done in _doing(scene, challenge, set(known))]
    counts = [done for done, _, _ in rows]
    rows.sort(key=lambda row: (-row[0], row[1]))
    return [Place(1 + sum(more > done for more in counts), alias, done, who) for done, alias, who in rows]


def _doing(scene: Scene, challenge: Challenge, ids: set[int]) -> list[tuple[Person, set[dt.date]]]:
    """Of these people, who is on a round, with the days that are done."""
    running = [one for one in care.on_challenge(scene.work, challenge.id) if one.person_id in ids]
    persons = people.people(scene.work, [one.person_id for one in running])
    return [
        (person, rounds.of(scene, challenge, one, person).done)
        for one in running
        if (person := persons.get(one.person_id)) is not None and person.consented
    ]


def plan_summary(scene: Scene, challenge: Challenge, room_id: int) -> None:
    """A room where somebody has joined hears each evening how many are done; once a day."""
    zone, clock = scene.settings.community.zone, scene.settings.challenges.room_summary or CLOCK
    day = day_of(scene.now, zone, scene.settings.community.day_turns_at)
    if at(day, clock, zone) <= scene.now:
        day += dt.timedelta(days=1)
    key = f"challenge:{challenge.id}:summary:{room_id}:{day}"
    data = {"challenge": challenge.id, "day": day.isoformat()}
    due.plan(scene.work, [due.slot(key, KIND, at(day, clock, zone), ref=room_id, data=data)])


def summary_due(scene: Scene, slot: RowMapping) -> Handled | Skip:
    """One line a day, while anybody in the room is on the challenge; none when fewer than two did it."""
    challenge = scene.index.library.challenges.get(slot["data"]["challenge"])
    room, day = people.room(scene.work, slot["ref"]), dt.date.fromisoformat(slot["data"]["day"])
    if challenge is None or room is None or room.is_staff:
        return Skip("withdrawn")
    doing = _doing(scene, challenge, {one.id for one in people.members(scene.work, room.id)})
    if not doing:
        return Skip("nobody")
    plan_summary(scene, challenge, room.id)
    if scene.settings.challenges.room_summary is None or challenge.show_others == "nobody":
        return Skip("off")
    done = [person for person, days in doing if today(scene, person.zone) == day and day in days]
    if len(done) < FEWEST:
        return Skip("few")
    text = scene.words("challenge/summary", title=challenge.title, done=len(done))
    zone = scene.settings.community.zone
    by, key = f"challenge:{challenge.id}:summary", slot["key"]
    message = to_room(stored(room.id), text, kind=Kind.PUSH, by=by, key=key, expires=at(day, LATEST, zone))
    return Handled(by, (message,))

"""All that staff may know of somebody, on one card: who they are, where they stand, what they do, who looks after them."""

from __future__ import annotations

import datetime as dt
from typing import Any

from handlers.contract import Picture, Scene, stored
from handlers.services.care import dates, journeys
from handlers.services.care.check_ins import today
from handlers.services.care.days import shown, shown_date
from handlers.services.care.life import ADMITTED, LOSS, PREGNANT
from handlers.services.care.streaks import streak
from handlers.services.community import advising, aliases, churn, consents, facts, groups
from handlers.services.community.points import level_name
from storage.queries import advisers, care, events, people, points, profile, remarks, staff, standing
from storage.tables.people import Person

LIFE = {LOSS: "家里有丧事，不发计划和活动", ADMITTED: "住院中，计划先停", PREGNANT: "怀孕了，计划先停，等您安排"}
WEEKS = 12
CALLS, NOTES, TAGS = 3, 3, 30


def card(scene: Scene, person: Person) -> dict[str, Any]:
    """What the template and the drawing show. After a withdrawal of consent what is kept of health is not shown."""
    person_id, work = stored(person.id), scene.work
    agreed = person.consented
    left, grown = points.total(work, person_id), points.grown(work, person_id)
    row = advisers.of(work, person_id)
    adviser = people.person(work, row.adviser_id) if row else None
    risk = churn.of_many(scene, [person])[person_id] if agreed else None
    quiet = person.quiet_until
    return {
        "rooms": [room.topic for room in people.rooms_of(work, person_id)],
        "tags": _tags(scene, person_id)[:TAGS],
        "segments": _segments(scene, person) if agreed else [],
        "facts": told(scene, person_id) if agreed else [],
        "streak": streak(scene, person, today(scene, person.zone)).days,
        "total": left,
        "grown": grown,
        "level": level_name(scene, grown),
        "since": shown(person.first_seen, person.zone),
        "check_ins": _check_ins(scene, person) if agreed else [],
        "reminders": len(care.reminders(work, person_id)),
        "alerts": staff.open_alerts(work, person_id),
        "plans": _plans(scene, person_id),
        "more": list(consents.more(scene, person_id).values()),
        "life": LIFE.get(person.life or "", ""),
        "quiet": shown(quiet, person.zone) if quiet and quiet > scene.now else "",
        "adviser": adviser.name if adviser else "",
        "calls": _calls(scene, person),
        "honours": [name for name, _ in standing.honours(work, [person_id]).get(person_id, [])],
        "risk": risk,
        "remarks": [(shown_date(one.at, person.zone), one.text) for one in remarks.of(work, person_id)[:NOTES]],
        "weeks": _weeks(scene, person_id),
    }


def picture(scene: Scene, person: Person, found: dict[str, Any]) -> Picture:
    """The same to look at; for staff alone."""
    risk = found["risk"]
    data = {
        "name": person.name,
        "number": person.id,
        "since": found["since"].split(" ")[0],
        "facts": [[title, value] for title, value in found["facts"][:4]],
        "segments": found["segments"][:6],
        "tags": found["tags"][:8],
        "plans": found["plans"][:3],
        "adviser": found["adviser"],
        "level": found["level"],
        "points": found["total"],
        "streak": found["streak"],
        "honours": found["honours"][:3],
        "risk": risk.score if risk else None,
        "why": [say for _, say in risk.why][:3] if risk else [],
        "weeks": found["weeks"],
        "alert": bool(found["alerts"]),
        "on": today(scene, person.zone).isoformat(),
    }
    return Picture("card", data)


def _tags(scene: Scene, person_id: int) -> list[str]:
    given = {name for kind, name in standing.groups(scene.work, [person_id]).get(person_id, ()) if kind == groups.TAG}
    return sorted(given | set(people.tags(scene.work, person_id)))


def _segments(scene: Scene, person: Person) -> list[str]:
    known = facts.of(scene, person, groups.wanted(scene.index.library))
    mine = {name for kind, name in groups.judged(scene.index.library, known) if kind == groups.SEGMENT}
    return [one.title for one in groups.in_order(scene.index.library) if one.id in mine]


def _check_ins(scene: Scene, person: Person) -> list[tuple[str, str, str]]:
    titles = {one.id: one.title for one in scene.index.measures}
    rows = care.check_ins(scene.work, stored(person.id))[-5:]
    return [(shown(one.at, person.zone), titles.get(one.measure, ""), one.value.get("said", "")) for one in rows]


def _calls(scene: Scene, person: Person) -> list[tuple[str, str, str]]:
    """The newest greetings: (day, what came of it, words)."""
    done = [one for one in advisers.calls_of(scene.work, stored(person.id)) if one.settled_at is not None]
    return [
        (shown_date(one.settled_at or one.planned, person.zone), advising.STATES[one.state], one.outcome)
        for one in done[-CALLS:]
    ]


def _weeks(scene: Scene, person_id: int) -> list[int]:
    """How many days of each of the last weeks they showed a sign on, the oldest first."""
    day = today(scene, scene.settings.community.zone)
    first = day - dt.timedelta(days=7 * WEEKS - 1)
    rows = events.days_of(scene.work, [person_id], first).get(person_id, [])
    days = {on for name, on, _ in rows if name in facts.SIGNS}
    return [sum((first + dt.timedelta(days=7 * week + one)) in days for one in range(7)) for week in range(WEEKS)]


def told(scene: Scene, person_id: int) -> list[tuple[str, str]]:
    """What they told of themself, under the titles of the questions."""
    titles = {
        ask.fact: ask.title
        for journey in scene.index.library.journeys.values()
        for step in journey.steps
        for ask in (step.task.ask if step.task else ())
    }
    for journey in scene.index.library.journeys.values():
        titles |= {journeys.answer_name(journey, one): journey.title for one in journey.steps if one.ask}
    titles |= dates.TITLES | {aliases.FACT: "化名"}
    return [(titles.get(name, name), value) for name, value in profile.facts(scene.work, person_id).items()]


def _plans(scene: Scene, person_id: int) -> list[str]:
    library = scene.index.library
    running = [*care.running(scene.work, person_id, "journey"), *care.running(scene.work, person_id, "challenge")]
    entries = [library.journeys.get(one.playbook) or library.challenges.get(one.playbook) for one in running]
    return [entry.title for entry in entries if entry is not None]

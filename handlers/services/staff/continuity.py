"""Should our account fall silent: whom to contact today and tomorrow, the most urgent first, each with the words to paste.

For managers alone: there are people's own words in it.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from handlers.contract import Scene, stored
from handlers.services.care import planned
from handlers.services.care.days import at, local, shown, shown_day
from handlers.services.care.when import next_after
from handlers.services.knowledge import case_clocks
from handlers.services.staff.calls import CARE, MEDICINE
from storage.queries import care, due, people, staff
from storage.tables.care import Reminder
from storage.tables.people import Person

BOOKING = re.compile(r"复查|复诊|预约|挂号|门诊|检查|化疗|手术|拆线|透析")
MOST_TIMES = 8
"""Times of one reminder that are listed."""


@dataclass(frozen=True, slots=True)
class Entry:
    """Somebody to contact: number and name, when and what, and the words to paste."""

    person_id: int
    name: str
    what: str
    text: str


@dataclass(frozen=True, slots=True)
class Section:
    """`kind` chooses the heading in the template."""

    kind: str
    entries: tuple[Entry, ...]


def sheet(scene: Scene) -> list[Section]:
    """What must be said until the end of tomorrow, without empty sections."""
    zone = scene.settings.community.zone
    end = at(local(scene.now, zone).date() + dt.timedelta(days=2), "00:00", zone)
    sections = [Section("alerts", tuple(_alerts(scene))), Section("cases", tuple(_cases(scene)))]
    rings, steps = list(_reminders(scene, end)), list(_steps(scene, end))
    for kind, mine in (("medicine", MEDICINE), ("bookings", BOOKING)):
        sections.append(Section(kind, tuple(entry for row, entry in rings if mine.search(row.what))))
        rings = [(row, entry) for row, entry in rings if not mine.search(row.what)]
    sections.insert(3, Section("care_steps", tuple(entry for anchor, entry in steps if anchor in CARE)))
    sections.append(Section("reminders", tuple(entry for _, entry in rings)))
    sections.append(Section("steps", tuple(entry for anchor, entry in steps if anchor not in CARE)))
    return [one for one in sections if one.entries]


def _alerts(scene: Scene) -> Iterable[Entry]:
    """Nobody's first, then by level, then by age."""
    found = sorted(staff.open_alerts(scene.work), key=lambda one: (one.state != "open", one.level != "A", one.at))
    known = people.people(scene.work, [one.person_id for one in found])
    for one in found:
        if person := known.get(one.person_id):
            text = scene.words("continuity/alert", name=person.name, community=scene.settings.community.name)
            yield Entry(person.id, person.name, f"{one.id} 号警报，{one.level} 级，{shown(one.at, person.zone)}", text)


def _cases(scene: Scene) -> Iterable[Entry]:
    """Those over their clock."""
    over = [(case, -left) for case, _, left in case_clocks.waiting(scene) if left < 0]
    known = people.people(scene.work, [case.person_id for case, _ in over])
    for case, minutes in over:
        if person := known.get(case.person_id):
            text = scene.words("continuity/case", name=person.name, question=case.question)
            yield Entry(person.id, person.name, f"{case.id} 号问题，超了 {minutes} 分钟", text)


def _reminders(scene: Scene, end: dt.datetime) -> Iterable[tuple[Reminder, Entry]]:
    rows = care.all_reminders(scene.work)
    known = people.people(scene.work, [row.person_id for row in rows])
    for row in rows:
        person = known.get(row.person_id)
        times = _times(scene, row, person, end) if person is not None and _reachable(scene, person) else []
        if person is not None and times:
            text = scene.words("continuity/reminder", name=person.name, what=row.what, clock=f"{times[0]:%H:%M}")
            when = "、".join(shown_day(one, scene.now, person.zone) for one in times)
            yield row, Entry(person.id, person.name, when, text)


def _times(scene: Scene, row: Reminder, person: Person, end: dt.datetime) -> list[dt.datetime]:
    """When it would ring from now to `end`, on the person's wall clock."""
    found: list[dt.datetime] = []
    moment = due.next_of(scene.work, "reminder", stored(row.id))
    while moment is not None and moment < end and len(found) < MOST_TIMES:
        found.append(local(moment, person.zone))
        moment = next_after(row.rule, row.first, moment, ZoneInfo(person.zone), row.until) if row.rule else None
    return found


def _steps(scene: Scene, end: dt.datetime) -> Iterable[tuple[str, Entry]]:
    """(the plan's anchor, entry) of every step that is planned; whether its condition will hold is not known yet."""
    slots = due.until(scene.work, "journey_step", end)
    known = people.people(scene.work, [slot["person_id"] for slot in slots])
    for slot in slots:
        person, found = known.get(slot["person_id"]), planned.step_of(scene, slot)
        if person is None or found is None or not (person.consented and _reachable(scene, person)):
            continue
        journey, step = found
        what = f"{shown_day(slot['at'], scene.now, person.zone)}，{journey.title}"
        yield journey.anchor, Entry(person.id, person.name, what, scene.words.inline(step.send, name=person.name))


def _reachable(scene: Scene, person: Person) -> bool:
    """They want to hear from us, and we know who they are."""
    silent = person.quiet_until is not None and scene.now < person.quiet_until
    return not (silent or person.unsubscribed or person.frozen_since is not None or person.life == "loss")


def texts(scene: Scene, found: Sequence[Section], most: int) -> list[str]:
    """One message a section, with so many entries at most; one message when there is nothing."""
    if not found:
        return [scene.words("continuity/nobody")]
    return [
        scene.words("continuity/section", section=one, most=most, number=number, of=len(found))
        for number, one in enumerate(found, 1)
    ]


def looked_at(found: Sequence[Section]) -> list[int]:
    """Whose data is on the sheet: that somebody saw it is written down."""
    return sorted({entry.person_id for section in found for entry in section.entries})

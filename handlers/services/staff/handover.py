"""What one shift hands to the next: what is open, the most urgent first. Names, but no readings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy.engine import RowMapping

from handlers.contract import Handled, Kind, Scene, Skip
from handlers.services.care.days import at, local
from handlers.services.knowledge import case_clocks, recalls
from handlers.services.staff import promises
from handlers.services.staff.duty import duty
from handlers.services.staff.roles import tell_staff
from storage.queries import cases as rows
from storage.queries import due, outbox, people, staff

KIND = "handover"
MOST = 8
"""Lines a section shows; the rest are counted."""


@dataclass(frozen=True, slots=True)
class Section:
    """One kind of thing that waits: `kind` chooses the words in the template, `rows` are its lines."""

    kind: str
    rows: tuple[dict[str, Any], ...]


def _names(scene: Scene, ids: list[int]) -> dict[int, str]:
    return {one: person.name for one, person in people.people(scene.work, ids).items()}


def _alerts(scene: Scene) -> Section:
    """Nobody's first, then by level, then by age."""
    found = sorted(staff.open_alerts(scene.work), key=lambda one: (one.state != "open", one.level != "A", one.at))
    names = _names(scene, [one.person_id for one in found])
    return Section("alerts", tuple({"alert": one, "name": names.get(one.person_id, "")} for one in found))


def _cases(scene: Scene) -> Section:
    """By what is left of their clocks."""
    found = case_clocks.waiting(scene)
    names = _names(scene, [case.person_id for case, _, _ in found])
    return Section(
        "cases",
        tuple(
            {"case": case, "name": names.get(case.person_id, ""), "waited": waited, "left": left}
            for case, waited, left in found
        ),
    )


def _promises(scene: Scene) -> Section:
    """By their time."""
    return Section("promises", tuple(promises.shown(scene, one) for one in rows.open_promises(scene.work)))


def _recalls(scene: Scene) -> Section:
    """Corrections that nobody has decided on."""
    found = recalls.waiting(scene)
    return Section("recalls", tuple({"recall": one, "count": recalls.count_of(scene, one)} for one in found))


def _undelivered(scene: Scene) -> Section:
    """Whose own reminders did not reach them today: somebody may want to call."""
    zone = scene.settings.community.zone
    today = at(local(scene.now, zone).date(), "00:00", zone)
    found = outbox.undelivered(scene.work, Kind.REMINDER, today)
    names = _names(scene, list(found))
    return Section("undelivered", tuple({"name": names.get(one, ""), "count": count} for one, count in found.items()))


SECTIONS: tuple[Callable[[Scene], Section], ...] = (_alerts, _cases, _promises, _recalls, _undelivered)
"""The order of the list. What else waits for somebody (reviews) adds its function here, and its words in
templates/staff/handover.txt.j2."""


def sections(scene: Scene) -> list[Section]:
    """What waits, without empty sections."""
    return [found for section in SECTIONS if (found := section(scene)).rows]


def plan(scene: Scene) -> None:
    """The list for the next shift, at its beginning; planned once however often this is called."""
    moment = duty(scene.settings).next_change(scene.now) if scene.settings.duty.handover else None
    if moment is not None:
        key = f"handover:{moment:%Y%m%dT%H%M}"
        due.plan(scene.work, [due.slot(key, KIND, moment, expires=moment + case_clocks.HOUR)])


def handover_due(scene: Scene, slot: RowMapping) -> Handled | Skip:
    """A shift begins: the list goes to the staff room, and the next one is planned. Nothing open, nothing said."""
    if not scene.settings.duty.handover:
        return Skip("off")
    plan(scene)
    found = sections(scene)
    if not found:
        return Skip("nothing")
    text = scene.words("staff/handover", sections=found, most=MOST)
    return Handled(KIND, tuple(tell_staff(scene, text, KIND, key=slot["key"])))


def handover_late(scene: Scene, slot: RowMapping) -> Handled | Skip:
    """The process slept through the change of shifts: only the next list is planned."""
    plan(scene)
    return Skip("late")

"""Who has to be called: reminders and steps of plans that did not reach them, the most urgent first. No readings, no names of
illnesses or medicines: this is read in the staff room.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy.engine import RowMapping

from handlers.contract import Handled, Scene, Skip
from handlers.services.care import reach
from handlers.services.care.days import at, local, next_clock
from handlers.services.staff import breaker
from handlers.services.staff.roles import tell_staff
from storage.queries import care, due, outbox, people
from storage.tables.care import Reminder

KIND = "call_list"
KINDS = ("medicine", "care_step", "reminder", "step")
"""What did not arrive, the most urgent first; the words are in templates/staff/calls.txt.j2."""
MEDICINE = re.compile(r"药|胰岛素|针|胶囊|片|滴眼|雾化|注射|服(?!务)|吃(?![饭早中午晚水])")
CARE = ("surgery", "discharge", "treatment")
"""Anchors of plans whose steps somebody needs."""
STEP = "journey_step"
RULES = ("reminder:", "journey:")
NOT_SENT = ("failed", "unknown")
BY_THE_PLATFORM = (reach.TOO_LONG, reach.TOO_MANY, breaker.REASON)
LATE = ("late", breaker.REASON)
HOUR = dt.timedelta(hours=1)


@dataclass(slots=True)
class Call:
    """One person, how many of each kind they missed, and why the last of it."""

    person_id: int
    name: str
    why: str
    missed: dict[str, int] = field(default_factory=dict)

    @property
    def rank(self) -> int:
        return min(KINDS.index(one) for one in self.missed)


def kind_of(scene: Scene, rule: str, known: Mapping[int, Reminder]) -> str:
    """Which of `KINDS` a message or slot by this rule is; "" when it is worth no call."""
    what, _, rest = rule.partition(":")
    if what == "reminder" and rest.isdecimal():
        return "medicine" if int(rest) in known and MEDICINE.search(known[int(rest)].what) else "reminder"
    if what != "journey":
        return ""
    plan = scene.index.library.journeys.get(rest.split(":")[0])
    return "care_step" if plan is not None and plan.anchor in CARE else "step"


def missed(scene: Scene) -> list[tuple[int, str, str]]:
    """(whom, rule, why) of reminders and steps that have not reached their readers since yesterday morning, each once:
    what was asked again is still one."""
    zone = scene.settings.community.zone
    since = at(local(scene.now, zone).date() - dt.timedelta(days=1), "00:00", zone)
    rows = [one for one in outbox.unreached(scene.work, since) if one["by"].startswith(RULES) and lost(one)]
    found = list({(one["person_id"], one["by"]): (one["person_id"], one["by"], _why(one)) for one in rows}.values())
    for slot in due.expired(scene.work, STEP, since):  # we were down at its time
        enrolment = care.enrolment(scene.work, slot["ref"])
        if enrolment is not None and enrolment.state == "running":
            found.append((slot["person_id"], f"journey:{enrolment.playbook}", "expired"))
    return found


def _why(row: RowMapping) -> str:
    return str(row["reason"] if row["reason"] in BY_THE_PLATFORM else row["state"])


def lost(row: RowMapping) -> bool:
    """The platform, a failure or the time has stopped it, and not its reader."""
    state, reason = row["state"], row["reason"]
    if state in ("held", "waiting"):
        return reason in BY_THE_PLATFORM
    return state in NOT_SENT or reason in LATE


def calls(scene: Scene) -> list[Call]:
    """Whom to call, the most urgent first."""
    rows = missed(scene)
    numbers = [int(rule.split(":")[1]) for _, rule, _ in rows if rule.startswith("reminder:")]
    known = care.reminders_by_id(scene.work, numbers)
    names = people.people(scene.work, [person for person, _, _ in rows])
    found: dict[int, Call] = {}
    for number, rule, why in rows:
        if number in names and (kind := kind_of(scene, rule, known)):
            call = found.setdefault(number, Call(number, names[number].name, why))
            call.missed[kind] = call.missed.get(kind, 0) + 1
            call.why = why
    return sorted(found.values(), key=lambda one: (one.rank, one.person_id))


def text(scene: Scene, found: list[Call]) -> str:
    return scene.words("staff/calls", calls=found, kinds=KINDS)


def plan(scene: Scene) -> None:
    """The list of the next morning; planned once however often this is called."""
    if scene.settings.send.calls_at is None:
        return
    moment = next_clock(scene.now, scene.settings.send.calls_at, scene.settings.community.zone)
    due.plan(scene.work, [due.slot(f"{KIND}:{moment:%Y%m%d}", KIND, moment, expires=moment + 4 * HOUR)])


def list_due(scene: Scene, slot: RowMapping) -> Handled | Skip:
    """Morning: the list goes to the staff room, and the next one is planned. Nobody missed anything, nothing said."""
    plan(scene)
    found = calls(scene)
    if not found:
        return Skip("nothing")
    return Handled(KIND, tuple(tell_staff(scene, text(scene, found), KIND, key=slot["key"])))


def list_late(scene: Scene, slot: RowMapping) -> Handled | Skip:
    plan(scene)
    return Skip("late")

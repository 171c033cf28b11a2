"""The three clocks of a case: first answer, next answer, closing. All of them count duty time only.

A late answer climbs the ladder: who is on shift, the next of them, advisers and managers, supervisors and owners.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy.engine import RowMapping

from handlers.contract import Handled, Happened, Outgoing, Scene, Skip, stored
from handlers.services.care.days import spoken
from handlers.services.staff import ladder
from handlers.services.staff.duty import duty
from handlers.services.staff.roles import on_shift, tell_each, tell_people, tell_staff, with_roles
from playbooks.schema.common import span
from storage.queries import cases as rows
from storage.queries import people, staff
from storage.tables.people import Person
from storage.tables.staff import Case

KIND, CLOSING = "case_clock", "case_close"
FIRST, NEXT = "first", "next"
MINUTE, HOUR = dt.timedelta(minutes=1), dt.timedelta(hours=1)


def start(scene: Scene, case: Case, entry: int | str, clock: str) -> None:
    """The asker waits from now on; `entry` names this round, and makes its keys."""
    knobs, calendar = scene.settings.cases, duty(scene.settings)
    within = span(knobs.answer_within if clock == FIRST else knobs.follow_within)
    stop(scene, case, "again")
    case.waiting_since, case.deadline = scene.now, calendar.duty_time_after(scene.now, within)
    case.told, case.taken_by = [], case.taken_by if clock == NEXT else None
    early = {"colleague": span(knobs.next_after), "manager": span(knobs.manager_after)}
    steps = {step: after for step, after in early.items() if after < within}
    steps |= {f"late{number}": within * number for number in range(1, max(1, knobs.remind_times) + 1)}
    if not calendar.on_duty(scene.now):
        steps["shift"] = dt.timedelta()
    moments = {step: calendar.duty_time_after(scene.now, after) for step, after in steps.items()}
    ladder.climb(scene, KIND, f"case:{case.id}:e{entry}", moments, ref=stored(case.id), person_id=case.person_id)
    scene.work.add(case)


def hold(scene: Scene, case: Case, by: int, until: dt.datetime) -> None:
    """An answer has been promised: the promise's clock counts, not this one."""
    stop(scene, case, "promised")
    case.taken_by, case.deadline = by, until
    scene.work.add(case)


def wait_for_thanks(scene: Scene, case: Case) -> None:
    """Answered: without a further word the case closes."""
    stop(scene, case, "answered")
    moment = duty(scene.settings).duty_time_after(scene.now, span(scene.settings.cases.close_after))
    case.waiting_since, case.deadline, case.taken_by = None, moment, None
    key = f"case:{case.id}:close:{moment:%Y%m%dT%H%M%S%f}"
    ladder.climb(scene, CLOSING, key, {"close": moment}, ref=stored(case.id), person_id=case.person_id)


def stop(scene: Scene, case: Case, why: str) -> None:
    ladder.stop(scene, KIND, stored(case.id), why)
    ladder.stop(scene, CLOSING, stored(case.id), why)


def forecast(scene: Scene, case: Case) -> dict[str, Any]:
    """What may honestly be said of when the answer comes: in so many minutes, by a time, from an opening on, or late."""
    calendar, zone = duty(scene.settings), scene.settings.community.zone
    deadline, opening = case.deadline or scene.now, calendar.next_opening(scene.now)
    left = deadline - scene.now
    at_once = left <= HOUR and calendar.duty_time_between(scene.now, deadline) == left
    return {
        "minutes": int(left / MINUTE) if at_once else 0,
        "until": spoken(deadline, scene.now, zone),
        "opening": None if opening <= scene.now else spoken(opening, scene.now, zone),
        "late": left < MINUTE,
    }


def remaining(scene: Scene, case: Case) -> tuple[int, int]:
    """(minutes of duty time waited, minutes left – negative when late)."""
    calendar = duty(scene.settings)
    waited = calendar.duty_time_between(case.waiting_since or case.opened_at, scene.now)
    deadline = case.deadline or scene.now
    left = calendar.duty_time_between(scene.now, deadline) - calendar.duty_time_between(deadline, scene.now)
    return int(waited / MINUTE), int(left / MINUTE)


def notice(scene: Scene, case: Case) -> str:
    """The question as staff see it, with what the asker has added since."""
    asker = people.person(scene.work, case.person_id)
    room = people.room(scene.work, case.room_id) if case.room_id is not None else None
    added = [one.text for one in rows.thread(scene.work, stored(case.id))[1:] if one.by == case.person_id]
    name, place = asker.name if asker else "", room.topic if room else "私聊"
    return scene.words("case/staff", case=case, name=name, place=place, added=added[-1:])


def tell_first(scene: Scene, case: Case, text: str, by: str, key: str) -> list[Outgoing]:
    """The first of the shift, in private, if there is a shift now."""
    return _tell_one(scene, case, text, by, key) if duty(scene.settings).on_duty(scene.now) else []


def _order(scene: Scene, case: Case) -> list[Person]:
    """Who is on shift, in the order of calling; where nobody is named, cases go round among the clinicians."""
    found = on_shift(scene, scene.now)
    if found and not duty(scene.settings).people(scene.now):
        turn = stored(case.id) % len(found)
        found = found[turn:] + found[:turn]
    theirs = people.person(scene.work, case.taken_by or case.answered_by or 0)
    return [theirs, *found] if theirs is not None else found


def _tell_one(scene: Scene, case: Case, text: str, by: str, key: str) -> list[Outgoing]:
    """The first in the order who has not been told yet."""
    return _tell_new(scene, case, _order(scene, case), text, by, key)


def _tell_new(scene: Scene, case: Case, order: list[Person], text: str, by: str, key: str) -> list[Outgoing]:
    chosen = [one for one in order if one.id not in case.told][:1]
    case.told = [*case.told, *(stored(one.id) for one in chosen)]
    scene.work.add(case)
    return tell_each(chosen, text, by, key=key, about=case.person_id)


def clock_due(scene: Scene, slot: RowMapping) -> Handled | Skip:
    """The next step of a case that waits for its answer."""
    case = staff.case(scene.work, slot["ref"])
    if case is None or case.state != "open":
        return Skip("answered")
    step = slot["data"].get("step", "late1")
    if step.startswith("late"):
        return _late(scene, case, step, slot["key"])
    if case.taken_by is not None and step != "shift":
        return Skip("taken")
    told = _called(scene, case, step, slot["key"])
    return Handled(KIND, tuple(told)) if told else Skip("nobody")


def _called(scene: Scene, case: Case, step: str, key: str) -> list[Outgoing]:
    if step == "shift":
        return _tell_one(scene, case, notice(scene, case), KIND, f"case:{case.id}" if case.answered_at is None else key)
    text = _late_words(scene, case)
    if step == "colleague":
        order = [*_order(scene, case), *with_roles(scene, ("clinician", "expert"))]
        return _tell_new(scene, case, order, text, KIND, key)
    return tell_people(scene, ("adviser", "manager"), text, KIND, key=key, about=case.person_id)


def _late_words(scene: Scene, case: Case) -> str:
    waited, _ = remaining(scene, case)
    return scene.words("case/staff_late", case=case, minutes=waited)


def _late(scene: Scene, case: Case, step: str, key: str) -> Handled:
    """The time is up: the staff room, and the first time supervisors and owners and who has taken the case."""
    text = _late_words(scene, case)
    told = tell_staff(scene, text, KIND, key=key, about=case.person_id)
    events: tuple[Happened, ...] = ()
    if step == "late1":
        told += tell_people(scene, ("supervisor", "owner"), text, KIND, key=key, about=case.person_id)
        taker = people.person(scene.work, case.taken_by or 0)
        told += tell_each([taker] if taker else [], text, KIND, key=key, about=case.person_id)
        clock = FIRST if case.answered_at is None else NEXT
        events = (Happened("case_missed", {"case": case.id, "clock": clock}, case.person_id, case.room_id),)
    return Handled(KIND, tuple(told), events)


def waiting(scene: Scene) -> list[tuple[Case, int, int]]:
    """Open cases with (minutes waited, minutes left), the most urgent first."""
    found = [(case, *remaining(scene, case)) for case in staff.open_cases(scene.work)]
    return sorted(found, key=lambda one: (one[2], one[0].id or 0))

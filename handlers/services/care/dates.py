"""The personal dates that plans count from (an operation, coming home, a birthday), and what follows when one is told or moves."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from dateutil.relativedelta import relativedelta

from handlers.contract import Scene, stored
from handlers.services.care import journeys, planning
from handlers.services.care.chinese_number import to_int
from handlers.services.care.days import at, local
from handlers.services.care.when.chinese_time import N, scan
from handlers.services.care.when.day import day_of, weekday
from playbooks.schema.journey import Journey
from storage.queries import care, profile
from storage.tables.care import Enrolment
from storage.tables.people import Person

TITLES = {"surgery": "手术", "discharge": "出院", "birthday": "生日", "diagnosed": "确诊", "treatment": "化疗"}
ROUNDS = ("treatment",)
"""Each new date of these begins another round; the others have one date, which moves."""
TOKENS = frozenset({"relday", "in_days", "weekday", "date", "monthday"})
GONE = re.compile(
    rf"(?P<day>昨[天晚日夜]?|前天|大前天)|上个?(?:周|星期|礼拜)(?P<week>[一二三四五六日天])|上个?月(?P<month>{N})[号日]"
)
DAYS_AGO = {"昨": 1, "前": 2, "大": 3}
LONGEST_AGO = dt.timedelta(days=400)


@dataclass(frozen=True, slots=True)
class Found:
    """A day named in a text, and where it stands."""

    day: dt.date
    start: int
    end: int


def named_day(text: str, today: dt.date) -> Found | None:
    """The first day that a text names: 3月10号, 下周三, 后天, 昨天, 上周五; None when there is none, or no such day."""
    if gone := GONE.search(text):
        day = _gone(gone, today)
        return Found(day, gone.start(), gone.end()) if day else None
    token = next((one for one in scan(text) if one.kind in TOKENS), None)
    day = day_of(token, today) if token else None
    return Found(day, token.start, token.end) if token and day else None


def _gone(found: re.Match[str], today: dt.date) -> dt.date | None:
    if found["day"]:
        return today - dt.timedelta(days=DAYS_AGO[found["day"][0]])
    if found["week"]:
        return today - dt.timedelta(days=today.weekday() + 7 - weekday(found["week"]))
    try:
        return (today.replace(day=1) - relativedelta(months=1)).replace(day=to_int(found["month"]))
    except ValueError:
        return None


def about(scene: Scene, anchor: str, text: str) -> list[Journey]:
    """The journeys from this date that a text names by what they are about (换膝)."""
    compact = text.replace(" ", "")
    return [one for one in _from(scene, anchor) if any(name in compact for name in one.join)]


def kinds(scene: Scene, anchor: str) -> list[str]:
    """What a date of this kind may be about, as people call it."""
    return list(dict.fromkeys(one.join[0] for one in _from(scene, anchor) if one.join))


def _from(scene: Scene, anchor: str) -> list[Journey]:
    return [one for one in scene.index.library.journeys.values() if one.anchor == anchor]


@dataclass(frozen=True, slots=True)
class Planned:
    """What a date has changed: (title, steps to come) of plans that moved and of those that began."""

    moved: tuple[tuple[str, int], ...] = ()
    begun: tuple[tuple[str, int], ...] = ()


def known(scene: Scene, person_id: int, anchor: str) -> dt.date | None:
    """The date as it was told."""
    told = profile.facts(scene.work, person_id).get(anchor)
    return dt.date.fromisoformat(told) if told else None


def tell(scene: Scene, person: Person, anchor: str, day: dt.date, named: Collection[str] = ()) -> Planned:
    """Keep a date; plans that count from it move, or begin. `named`: ids of those that were meant, for plans of a certain kind."""
    person_id = stored(person.id)
    profile.set_fact(scene.work, person_id, anchor, day.isoformat(), scene.now)
    moment = _moment(scene, person, anchor, day)
    moved = [] if anchor in ROUNDS else list(_move(scene, person, anchor, moment))
    if anchor in ROUNDS:
        _end_rounds(scene, person_id, anchor)
    begun = []
    for journey in _from(scene, anchor):
        if journey.join and journey.id not in named:
            continue
        past = care.enrolments(scene.work, person_id, "journey", journey.id)
        if past and past[-1].state == "left" and journey.id not in named:
            continue  # they have asked for no more of it
        enrolment = journeys.enrol(scene, person, journey.id, moment)
        if enrolment is not None:
            begun.append((journey.title, planning.ahead(scene, enrolment)))
    return Planned(tuple(moved), tuple(begun))


def goes_on(scene: Scene, person_id: int, anchor: str) -> bool:
    """Whether they are on a plan that counts from this date."""
    return bool(_running(scene, person_id, anchor))


def forget(scene: Scene, person: Person, anchor: str) -> list[str]:
    """The date is off: plans that count from it end; returns their titles."""
    person_id = stored(person.id)
    profile.drop_fact(scene.work, person_id, anchor)
    titles = []
    for enrolment, journey in _running(scene, person_id, anchor):
        journeys.leave(scene, enrolment, "called_off")
        titles.append(journey.title)
    return titles


def _move(scene: Scene, person: Person, anchor: str, moment: dt.datetime) -> Iterable[tuple[str, int]]:
    for enrolment, journey in _running(scene, stored(person.id), anchor):
        enrolment.anchor = moment
        yield journey.title, planning.plan(scene, journey, enrolment, person)


def _end_rounds(scene: Scene, person_id: int, anchor: str) -> None:
    for enrolment, _ in _running(scene, person_id, anchor):
        journeys.leave(scene, enrolment, "finished")


def _running(scene: Scene, person_id: int, anchor: str) -> list[tuple[Enrolment, Journey]]:
    library = scene.index.library
    running = [(one, library.journeys.get(one.playbook)) for one in care.running(scene.work, person_id, "journey")]
    return [(one, journey) for one, journey in running if journey is not None and journey.anchor == anchor]


def _moment(scene: Scene, person: Person, anchor: str, day: dt.date) -> dt.datetime:
    """Now when it is today, so that `after: 2h` means something; else noon of that day. A birthday is the next one."""
    today = local(scene.now, person.zone).date()
    if anchor == "birthday":
        day += relativedelta(years=today.year - day.year)
        day += relativedelta(years=1) if day < today else relativedelta()
    return scene.now if day == today else at(day, "12:00", person.zone)

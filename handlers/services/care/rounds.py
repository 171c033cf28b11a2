"""A round of a challenge, day by day: worked out from the check-ins, stored nowhere.

A deed counts on its day from `opens` to `closes`. What is written down later is made up for (补卡), as far as the challenge's
`late` allows: done, and shown as made up.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from handlers.contract import Scene, stored
from handlers.services.care import freezes
from handlers.services.care.days import at, day_of
from playbooks.schema.challenge import Challenge
from playbooks.schema.measure import Choice, Measure
from storage.queries import care
from storage.tables.care import CheckIn, Enrolment
from storage.tables.people import Person


class Day(StrEnum):
    """What became of a day with enough deeds. `REFUSED`: made up for too late, or once too often;
    `NO_PHOTO`: a photo is asked for and missing."""

    DONE = "done"
    LATE = "late"
    REFUSED = "refused"
    EARLY = "early"
    NO_PHOTO = "no_photo"


@dataclass(frozen=True, slots=True)
class Round:
    """`last`: the day on which it ends, later by each day in `frozen`. `days`: what is known of each day;
    `shown`: those with a photo. `left`: how often one
    may still make up."""

    first: dt.date
    last: dt.date
    days: dict[dt.date, Day]
    frozen: frozenset[dt.date]
    shown: frozenset[dt.date]
    left: int

    @property
    def done(self) -> set[dt.date]:
        """The days that count, those made up for among them."""
        return {day for day, state in self.days.items() if state in (Day.DONE, Day.LATE)}

    @property
    def late(self) -> set[dt.date]:
        return {day for day, state in self.days.items() if state is Day.LATE}

    def number(self, day: dt.date) -> int:
        """Which day of the round it is, from 1."""
        day = min(day, self.last)
        return max(1, (day - self.first).days + 1 - sum(one <= day for one in self.frozen))


def of(scene: Scene, challenge: Challenge, enrolment: Enrolment, person: Person) -> Round:
    """How far this round has come."""
    first = day_of(enrolment.anchor, person.zone)
    measure = scene.index.library.measures.get(challenge.measure)
    deeds: dict[dt.date, list[CheckIn]] = {}
    for one in care.check_ins(scene.work, enrolment.person_id, since=first, measure=challenge.measure):
        if not _idle(measure, one):
            deeds.setdefault(one.day, []).append(one)
    judge = _Judge(challenge, measure, person.zone, scene.settings.community.day_turns_at)
    days: dict[dt.date, Day] = {}
    made_up: list[tuple[int, dt.date, bool]] = []
    for day, rows in deeds.items():
        if (found := judge.timely(day, rows)) is not None:
            days[day] = found
        elif (reached := judge.reached(day, rows)) is not None:
            made_up.append((stored(reached.id), day, judge.allowed(day, reached.at)))
        elif judge.unproved(rows):
            days[day] = Day.NO_PHOTO
    most = challenge.late.a_round if challenge.late else 0
    for _, day, allowed in sorted(made_up):
        days[day] = Day.LATE if allowed and most > 0 else Day.REFUSED
        most -= days[day] is Day.LATE
    frozen = _frozen(scene, challenge, person, first, days)
    last = first + dt.timedelta(days=challenge.days - 1 + len(frozen))
    shown = frozenset(day for day, rows in deeds.items() if any(one.has_photo for one in rows))
    return Round(first, last, {day: state for day, state in days.items() if day <= last}, frozen, shown, most)


def _frozen(
    scene: Scene, challenge: Challenge, person: Person, first: dt.date, days: dict[dt.date, Day]
) -> frozenset[dt.date]:
    """Days of the round on which nothing was asked; a deed done all the same counts as ever."""
    known = freezes.of(scene, person, challenge.freeze_on)
    frozen: set[dt.date] = set()
    day, counted = first, 0
    while known and counted < challenge.days:
        if freezes.covers(known, day) and days.get(day) not in (Day.DONE, Day.LATE):
            frozen.add(day)
        else:
            counted += 1
        day += dt.timedelta(days=1)
    return frozenset(frozen)


def open_days(challenge: Challenge, round_: Round, today: dt.date, over: bool = False) -> list[dt.date]:
    """The days that may be made up for on `today`, newest first; `over`: today's own time has passed."""
    if challenge.late is None or round_.left <= 0:
        return []
    back = [today - dt.timedelta(days=days) for days in range(0 if over else 1, challenge.late.days_back + 1)]
    found = [day for day in back if round_.first <= day <= round_.last and day not in round_.done | round_.frozen]
    return found[: round_.left]


@dataclass(frozen=True, slots=True)
class _Judge:
    """The rules of one challenge for one day's deeds, which stand in the order of time."""

    challenge: Challenge
    measure: Measure | None
    zone: str
    turns_at: str

    def timely(self, day: dt.date, deeds: list[CheckIn]) -> Day | None:
        """`DONE` in the window; `EARLY` when that much was written down before it opened."""
        opens, closes = at(day, self.challenge.opens, self.zone), at(day, self.challenge.closes, self.zone)
        if self._enough(one for one in deeds if opens <= one.at <= closes):
            return Day.DONE
        return Day.EARLY if self._enough(one for one in deeds if one.at < opens) else None

    def reached(self, day: dt.date, deeds: list[CheckIn]) -> CheckIn | None:
        """The one with which there was enough, of what came in time and what came later."""
        opens = at(day, self.challenge.opens, self.zone)
        counted = [one for one in deeds if one.at >= opens]
        return next((one for end, one in enumerate(counted, 1) if self._enough(counted[:end])), None)

    def allowed(self, day: dt.date, moment: dt.datetime) -> bool:
        rule = self.challenge.late
        return rule is not None and (day_of(moment, self.zone, self.turns_at) - day).days <= rule.days_back

    def _enough(self, deeds: Iterable[CheckIn]) -> bool:
        rows = list(deeds)
        proved = not (self.challenge.proof and self.challenge.proof_needed) or any(one.has_photo for one in rows)
        return proved and self._amounts(rows)

    def unproved(self, deeds: list[CheckIn]) -> bool:
        """Enough, but for the photo."""
        return not self._enough(deeds) and self._amounts(deeds)

    def _amounts(self, deeds: list[CheckIn]) -> bool:
        return bool(deeds) and sum(map(_amount, deeds)) >= least(self.challenge, self.measure)


def least(challenge: Challenge, measure: Measure | None) -> float:
    """What a day needs: the challenge's own goal, or else the measure's."""
    goal = challenge.goal or (measure.goal if measure else None)
    return goal.at_least if goal else 0.0


def _idle(measure: Measure | None, check_in: CheckIn) -> bool:
    """Written down and no deed (没做)."""
    options = measure.value.options if measure and isinstance(measure.value, Choice) else ()
    return any(not one.counts and one.key == _values_of(check_in) for one in options)


def _values_of(check_in: CheckIn) -> Any:
    return check_in.value.get("values") if isinstance(check_in.value, dict) else None


def _amount(check_in: CheckIn) -> float:
    values = _values_of(check_in)
    numbers = [one for one in values.values() if isinstance(one, int | float)] if isinstance(values, dict) else []
    return float(sum(numbers)) if numbers else 1.0

"""Who may be about to leave: seven signals, a score that can be explained, one kind question, and what came of it.

Until the deployment has history enough, the score is the sum of the signals' weights (stated below); `xinglin churn --train`
learns a logistic regression from its own past and prints how well it is calibrated.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from handlers.contract import Happened, Kind, Outgoing, Scene, stored, to_person
from handlers.services.care import freezes
from handlers.services.community import facts, rules
from handlers.services.community.consents import held_back
from storage.queries import partings, questions, staff, standing
from storage.tables.people import Person

BY = "parting"
ASKING = "ask-leaving"
MODEL = "churn_model"
HIGH, MIDDLE = 50, 30
ASK_AGAIN = dt.timedelta(days=90)
WAITS = dt.timedelta(days=7)
FOLLOW = dt.timedelta(days=30)
"""So long after the question it is looked at whether they stayed."""
GOOD_FOR = dt.timedelta(hours=12)
NEWEST = 14
"""Days; before that somebody is a newcomer, whom other rules look after."""


@dataclass(frozen=True, slots=True)
class Signal:
    """`fact` at or above `at_least` counts `weight` points; `say` tells staff of it."""

    name: str
    fact: str
    at_least: float
    weight: int
    say: str


SIGNALS = (
    Signal("silent", "days_since_sign", 14, 30, "{:g} 天没有动静"),
    Signal("check_in", "days_since_check_in", 7, 20, "{:g} 天没打卡"),
    Signal("words", "negative_words_14d", 1, 20, "近 14 天说过 {:g} 次灰心的话"),
    Signal("stops", "stops_30d", 1, 15, "近 30 天停掉过 {:g} 样"),
    Signal("consult", "questions_drop", 50, 10, "提问比上月少 {:g}%"),
    Signal("readings", "days_out_of_range", 3, 10, "{:g} 天不在一般范围"),
    Signal("reminders", "reminders_unanswered_14d", 5, 10, "近 14 天 {:g} 次提醒没回应"),
)
"""Seven: no check-in for 7 days, no sign for 14, half the questions, readings out of range for 3 days, words of discouragement
(all from the articles the project goes by), and two of our own: leaving a plan or stopping messages, unanswered reminders."""
WANTED = frozenset(one.fact for one in SIGNALS)


@dataclass(frozen=True, slots=True)
class Risk:
    """`score` 0 to 100; `why`: (signal, words), the weightiest first; `learned`: by the model, not by the stated weights."""

    score: int
    why: tuple[tuple[str, str], ...]
    learned: bool = False


def signals(known: Mapping[str, Any]) -> dict[str, float]:
    """Signal → its value, of those that are there."""
    return {one.name: known[one.fact] for one in SIGNALS if (known.get(one.fact) or 0) >= one.at_least}


def risk(known: Mapping[str, Any], model: Mapping[str, Any] | None = None) -> Risk:
    """Of somebody of whom this is known."""
    there = signals(known)
    weights: Mapping[str, float] = model["weights"] if model else {one.name: one.weight for one in SIGNALS}
    ranked = sorted(there, key=lambda name: -weights[name])
    says = {one.name: one.say.format(there[one.name]) for one in SIGNALS if one.name in there}
    why = tuple((name, says[name]) for name in ranked if weights[name] > 0)
    if model is None:
        return Risk(min(100, round(sum(weights[name] for name in there))), why)
    odds = model["intercept"] + sum(weights[name] for name in there)
    return Risk(round(100 / (1 + math.exp(-odds))), why, True)


def model(scene: Scene) -> Mapping[str, Any] | None:
    """What was learned from this deployment's own past, if anything."""
    found: Mapping[str, Any] | None = staff.setting(scene.work, MODEL)
    return found


def of_many(scene: Scene, persons: Sequence[Person]) -> dict[int, Risk]:
    """Person → risk."""
    known, learned = facts.of_many(scene, persons, WANTED), model(scene)
    return {one: risk(mine, learned) for one, mine in known.items()}


# -- once a day -----------------------------------------------------------------------------------


def daily(scene: Scene, persons: Sequence[Person]) -> tuple[list[Outgoing], list[Happened]]:
    """Ask those who may be leaving why, once in three months and nobody who is ill, locked, grieving or wants quiet; look after
    a month whether they stayed."""
    ids = [stored(one.id) for one in persons]
    settled = [Happened("parting_settled", {"state": state}, one) for one, state in _settle(scene, ids).items()]
    asked = partings.asked_since(scene.work, ids, scene.now - ASK_AGAIN)
    may = [one for one in persons if stored(one.id) not in asked and _may_be_asked(scene, one)]
    messages: list[Outgoing] = []
    refused = standing.refused(scene.work, ids, ASKING)
    may = [one for one in may if one.id not in refused] if ASKING not in rules.resting(scene) else []
    for person_id, found in of_many(scene, may).items() if may else ():
        person = next(one for one in may if one.id == person_id)
        busy = questions.open_one(scene.work, person_id, None, scene.now) is not None
        if found.score >= HIGH and not busy and not freezes.now(scene, person):
            messages.append(_ask(scene, person, found))
    return messages, [*settled, *(Happened("parting_asked", {}, one.person_id) for one in messages)]


def _may_be_asked(scene: Scene, person: Person) -> bool:
    quiet = person.quiet_until is not None and person.quiet_until > scene.now
    return not held_back(person) and not quiet and scene.now - person.first_seen >= dt.timedelta(days=NEWEST)


def _ask(scene: Scene, person: Person, found: Risk) -> Outgoing:
    person_id = stored(person.id)
    row = partings.ask(scene.work, person_id, found.score, [name for name, _ in found.why], scene.now)
    waiting = questions.row(person_id, None, BY, {"parting": row.id}, scene.now + WAITS)
    questions.ask_if_free(scene.work, [waiting], scene.now)
    text = scene.words("parting/ask", name=person.name)
    expires = scene.now + GOOD_FOR
    return to_person(person_id, text, kind=Kind.PUSH, by=BY, key=f"{BY}:{row.id}", expires=expires)


def _settle(scene: Scene, ids: Sequence[int]) -> dict[int, str]:
    """Whoever was asked a month ago: did they show a sign since?"""
    found: dict[int, str] = {}
    for row in partings.open_before(scene.work, ids, scene.now - FOLLOW):
        days = facts.signs_since(scene, row.person_id, row.at)
        row.state, row.settled_at = ("stayed" if days else "gone"), scene.now
        scene.work.add(row)
        found[row.person_id] = row.state
    return found

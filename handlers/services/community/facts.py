"""What is known of people: the facts that conditions of rules, segments and tags ask for.

Read for many people at once, and only what is wanted. What is not known is not there, and a condition on it never holds.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from handlers.contract import Scene, stored
from handlers.services.care.abnormal import outside
from handlers.services.care.days import day_of
from handlers.services.community.log import today
from playbooks.schema.condition import Condition, tests_of
from playbooks.schema.journey import DATED
from storage.queries import advisers, care, events, people, points, profile, standing
from storage.tables.people import Person

Facts = dict[int, dict[str, Any]]
WINDOW = dt.timedelta(days=60)
WEEK, FORTNIGHT, MONTH = dt.timedelta(days=7), dt.timedelta(days=14), dt.timedelta(days=30)
CONSULTS = ("faq_answered", "faq_offered", "case_opened")
SERVICES = ("case_answered", "booking_coming", "lecture_attended", "challenge_joined", "journey_joined", "sheet_shared")
SIGNS = ("message_written", "check_in_recorded", "reminder_done", "journey_answered", "task_completed", "poll_voted")
"""What shows that somebody is there."""
INTERACTIONS = ("message_written", "check_in_recorded", "poll_voted", "quiz_finished", "lecture_question_asked")
HELPS = ("story_published", "peer_message_relayed", "referral_credited", "companion_invited", "quiz_passed")
"""What somebody does that others have something of."""
STOPS = ("rule_stopped", "quiet_days", "journey_left", "challenge_left", "unsubscribed", "room_left")
READINGS = ("days_out_of_range", "in_range_percent")
TOLD = ("topic", "stage", "wish", "decision", *(f"days_since_{name}" for name in DATED if name != "birthday"))
COUNTED = (
    "days_since_check_in",
    "days_since_sign",
    "messages_7d",
    "check_ins_7d",
    "interactions_7d",
    "services_30d",
    "questions_30d",
    "questions_drop",
    "active_days_30d",
    "helps_30d",
    "negative_words_14d",
    "referrals",
    "reminders_unanswered_14d",
    "stops_30d",
    "check_in_days_7d",
)


def asked_in(conditions: Collection[Condition | None]) -> set[str]:
    """The names of all facts that these conditions ask for."""
    return {test.fact for condition in conditions if condition is not None for test in tests_of(condition)}


def of(scene: Scene, person: Person, wanted: Collection[str]) -> dict[str, Any]:
    """Of these facts what is known of somebody."""
    return of_many(scene, [person], wanted)[stored(person.id)]


def of_many(scene: Scene, persons: Sequence[Person], wanted: Collection[str]) -> Facts:
    """The same of many."""
    found: Facts = {stored(one.id): _plain(scene, one) for one in persons}
    names = set(wanted)
    for parts, read in READERS.items():
        if names.intersection(parts):
            for person_id, more in read(scene, persons, names).items():
                found[person_id].update(more)
    return found


def _plain(scene: Scene, person: Person) -> dict[str, Any]:
    """What stands on the person itself."""
    day = _day(scene, person)
    return {
        "consented": person.consented,
        "unsubscribed": person.unsubscribed,
        "open_alert": person.locked,
        "life": person.life or "",
        "quiet": person.quiet_until is not None and person.quiet_until > scene.now,
        "days_since_joined": (day - day_of(person.first_seen, person.zone)).days,
        "days_since_message": (day - day_of(person.last_seen, person.zone)).days,
    }


def _day(scene: Scene, person: Person) -> dt.date:
    return day_of(scene.now, person.zone, scene.settings.community.day_turns_at)


def _ids(persons: Sequence[Person]) -> list[int]:
    return [stored(one.id) for one in persons]


def _told(scene: Scene, persons: Sequence[Person], wanted: set[str]) -> Facts:
    """What they told of themselves; of a date, how many days ago it was."""
    names = {one.removeprefix("days_since_") for one in wanted.intersection(TOLD)}
    told = {name: profile.told(scene.work, _ids(persons), name) for name in names}
    found: Facts = {}
    for person in persons:
        mine: dict[str, Any] = {}
        for name, values in told.items():
            if (value := values.get(stored(person.id))) is None:
                continue
            if name in DATED:
                mine[f"days_since_{name}"] = (_day(scene, person) - dt.date.fromisoformat(value)).days
            else:
                mine[name] = value
        found[stored(person.id)] = mine
    return found


def _counted(scene: Scene, persons: Sequence[Person], wanted: set[str]) -> Facts:
    """By the roll-up of the event log."""
    day = today(scene)
    recent = events.days_of(scene.work, _ids(persons), day - WINDOW)
    ever = events.last_days(scene.work, _ids(persons))
    return {one: counted(day, recent.get(one, []), ever.get(one, {})) for one in _ids(persons)}


def counted(
    day: dt.date, recent: Sequence[tuple[str, dt.date, int]], ever: Mapping[str, tuple[dt.date, int]]
) -> dict[str, Any]:
    """The facts of one person's days. `recent`: (event, day, count) of the last sixty days; `ever`: event → (last day, count)."""

    def total(names: Collection[str], span: dt.timedelta, before: dt.timedelta = dt.timedelta()) -> int:
        return sum(n for name, on, n in recent if name in names and day - before - span < on <= day - before)

    found: dict[str, Any] = {
        "messages_7d": total(("message_written",), WEEK),
        "check_ins_7d": total(("check_in_recorded",), WEEK),
        "interactions_7d": total(INTERACTIONS, WEEK),
        "services_30d": total(SERVICES, MONTH),
        "questions_30d": total(CONSULTS, MONTH),
        "active_days_30d": len({on for name, on, _ in recent if name in SIGNS and on > day - MONTH}),
        "helps_30d": total(HELPS, MONTH),
        "negative_words_14d": total(("words_noticed",), FORTNIGHT),
        "reminders_unanswered_14d": max(0, total(("reminder_rang",), FORTNIGHT) - total(("reminder_done",), FORTNIGHT)),
        "check_in_days_7d": len({on for name, on, _ in recent if name == "check_in_recorded" and on > day - WEEK}),
        "stops_30d": total(STOPS, MONTH),
        "referrals": ever.get("referral_credited", (day, 0))[1],
    }
    if "check_in_recorded" in ever:
        found["days_since_check_in"] = (day - ever["check_in_recorded"][0]).days
    signs = [ever[name][0] for name in SIGNS if name in ever]
    if signs:
        found["days_since_sign"] = (day - max(signs)).days
    if (before := total(CONSULTS, MONTH, MONTH)) >= 2:
        found["questions_drop"] = round(100 * (before - found["questions_30d"]) / before)
    return found


def _checked_in(scene: Scene, persons: Sequence[Person], wanted: set[str]) -> Facts:
    return {
        stored(one.id): {"checked_in_today": bool(care.days(scene.work, one.id, _day(scene, one)))} for one in persons
    }


def _readings(scene: Scene, persons: Sequence[Person], wanted: set[str]) -> Facts:
    """How many days in a row, up to the last with a reading, were out of the usual range; and how much of a month was in it."""
    measures = {one.id: one for one in scene.index.measures if one.normal}
    found: Facts = {}
    for person in persons:
        day = _day(scene, person)
        rows = [one for one in care.check_ins(scene.work, person.id, day - MONTH) if one.measure in measures]
        bad = {
            one.day for one in rows if outside(measures[one.measure], one.value.get("values"), one.value.get("context"))
        }
        days = sorted({one.day for one in rows}, reverse=True)
        if days:
            run = next((number for number, one in enumerate(days) if one not in bad), len(days))
            in_range = round(100 * (len(days) - len(bad)) / len(days))
            fresh = (day - days[0]).days <= 2
            found[stored(person.id)] = {"days_out_of_range": run if fresh else 0, "in_range_percent": in_range}
    return found


def _plans(scene: Scene, persons: Sequence[Person], wanted: set[str]) -> Facts:
    journeys = care.playbooks_of(scene.work, _ids(persons), "journey")
    challenges = care.playbooks_of(scene.work, _ids(persons), "challenge")
    none: frozenset[str] = frozenset()
    return {
        one: {"in_journey": journeys.get(one, none), "in_challenge": challenges.get(one, none)} for one in _ids(persons)
    }


def _accounts(scene: Scene, persons: Sequence[Person], wanted: set[str]) -> Facts:
    totals = points.totals(scene.work, _ids(persons))
    reward = scene.index.reward
    found: Facts = {}
    for one in _ids(persons):
        left, grown = totals.get(one, (0, 0))
        found[one] = {"points": left, "points_earned": grown} | ({"level": reward.level(grown).name} if reward else {})
    return found


def _honours(scene: Scene, persons: Sequence[Person], wanted: set[str]) -> Facts:
    found = standing.honours(scene.work, _ids(persons))
    return {one: {"honour": frozenset(name for name, _ in found.get(one, []))} for one in _ids(persons)}


def _groups(scene: Scene, persons: Sequence[Person], wanted: set[str]) -> Facts:
    """Segments as they were last counted; tags of staff, of rules and of playbooks."""
    groups = standing.groups(scene.work, _ids(persons))
    by_hand = people.tags_of(scene.work, _ids(persons))
    found: Facts = {}
    for one in _ids(persons):
        given = {name for kind, name in groups.get(one, ()) if kind == "tag"}
        segments = frozenset(name for kind, name in groups.get(one, ()) if kind == "segment")
        found[one] = {"segment": segments, "tag": frozenset(given | by_hand.get(one, set()))}
    return found


def _rooms(scene: Scene, persons: Sequence[Person], wanted: set[str]) -> Facts:
    rooms = people.topics_of(scene.work, _ids(persons))
    return {one: {"room": rooms.get(one, frozenset())} for one in _ids(persons)}


def _advised(scene: Scene, persons: Sequence[Person], wanted: set[str]) -> Facts:
    found = advisers.of_many(scene.work, _ids(persons))
    return {one: {"has_adviser": one in found} for one in _ids(persons)}


def signs_since(scene: Scene, person_id: int, moment: dt.datetime) -> int:
    """On how many days after that moment's somebody showed a sign."""
    first = day_of(moment, scene.settings.community.zone, scene.settings.community.day_turns_at)
    rows = events.days_of(scene.work, [person_id], first + dt.timedelta(days=1)).get(person_id, [])
    return len({on for name, on, _ in rows if name in SIGNS})


Reader = Callable[[Scene, Sequence[Person], set[str]], Facts]
READERS: Mapping[tuple[str, ...], Reader] = {
    TOLD: _told,
    COUNTED: _counted,
    ("checked_in_today",): _checked_in,
    READINGS: _readings,
    ("in_journey", "in_challenge"): _plans,
    ("points", "points_earned", "level"): _accounts,
    ("honour",): _honours,
    ("segment", "tag"): _groups,
    ("room",): _rooms,
    ("has_adviser",): _advised,
}
"""Which facts are read together, and how."""

"""Rules of the playbooks: when something happens and a condition holds, up to five actions from a closed list.

Unknown never fires. What a rule sends is a push: the send gate's quiet hours and caps apply, and nobody in grief, ill, locked
or unsubscribed gets any.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from handlers.contract import Happened, Kind, Outgoing, Scene, stored, to_person
from handlers.services.care import journeys
from handlers.services.community import facts, honours, points
from handlers.services.community.consents import held_back
from handlers.services.knowledge import cases
from handlers.services.staff.roles import roles_of, tell_each, tell_staff
from playbooks.schema.common import span
from playbooks.schema.condition import Truth, judge
from playbooks.schema.rule import Award, Enrol, Lock, NotifyStaff, Offer, OpenCase, Rule, Send, Tag
from storage.queries import advisers, people, profile, questions, staff, standing
from storage.tables.people import Person

DAILY = "day_began"
OFFER = "offer"
RESTING = "rules_off"
BUILT_IN = {"ask-leaving": "好些天没来的，问一次为什么", "ask-nps": "满一个月的，问一次愿不愿意推荐"}
"""What the program asks by itself; managers stop and start it as they do rules."""
OFFER_WAITS = dt.timedelta(days=3)
GOOD_FOR = dt.timedelta(hours=12)
NAMES_SHOWN = 20


@dataclass(slots=True)
class Outcome:
    """What the rules did: messages, events, and lines for staff, which are told together."""

    messages: list[Outgoing] = field(default_factory=list)
    events: list[Happened] = field(default_factory=list)
    rulings: list[dict[str, Any]] = field(default_factory=list)
    notices: dict[tuple[str, int], list[Person]] = field(default_factory=lambda: defaultdict(list))
    """(rule, number of the action) → about whom."""


def follow(scene: Scene, happened: Sequence[Happened]) -> tuple[list[Outgoing], list[Happened]]:
    """What the rules do because of these events: (messages, further events)."""
    outcome = Outcome()
    for event in happened:
        waiting = scene.index.rules.get(event.name, ())
        if not waiting or event.person_id is None:
            continue
        person = people.person(scene.work, event.person_id)
        if person is not None and not roles_of(scene.work, scene.settings, person):
            apply(scene, waiting, [person], outcome, event.data)
    return settle(scene, outcome)


def daily(scene: Scene, persons: Sequence[Person]) -> tuple[list[Outgoing], list[Happened]]:
    """The rules of every day, for some of the community."""
    outcome = Outcome()
    apply(scene, scene.index.rules.get(DAILY, ()), persons, outcome, {})
    return settle(scene, outcome)


def apply(
    scene: Scene, waiting: Sequence[Rule], persons: Sequence[Person], outcome: Outcome, data: Mapping[str, Any]
) -> None:
    """Judge each rule for each of these people, and act where it holds."""
    off = resting(scene) if waiting and persons else frozenset()
    waiting = [one for one in waiting if one.id not in off] if persons else []
    if not waiting:
        return
    ids = [stored(one.id) for one in persons]
    longest = scene.now - max(_looks_back(one) for one in waiting)
    before = standing.ruled(scene.work, ids, [one.id for one in waiting], longest)
    wanted = facts.asked_in([one.only_if for one in waiting])
    known = facts.of_many(scene, persons, wanted)
    for person in persons:
        now = [(one["rule"], one["at"]) for one in outcome.rulings if one["person_id"] == person.id]
        done = [*before.get(stored(person.id), []), *now]
        for rule in waiting:
            if _may(rule, done, scene.now):
                _judged(scene, rule, person, known[stored(person.id)] | dict(data), outcome)


def resting(scene: Scene) -> frozenset[str]:
    """The rules that managers have stopped."""
    return frozenset([*scene.settings.community.rules_off, *(staff.setting(scene.work, RESTING) or ())])


def rest(scene: Scene, rule: str, off: bool) -> bool:
    """Stop a rule, or let it work again; False when it did so already, or is stopped in config.yaml."""
    stored_off = set(staff.setting(scene.work, RESTING) or ())
    if (rule in resting(scene)) == off or (not off and rule not in stored_off):
        return False
    staff.set_setting(scene.work, RESTING, sorted(stored_off | {rule} if off else stored_off - {rule}), scene.now)
    return True


def _looks_back(rule: Rule) -> dt.timedelta:
    return max(span(rule.cooldown), span(rule.cap.per) if rule.cap else dt.timedelta())


def _may(rule: Rule, done: Collection[tuple[str, dt.datetime]], now: dt.datetime) -> bool:
    mine = [at for name, at in done if name == rule.id]
    if any(at > now - span(rule.cooldown) for at in mine):
        return False
    return rule.cap is None or sum(at > now - span(rule.cap.per) for at in mine) < rule.cap.times


def _judged(scene: Scene, rule: Rule, person: Person, known: dict[str, Any], outcome: Outcome) -> None:
    truth = judge(rule.only_if, known) if rule.only_if is not None else Truth.YES
    if truth is Truth.NO or (truth is Truth.UNKNOWN and rule.when_unknown == "skip"):
        return
    acted = False
    for number, action in enumerate(rule.then):
        if truth is Truth.UNKNOWN and not isinstance(action, NotifyStaff):
            continue
        acted |= _act(scene, rule, number, action, person, outcome)
    if acted:
        outcome.rulings.append({"person_id": person.id, "rule": rule.id, "at": scene.now})
        outcome.events.append(Happened("rule_applied", {"rule": rule.id}, person.id))


def _act(scene: Scene, rule: Rule, number: int, action: Any, person: Person, outcome: Outcome) -> bool:
    """One action for one person; False when there was nothing to do."""
    person_id = stored(person.id)
    match action:
        case Tag():
            added = [profile.tag(scene.work, person_id, one, f"rule:{rule.id}", scene.now) for one in action.add]
            return any([*added, *(profile.untag(scene.work, person_id, one) for one in action.remove)])
        case NotifyStaff():
            outcome.notices[rule.id, number].append(person)
            return True
        case Award():
            return _award(scene, rule, action, person_id)
        case Enrol():
            return journeys.enrol(scene, person, action.journey, scene.now) is not None
        case OpenCase():
            outcome.messages += cases.open_for_staff(scene, person, _said(scene, action.text, person))
            return True
        case Lock():
            until = scene.now + span(action.span)
            if person.quiet_until is None or person.quiet_until < until:
                people.change(scene.work, person_id, quiet_until=until)
            return True
    if held_back(person) or _quiet(person, scene.now) or standing.refused(scene.work, [person_id], rule.id):
        return False
    if isinstance(action, Offer) and questions.open_one(scene.work, person_id, None, scene.now) is not None:
        return False  # a 好 would be taken for the answer to something else
    outcome.messages.append(_message(scene, rule, action, person))
    return True


def _quiet(person: Person, now: dt.datetime) -> bool:
    return person.quiet_until is not None and person.quiet_until > now


def _award(scene: Scene, rule: Rule, action: Award, person_id: int) -> bool:
    done = False
    if action.points:
        day = f"rule:{rule.id}:{person_id}:{scene.now:%Y%m%d}"
        done = points.award(scene, person_id, action.points, day, rule.title) > 0
    if action.honour:
        done |= honours.give(scene, person_id, action.honour, f"{action.honour}:{person_id}")
    return done


def _message(scene: Scene, rule: Rule, action: Send | Offer, person: Person) -> Outgoing:
    """What is sent, or offered: an offer waits for a 好, where no other question is open."""
    if isinstance(action, Offer):
        data = {"rule": rule.id, "journey": action.journey, "challenge": action.challenge, "faq": action.faq}
        row = questions.row(stored(person.id), None, OFFER, data, scene.now + OFFER_WAITS)
        questions.ask_if_free(scene.work, [row], scene.now)
    text = (
        scene.words(action.template, name=person.name)
        if isinstance(action, Send) and action.template
        else _said(scene, action.text or "", person)
    )
    return to_person(
        stored(person.id),
        text,
        kind=Kind.PUSH,
        by=f"rule:{rule.id}",
        key=f"rule:{rule.id}:{person.id}:{scene.now:%Y%m%dT%H%M}",
        expires=scene.now + GOOD_FOR,
    )


def _said(scene: Scene, text: str, person: Person) -> str:
    return scene.words.inline(text, name=person.name, number=person.id)


# -- what staff are told --------------------------------------------------------------------------


def settle(scene: Scene, outcome: Outcome) -> tuple[list[Outgoing], list[Happened]]:
    """Write down what was done, and tell staff of everybody in one message a rule."""
    standing.note_rulings(scene.work, outcome.rulings)
    told = [
        message
        for (rule_id, number), persons in outcome.notices.items()
        for message in _notice(scene, scene.index.library.rules[rule_id], number, persons)
    ]
    return [*outcome.messages, *told], outcome.events


def _notice(scene: Scene, rule: Rule, number: int, persons: Sequence[Person]) -> list[Outgoing]:
    """To the adviser of each, where the rule means advisers and there is one; to the staff room otherwise."""
    action = rule.then[number]
    if not isinstance(action, NotifyStaff):
        return []
    found: list[Outgoing] = []
    looked_after = advisers.of_many(scene.work, [stored(one.id) for one in persons]) if action.to == "adviser" else {}
    groups: dict[int | None, list[Person]] = defaultdict(list)
    for person in persons:
        groups[looked_after.get(stored(person.id))].append(person)
    known = people.people(scene.work, [one for one in groups if one is not None])
    for adviser, those in groups.items():
        text, about = _line(scene, action, those), stored(those[0].id) if len(those) == 1 else None
        by, key = f"rule:{rule.id}", f"rule:{rule.id}:{number}:{those[0].id}:{scene.now:%Y%m%dT%H%M%S}:staff"
        if adviser is not None and adviser in known:
            found += tell_each([known[adviser]], text, by, key=key, about=about)
        else:
            found += tell_staff(scene, text, by, key=key, about=about)
    return found


def _line(scene: Scene, action: NotifyStaff, persons: Sequence[Person]) -> str:
    names = "、".join(f"{one.name}（{one.id}）" for one in persons[:NAMES_SHOWN])
    rest = len(persons) - NAMES_SHOWN
    return scene.words.inline(action.text, name=f"{names} 等 {len(persons)} 位" if rest > 0 else names, number="")

"""Where a message of ours came from: the plan, the rule, the version; and what ends just that."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from sqlalchemy.engine import RowMapping

from handlers.contract import Scene, stored
from handlers.services.care import journeys, reminders
from handlers.services.care.days import shown_date
from handlers.services.community import consents
from handlers.services.knowledge.outdated import entries
from storage.queries import care, due, mates, people, profile, staff, standing

Stop = Literal["journey", "challenge", "companion", "reminder", "activity", "rule", ""]


@dataclass(frozen=True, slots=True)
class Origin:
    """`what`: journey, challenge, reminder, answer, activity, broadcast, case, correction, safety, reply. `stop`: what 停这个 ends, "" when it
    cannot be ended by itself; `ref`: the id of that."""

    what: str
    title: str = ""
    version: int = 0
    said: str = ""
    stop: Stop = ""
    ref: str = ""


def origin(scene: Scene, row: RowMapping) -> Origin:
    """Of an outbox row."""
    rule, _, rest = row["by"].partition(":")
    if row["kind"] == "safety":
        return Origin("safety")
    if answers := entries(row["key"]):
        faq = scene.index.library.faqs.get(answers[0][0])
        title = faq.question if faq else answers[0][0]
        return Origin("correction" if rule == "recall" else "answer", title, answers[0][1])
    if rule == "reminder" and rest.isdecimal():
        return _reminder(scene, int(rest))
    if rule in ("journey", "challenge"):
        playbook, _, part = rest.partition(":")
        found = _plan(scene, row["person_id"], rule, playbook)
        return replace(found, stop="companion") if part == "companion" else found
    if rule == "rule":
        known = scene.index.library.rules.get(rest)
        return Origin("rule", known.title if known else rest, known.version if known else 0, stop="rule", ref=rest)
    if rule in ASKED:
        return Origin("asked", stop="rule", ref=ASKED[rule])
    if rule == "activity" and not rest.isdecimal():
        return Origin("stars")
    if rule in ("activity", "broadcast"):
        return _broadcast(scene, rule, int(rest))
    return Origin("case" if rule == "case" else "reply")


def _reminder(scene: Scene, number: int) -> Origin:
    found = care.reminders_by_id(scene.work, [number]).get(number)
    if found is None:
        return Origin("reply")
    return Origin("reminder", found.what, said=found.said, stop="reminder", ref=str(number))


def _plan(scene: Scene, person_id: int, rule: str, playbook: str) -> Origin:
    library = scene.index.library
    known = library.journeys.get(playbook) if rule == "journey" else library.challenges.get(playbook)
    begun = care.enrolments(scene.work, person_id, rule, playbook)
    zone = scene.settings.community.zone
    return Origin(
        rule,
        known.title if known else playbook,
        known.version if known else 0,
        shown_date(begun[-1].anchor, zone) if begun else "",
        "journey" if rule == "journey" else "challenge",
        playbook,
    )


def _broadcast(scene: Scene, rule: str, number: int) -> Origin:
    row = staff.broadcast(scene.work, number)
    by = people.person(scene.work, row.by) if row is not None else None
    return Origin(rule, by.name if by else "", stop="activity" if rule == "activity" else "")


def end(scene: Scene, person_id: int, stop: str, ref: str) -> bool:
    """Ends just this; False when it had ended before."""
    if stop == "activity":
        return profile.withdraw_consent(scene.work, person_id, consents.MARKETING, scene.now)
    if stop == "rule":
        return standing.refuse(scene.work, person_id, ref, scene.now)
    if stop == "reminder":
        found = next((one for one in care.reminders(scene.work, person_id) if one.id == int(ref)), None)
        if found is not None:
            reminders.stop(scene, found)
        return found is not None
    if stop == "companion":
        pairs = [one for one in mates.of_person(scene.work, person_id) if one.challenge == ref and one.team is None]
        for pair in pairs:
            pair.left_at = scene.now
            scene.work.add(pair)
        return bool(pairs)
    running = [one for one in care.running(scene.work, person_id, stop) if one.playbook == ref]
    if stop == "challenge":
        mates.leave(scene.work, person_id, ref, scene.now)
    for one in running:
        if stop == "journey":
            journeys.leave(scene, one)
            continue
        one.state = "left"
        scene.work.add(one)
        for kind in CHALLENGE:
            due.cancel(scene.work, kind, stored(one.id), scene.now, "left")
    return bool(running)


ASKED = {"parting": "ask-leaving", "nps": "ask-nps"}
"""What the program asks by itself, by the name under which it can be stopped."""
CHALLENGE = ("challenge_day", "challenge_end")
"""The kinds of slots that belong to a challenge."""

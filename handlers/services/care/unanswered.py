"""Nobody answers a reminder, time after time: the adviser and the family hear of it, if the person agreed; never what it is for."""

from __future__ import annotations

from handlers.contract import Handled, Happened, Kind, OnDoubt, Outgoing, Scene, Skip, stored, to_person
from handlers.services.care.days import at, local
from handlers.services.community import consents
from handlers.services.staff.roles import tell_adviser
from storage.queries import care, events, outbox, people, relatives
from storage.tables.care import Firing, Reminder
from storage.tables.people import Person

BY, OFFERED, TOLD = "unanswered", "unanswered_offered", "unanswered_told"
AGAIN = 5
"""It may have been asked so often."""


def tell(scene: Scene, reminder: Reminder, firing: Firing, person: Person) -> Handled | Skip:
    """One ring stayed without an answer. So many in a row are told once until they answer anything; the first of all brings the
    offer to agree, once."""
    if not outbox.arrived(scene.work, _keys(firing)):
        firing.outcome = "missed"  # nobody leaves unanswered what never came
        scene.work.add(firing)
        return Skip("not sent")
    most = scene.settings.reminders.told_after
    outcomes = care.newest_outcomes(scene.work, stored(reminder.id), most + 1)
    row = next((place for place, one in enumerate(outcomes) if one != "open"), len(outcomes))
    if consents.held_back(person) or not reminder.rule:
        return Skip(consents.held_back(person) or "once")
    if not consents.has(scene.work, scene.settings, reminder.person_id, consents.UNANSWERED):
        return _offer(scene, person)
    since = care.last_answer(scene.work, stored(person.id)) or person.first_seen
    if row < most or events.of_person(scene.work, stored(person.id), (TOLD,), since):
        return Skip("unanswered")
    happened = Happened(TOLD, {"reminder": reminder.id}, person.id)
    return Handled(BY, (*_advisers(scene, firing, person, most), *_family(scene, firing, person)), (happened,))


def _keys(firing: Firing) -> list[str]:
    """Of the messages of this ring."""
    first = f"reminder:{firing.reminder_id}:{firing.slot:%Y%m%dT%H%M}"
    return [first, *(f"{first}:again{number}" for number in range(1, AGAIN + 1))]


def _offer(scene: Scene, person: Person) -> Handled | Skip:
    """Whether somebody should ask after them: asked once in a life, when a first reminder stayed unanswered."""
    if events.of_person(scene.work, stored(person.id), (OFFERED,), person.first_seen):
        return Skip("unanswered")
    evening = at(local(scene.now, person.zone).date(), "21:00", person.zone)
    if scene.now >= evening:
        return Skip("late")
    title, most = consents.TITLES[consents.UNANSWERED], scene.settings.reminders.told_after
    text = scene.words("reminder/unanswered_offer", title=title, most=most)
    message = to_person(stored(person.id), text, kind=Kind.PUSH, by=BY, expires=evening, on_doubt=OnDoubt.DROP)
    return Handled(BY, (message,), (Happened(OFFERED, {}, person.id),))


def _advisers(scene: Scene, firing: Firing, person: Person, count: int) -> list[Outgoing]:
    agreed = consents.has(scene.work, scene.settings, stored(person.id), consents.FAMILY)
    noted = relatives.of(scene.work, stored(person.id)) if agreed else []
    known = people.people(scene.work, [one.relative_id for one in noted])
    family = [f"{known[one.relative_id].name}（{one.relation or '家人'}）" for one in noted if one.relative_id in known]
    text = scene.words("reminder/unanswered_staff", name=person.name, number=person.id, count=count, family=family)
    return tell_adviser(scene, stored(person.id), text, BY, key=f"{BY}:{firing.id}")


def _family(scene: Scene, firing: Firing, person: Person) -> list[Outgoing]:
    """To the relatives whom staff have noted, if the patient lets us tell the family."""
    if not consents.has(scene.work, scene.settings, stored(person.id), consents.FAMILY):
        return []
    listed = people.people(scene.work, [one.relative_id for one in relatives.of(scene.work, stored(person.id))])
    text = scene.words("reminder/unanswered_family", name=person.name)
    return [
        to_person(
            stored(one.id),
            text,
            kind=Kind.CARE,
            by=BY,
            key=f"{BY}:{firing.id}:{one.id}",
            on_doubt=OnDoubt.DROP,
            about=person.id,
        )
        for one in listed.values()
        if one.frozen_since is None
    ]

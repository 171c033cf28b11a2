"""Who is staff: by platform id from config.yaml, or granted in chat by the owner. Never by name."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from handlers.contract import Kind, OnDoubt, Outgoing, Scene, stored, to_person, to_room
from handlers.services.staff.duty import duty
from handlers.settings import Settings
from storage.queries import advisers, people
from storage.tables.people import Person
from storage.work import Work

TITLES = {
    "owner": "负责人",
    "manager": "管理员",
    "clinician": "临床医生",
    "expert": "专家",
    "adviser": "健康顾问",
    "supervisor": "督导",
}


def roles_of(work: Work, settings: Settings, person: Person) -> frozenset[str]:
    """All roles of a person. What was granted in chat rests while it is unsure who has the id now."""
    from_config = {
        role
        for member in settings.staff
        if (member.channel, member.id) == (person.channel, person.platform_id)
        for role in member.roles
    }
    granted = people.roles(work, stored(person.id)) if person.frozen_since is None else frozenset()
    return frozenset(from_config) | granted


def with_roles(scene: Scene, roles: Iterable[str]) -> list[Person]:
    """Everybody we know who holds one of these roles."""
    wanted = set(roles)
    ids = {(one.channel, one.id) for one in scene.settings.staff if wanted & set(one.roles)}
    found = {stored(person.id): person for person in people.with_role(scene.work, sorted(wanted))}
    for channel, platform_id in sorted(ids):
        if person := people.by_platform(scene.work, channel, platform_id):
            found[stored(person.id)] = person
    return list(found.values())


def everybody_on_staff(scene: Scene) -> frozenset[int]:
    """The ids of all who hold a role: they are counted among no patients."""
    return frozenset(stored(one.id) for one in with_roles(scene, TITLES))


def tell_staff(
    scene: Scene, text: str, by: str, kind: Kind = Kind.STAFF, key: str | None = None, about: int | None = None
) -> list[Outgoing]:
    """The message to every staff room; to managers and clinicians in private when there is no staff room yet."""
    rooms = people.rooms(scene.work, staff=True)
    if rooms:
        return [
            to_room(
                stored(room.id),
                text,
                kind=kind,
                by=by,
                key=key and f"{key}:r{room.id}",
                on_doubt=OnDoubt.RESEND,
                about=about,
            )
            for room in rooms
        ]
    return tell_people(scene, ("owner", "manager", "clinician"), text, by, kind, key, about)


def tell_people(
    scene: Scene,
    roles: Iterable[str],
    text: str,
    by: str,
    kind: Kind = Kind.STAFF,
    key: str | None = None,
    about: int | None = None,
) -> list[Outgoing]:
    """The message in private to everybody who holds one of these roles."""
    return tell_each(with_roles(scene, roles), text, by, kind, key, about)


def tell_adviser(scene: Scene, person_id: int, text: str, by: str, key: str | None = None) -> list[Outgoing]:
    """The message to whoever looks after this person; to all advisers where nobody does; to the staff room without any."""
    row = advisers.of(scene.work, person_id)
    theirs = people.person(scene.work, row.adviser_id) if row is not None else None
    found = [theirs] if theirs is not None else with_roles(scene, ("adviser",))
    if found:
        return tell_each(found, text, by, key=key, about=person_id)
    return tell_staff(scene, text, by, key=key, about=person_id)


def tell_each(
    persons: Iterable[Person],
    text: str,
    by: str,
    kind: Kind = Kind.STAFF,
    key: str | None = None,
    about: int | None = None,
) -> list[Outgoing]:
    """The message in private to each of these people of staff."""
    return [
        to_person(stored(person.id), text, kind=kind, by=by, key=key and f"{key}:p{person.id}", about=about)
        for person in persons
    ]


def on_shift(scene: Scene, at: dt.datetime) -> list[Person]:
    """Whom the duty calendar names for that moment, the first to be called first; the clinicians when it names nobody."""
    channel = {one.id: one.channel for one in scene.settings.staff}
    named = [people.by_platform(scene.work, channel[one], one) for one in duty(scene.settings).people(at)]
    return [one for one in named if one is not None] or with_roles(scene, ("clinician",))


def title_of(roles: frozenset[str]) -> str:
    """The title with which staff speak to patients."""
    return next((TITLES[role] for role in ("expert", "clinician", "adviser", "manager", "owner") if role in roles), "")

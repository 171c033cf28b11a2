"""People, rooms, memberships, roles."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import bindparam, func, insert, select, update

from storage.names import shown
from storage.tables.people import Membership, Person, PersonTable, RoleGrant, Room, RoomTable, Tag
from storage.tables.standing import Belongs
from storage.work import Work

PEOPLE = PersonTable.__table__  # type: ignore[attr-defined]
ROOMS = RoomTable.__table__  # type: ignore[attr-defined]
MEMBERS = Membership.__table__  # type: ignore[attr-defined]
GRANTS = RoleGrant.__table__  # type: ignore[attr-defined]
TAGS = Tag.__table__  # type: ignore[attr-defined]
GROUPS = Belongs.__table__  # type: ignore[attr-defined]
NAMELESS = "?"
SEEN_EVERY = dt.timedelta(hours=1)
# Built once: every message needs these, and building a statement costs more than running it.
SAME_PERSON = select(PEOPLE).where(
    PEOPLE.c.channel == bindparam("channel"), PEOPLE.c.platform_id == bindparam("platform_id")
)
SAME_ROOM = select(ROOMS).where(
    ROOMS.c.channel == bindparam("channel"), ROOMS.c.platform_id == bindparam("platform_id")
)
SAME_MEMBER = select(MEMBERS.c.id, MEMBERS.c.left_at).where(
    MEMBERS.c.room_id == bindparam("room"), MEMBERS.c.person_id == bindparam("person")
)

ROLES = select(GRANTS.c.role).where(GRANTS.c.person_id == bindparam("person"))


def meet(
    work: Work, channel: str, platform_id: str, name: str, now: dt.datetime, zone: str = "Asia/Shanghai"
) -> Person:
    """The person with this platform id, stored when new; the shown name and last visit are kept fresh."""
    name = shown(name)
    same = {"channel": channel, "platform_id": platform_id}
    found = work.connection.execute(SAME_PERSON, same).mappings().first()
    if found is None:
        row: dict[str, Any] = {
            "channel": channel,
            "platform_id": platform_id,
            "name": name or shown(platform_id) or NAMELESS,
            "first_seen": now,
            "last_seen": now,
            "zone": zone,
            "consented": False,
            "unsubscribed": False,
            "locked": False,
            "frozen_since": None,
            "quiet_until": None,
            "life": None,
            "wrote_at": None,
        }
        new_id = work.connection.execute(insert(PEOPLE).values(**row).returning(PEOPLE.c.id)).scalar_one()
        return Person(id=new_id, **row)
    person = Person(**found)
    if (name and name != person.name) or now - person.last_seen > SEEN_EVERY:
        change(work, found["id"], name=name or person.name, last_seen=now)
        person.name = name or person.name
    return person


def person(work: Work, person_id: int) -> Person | None:
    """The person with this id."""
    found = work.connection.execute(select(PEOPLE).where(PEOPLE.c.id == person_id)).mappings().first()
    return Person(**found) if found else None


def by_platform(work: Work, channel: str, platform_id: str) -> Person | None:
    """The person with this platform id, if we have met."""
    same = {"channel": channel, "platform_id": platform_id}
    found = work.connection.execute(SAME_PERSON, same).mappings().first()
    return Person(**found) if found else None


def people(work: Work, ids: Sequence[int]) -> dict[int, Person]:
    """People by id."""
    if not ids:
        return {}
    rows = work.connection.execute(select(PEOPLE).where(PEOPLE.c.id.in_(ids))).mappings()
    return {row["id"]: Person(**row) for row in rows}


def change(work: Work, person_id: int, **values: Any) -> None:
    """Set columns of a person."""
    work.connection.execute(update(PEOPLE).where(PEOPLE.c.id == person_id).values(**values))


def named(work: Work, name: str) -> list[Person]:
    """People whose shown name is, or else contains, these words. For staff to find somebody; never for rights."""
    everyone = everybody(work)  # names are sealed, so the database cannot look for them
    same = [one for one in everyone if one.name == name]
    return (same or [one for one in everyone if name.lower() in one.name.lower()])[:20]


def enter(work: Work, channel: str, platform_id: str, topic: str) -> Room:
    """The room with this platform id, stored when new; its topic is kept fresh."""
    topic = shown(topic)
    same = {"channel": channel, "platform_id": platform_id}
    found = work.connection.execute(SAME_ROOM, same).mappings().first()
    if found is None:
        row: dict[str, Any] = {
            "channel": channel,
            "platform_id": platform_id,
            "topic": topic,
            "is_staff": False,
            "settings": {},
        }
        new_id = work.connection.execute(insert(ROOMS).values(**row).returning(ROOMS.c.id)).scalar_one()
        return Room(id=new_id, **row)
    room = Room(**found)
    if topic and topic != room.topic:
        change_room(work, found["id"], topic=topic)
        room.topic = topic
    return room


def room(work: Work, room_id: int) -> Room | None:
    found = work.connection.execute(select(ROOMS).where(ROOMS.c.id == room_id)).mappings().first()
    return Room(**found) if found else None


def change_room(work: Work, room_id: int, **values: Any) -> None:
    """Set columns of a room."""
    work.connection.execute(update(ROOMS).where(ROOMS.c.id == room_id).values(**values))


def rooms_by_id(work: Work, ids: Sequence[int]) -> dict[int, Room]:
    """Rooms by id."""
    if not ids:
        return {}
    rows = work.connection.execute(select(ROOMS).where(ROOMS.c.id.in_(ids))).mappings()
    return {row["id"]: Room(**row) for row in rows}


def rooms(work: Work, staff: bool | None = None) -> list[Room]:
    """All rooms, or only staff rooms, or only the others."""
    wanted = select(ROOMS).order_by(ROOMS.c.id)
    if staff is not None:
        wanted = wanted.where(ROOMS.c.is_staff == staff)
    return [Room(**row) for row in work.connection.execute(wanted).mappings()]


def note_member(work: Work, room_id: int, person_id: int, now: dt.datetime, invited_by: int | None = None) -> bool:
    """The person is in the room; True when they were not before (first time or back again)."""
    found = work.connection.execute(SAME_MEMBER, {"room": room_id, "person": person_id}).first()
    if found is None:
        row = {"room_id": room_id, "person_id": person_id, "joined_at": now, "left_at": None, "invited_by": invited_by}
        work.connection.execute(insert(MEMBERS).values(**row))
        return True
    if found.left_at is None:
        return False
    back = update(MEMBERS).where(MEMBERS.c.id == found.id)
    work.connection.execute(back.values(joined_at=now, left_at=None, invited_by=invited_by))
    return True


def note_left(work: Work, room_id: int, person_id: int, now: dt.datetime) -> None:
    """The person has left the room."""
    gone = update(MEMBERS).where(MEMBERS.c.room_id == room_id, MEMBERS.c.person_id == person_id)
    work.connection.execute(gone.values(left_at=now))


def members(work: Work, room_id: int) -> list[Person]:
    """Who is in the room now."""
    wanted = select(PEOPLE).join(MEMBERS, MEMBERS.c.person_id == PEOPLE.c.id)
    wanted = wanted.where(MEMBERS.c.room_id == room_id, MEMBERS.c.left_at.is_(None)).order_by(PEOPLE.c.id)
    return [Person(**row) for row in work.connection.execute(wanted).mappings()]


def rooms_of(work: Work, person_id: int) -> list[Room]:
    """The rooms somebody is in now."""
    wanted = select(ROOMS).join(MEMBERS, MEMBERS.c.room_id == ROOMS.c.id)
    wanted = wanted.where(MEMBERS.c.person_id == person_id, MEMBERS.c.left_at.is_(None)).order_by(ROOMS.c.id)
    return [Room(**row) for row in work.connection.execute(wanted).mappings()]


def has_left(work: Work, person_id: int) -> bool:
    """Whether somebody was in rooms and is in none any more; who only ever wrote in private has not left."""
    wanted = select(MEMBERS.c.left_at).where(MEMBERS.c.person_id == person_id)
    seats = list(work.connection.execute(wanted).scalars())
    return bool(seats) and all(left is not None for left in seats)


def everybody(work: Work) -> list[Person]:
    return [Person(**row) for row in work.connection.execute(select(PEOPLE).order_by(PEOPLE.c.id)).mappings()]


def roles(work: Work, person_id: int) -> frozenset[str]:
    """Roles granted in chat."""
    return frozenset(work.connection.execute(ROLES, {"person": person_id}).scalars())


def with_role(work: Work, roles: Sequence[str]) -> list[Person]:
    """People who were granted one of these roles in chat, and of whom it is sure who they are."""
    wanted = select(PEOPLE).join(GRANTS, GRANTS.c.person_id == PEOPLE.c.id).where(GRANTS.c.role.in_(roles))
    wanted = wanted.where(PEOPLE.c.frozen_since.is_(None))
    return [Person(**row) for row in work.connection.execute(wanted.distinct()).mappings()]


def tags(work: Work, person_id: int) -> list[str]:
    wanted = select(TAGS.c.name).where(TAGS.c.person_id == person_id).order_by(TAGS.c.name)
    return list(work.connection.execute(wanted).scalars())


def tags_of(work: Work, person_ids: Collection[int]) -> dict[int, set[str]]:
    """Person → the tags that staff and rules gave them."""
    found: dict[int, set[str]] = {}
    wanted = select(TAGS.c.person_id, TAGS.c.name).where(TAGS.c.person_id.in_(person_ids))
    for person_id, name in work.connection.execute(wanted):
        found.setdefault(person_id, set()).add(name)
    return found


def topics_of(work: Work, person_ids: Collection[int]) -> dict[int, frozenset[str]]:
    """Person → the names of the rooms they are in."""
    found: dict[int, frozenset[str]] = {}
    wanted = select(MEMBERS.c.person_id, ROOMS.c.topic).join(ROOMS, ROOMS.c.id == MEMBERS.c.room_id)
    wanted = wanted.where(MEMBERS.c.person_id.in_(person_ids), MEMBERS.c.left_at.is_(None))
    for person_id, topic in work.connection.execute(wanted):
        found[person_id] = found.get(person_id, frozenset()) | {topic}
    return found


def after(work: Work, person_id: int, limit: int) -> list[Person]:
    """The next people by number."""
    wanted = select(PEOPLE).where(PEOPLE.c.id > person_id).order_by(PEOPLE.c.id).limit(limit)
    return [Person(**row) for row in work.connection.execute(wanted).mappings()]


def first_seen(work: Work) -> dict[int, dt.datetime]:
    """Person → when we first met."""
    return {one: seen for one, seen in work.connection.execute(select(PEOPLE.c.id, PEOPLE.c.first_seen))}


def newest(work: Work, limit: int) -> list[Person]:
    """Those who were here last come first."""
    wanted = select(PEOPLE).order_by(PEOPLE.c.last_seen.desc()).limit(limit)
    return [Person(**row) for row in work.connection.execute(wanted).mappings()]


def tagged(work: Work, tag: str) -> list[Person]:
    """Everybody with this tag, whether somebody or a playbook gave it."""
    by_hand = select(TAGS.c.person_id).where(TAGS.c.name == tag)
    by_playbook = select(GROUPS.c.person_id).where(GROUPS.c.kind == "tag", GROUPS.c.name == tag)
    wanted = select(PEOPLE).where(PEOPLE.c.id.in_(by_hand.union(by_playbook)))
    return [Person(**row) for row in work.connection.execute(wanted.order_by(PEOPLE.c.id)).mappings()]


def count(work: Work) -> int:
    return int(work.connection.execute(select(func.count()).select_from(PEOPLE)).scalar_one())


def freeze(work: Work, channel: str, but: Collection[str], now: dt.datetime) -> int:
    """Of nobody on this channel but these platform ids is it sure any more who they are; returns how many."""
    wanted = update(PEOPLE).where(PEOPLE.c.channel == channel, PEOPLE.c.platform_id.not_in(but))
    return work.connection.execute(wanted.values(frozen_since=now)).rowcount


def frozen(work: Work, channel: str | None = None) -> list[Person]:
    """Of whom it is not sure who they are."""
    wanted = select(PEOPLE).where(PEOPLE.c.frozen_since.is_not(None)).order_by(PEOPLE.c.last_seen.desc())
    if channel is not None:
        wanted = wanted.where(PEOPLE.c.channel == channel)
    return [Person(**row) for row in work.connection.execute(wanted).mappings()]


def unfreeze(work: Work, ids: Sequence[int]) -> None:
    """Staff have seen who these are."""
    work.connection.execute(update(PEOPLE).where(PEOPLE.c.id.in_(ids)).values(frozen_since=None))

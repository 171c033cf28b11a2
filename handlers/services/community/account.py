"""What is done with points: exchanging them, giving back, expiring once a year; the stars of the month."""

from __future__ import annotations

import datetime as dt
import secrets
from dataclasses import replace

from handlers.contract import Happened, Kind, Outgoing, Scene, stored, to_person, to_room
from handlers.services.care.days import at
from handlers.services.community import aliases, honours, points
from handlers.services.community.consents import held_back
from handlers.services.community.log import today
from handlers.services.staff.roles import everybody_on_staff
from playbooks.schema.reward import Item, Reward
from storage.queries import events, people, standing
from storage.queries import points as ledger
from storage.tables.people import Person
from storage.tables.standing import Redemption

SIGNS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Without those that look alike on paper."""
LENGTH = 6
BY = "points"
LATELY = dt.timedelta(days=3)
"""What a day brings is still done so long after it, when the process slept; keys keep it from being done twice."""


def why_not(scene: Scene, person_id: int, item: Item) -> str:
    """Why somebody cannot have an item: "cost", "level", "stock", or ""."""
    reward = scene.index.reward
    if reward is None:
        return "stock"
    if item.stock is not None and standing.taken(scene.work).get(item.item, 0) >= item.stock:
        return "stock"
    names = [level.name for level in reward.levels]
    mine = reward.level(ledger.grown(scene.work, person_id)).name
    if item.needs is not None and names.index(mine) < names.index(item.needs):
        return "level"
    return "cost" if ledger.total(scene.work, person_id) < item.cost else ""


def redeem(scene: Scene, person_id: int, item: Item) -> Redemption | None:
    """Exchange points for an item; None when it cannot be had."""
    if why_not(scene, person_id, item):
        return None
    code = _fresh(scene)
    if points.award(scene, person_id, -item.cost, f"redeemed:{code}", item.item, "spent") != -item.cost:
        return None
    return scene.work.add(Redemption(person_id=person_id, item=item.item, cost=item.cost, code=code, at=scene.now))


def _fresh(scene: Scene) -> str:
    while True:
        code = "".join(secrets.choice(SIGNS) for _ in range(LENGTH))
        if standing.by_code(scene.work, code) is None:
            return code


def settle(scene: Scene, row: Redemption, state: str, by: int) -> None:
    """It was handed over, or is given back with its points."""
    row.state, row.settled_at, row.settled_by = state, scene.now, by
    scene.work.add(row)
    if state == "returned":
        points.award(scene, row.person_id, row.cost, f"returned:{row.code}", row.item, "returned")


# -- once a day -----------------------------------------------------------------------------------


def begin_day(scene: Scene) -> tuple[list[Outgoing], list[Happened]]:
    """What the calendar brings: a warning before points expire, their end, the stars of the last month."""
    reward = scene.index.reward
    if reward is None:
        return [], []
    messages = _expire(scene, reward)
    return messages + (_stars(scene, reward) if today(scene).day <= LATELY.days else []), []


def _expire(scene: Scene, reward: Reward) -> list[Outgoing]:
    if reward.expiry is None:
        return []
    day = today(scene)
    end = dt.date.fromisoformat(f"{day.year}-{reward.expiry.on}")
    warned = end - dt.timedelta(days=reward.expiry.warn_days)
    if warned.year < end.year and day > end:  # the next end's warning falls into this year
        end = end.replace(year=day.year + 1)
        warned = end - dt.timedelta(days=reward.expiry.warn_days)
    if not (warned <= day < warned + LATELY or end <= day < end + LATELY):
        return []
    left = ledger.old(scene.work, at(dt.date(end.year, 1, 1), "00:00", scene.settings.community.zone))
    if day >= end:
        for person_id, amount in left.items():
            points.award(scene, person_id, -amount, f"expired:{end.year}:{person_id}", "年度清零", "expired")
        return []
    persons = people.people(scene.work, list(left))
    return [
        _to(
            scene,
            person,
            scene.words("points/expiring", name=person.name, amount=left[one], end=end),
            f"expiring:{end.year}",
        )
        for one, person in persons.items()
        if not held_back(person)
    ]


def _to(scene: Scene, person: Person, text: str, key: str) -> Outgoing:
    expires = scene.now + dt.timedelta(hours=12)
    key = f"{BY}:{key}:{person.id}"
    return to_person(stored(person.id), text, kind=Kind.PUSH, by=BY, key=key, expires=expires)


def _stars(scene: Scene, reward: Reward) -> list[Outgoing]:
    """Who did most last month; each is told in private with a certificate, rooms read only names that were chosen for that."""
    last = today(scene).replace(day=1) - dt.timedelta(days=1)
    staff = everybody_on_staff(scene)
    messages: list[Outgoing] = []
    told: dict[str, list[str]] = {}
    for star in reward.stars:
        done = events.sums(scene.work, (star.by,), last.replace(day=1), last)
        ranked = sorted(
            ((count, -one) for one, count in done.items() if count >= star.least and one not in staff), reverse=True
        )
        persons = people.people(scene.work, [-one for _, one in ranked[: star.top * 3]])
        chosen = [persons[-one] for _, one in ranked if -one in persons and not held_back(persons[-one])][: star.top]
        for person in chosen:
            if honours.give(scene, person.id, star.name, f"{star.name}:{last:%Y%m}:{person.id}"):
                messages.append(_star(scene, person, star.name, last, done[person.id]))
        told[star.name] = [alias for one in chosen if (alias := aliases.of(scene.work, one.id))]
    return messages + _in_rooms(scene, {name: those for name, those in told.items() if those}, last)


def _star(scene: Scene, person: Person, title: str, last: dt.date, count: int) -> Outgoing:
    text = scene.words("points/star", name=person.name, title=title, month=last.month, count=count)
    picture = honours.certificate(scene, title, person.name, f"{last.month} 月做了 {count} 次")
    return replace(_to(scene, person, text, f"star:{title}:{last:%Y%m}"), picture=picture)


def _in_rooms(scene: Scene, told: dict[str, list[str]], last: dt.date) -> list[Outgoing]:
    if not told:
        return []
    text = scene.words("points/stars_in_room", told=told, month=last.month)
    return [
        to_room(stored(room.id), text, kind=Kind.PUSH, by="activity:stars", key=f"stars:{last:%Y%m}:{room.id}")
        for room in people.rooms(scene.work, staff=False)
    ]

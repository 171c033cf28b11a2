"""Companions and teams: who goes along with whom, and what they hear of each other – that a day is done, and no more."""

from __future__ import annotations

import datetime as dt
import secrets
from dataclasses import dataclass

from handlers.contract import Context, Kind, Outgoing, Scene, to_person
from handlers.services.care import freezes, rounds
from handlers.services.care.check_ins import today
from handlers.services.care.days import at
from handlers.services.community import aliases
from handlers.services.community.consents import held_back
from playbooks.schema.challenge import Challenge
from storage.queries import care, people
from storage.queries import mates as rows
from storage.tables.care import Enrolment, Mate
from storage.tables.people import Person

INVITED = dt.timedelta(days=7)
"""So long an invitation waits."""
MOST = 20
"""People in a team."""
DIGITS = 6


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody who goes along: alias or "", days done, whether today is."""

    person: Person
    alias: str
    done: int
    today: bool


def open_invitation(ctx: Context, challenge: str) -> Mate:
    """The one that waits, or a new one."""
    waiting = [one for one in _invitations(ctx, challenge) if one.person_id == ctx.person_id]
    return waiting[-1] if waiting else place(ctx, ctx.person_id, challenge, fresh_code(ctx))


def _invitations(ctx: Context, challenge: str) -> list[Mate]:
    return rows.invitations(ctx.work, challenge, ctx.now - INVITED)


def fresh_code(scene: Scene) -> str:
    while rows.of_code(scene.work, code := f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"):
        pass
    return code


def place(scene: Scene, person_id: int, challenge: str, code: str, team: str | None = None) -> Mate:
    """Give somebody a place beside the others with this code; an invitation of their own that waits is void."""
    if team is None:
        for one in rows.of_person(scene.work, person_id):
            if one.challenge == challenge and one.team is None:
                leave(scene, one)
    row = Mate(person_id=person_id, challenge=challenge, code=code, team=team, joined_at=scene.now)
    return scene.work.add(row)


def invitation(ctx: Context, code: str) -> Mate | None:
    """Somebody else's invitation with this code."""
    held = rows.of_code(ctx.work, code)
    fits = len(held) == 1 and held[0].team is None and ctx.now - held[0].joined_at <= INVITED
    return held[0] if fits and held[0].person_id != ctx.person_id else None


def invited_by(ctx: Context, name: str, challenge: str) -> list[Mate]:
    """The invitations to a challenge of people who are shown by this name, or have it as their alias."""
    waiting = [one for one in _invitations(ctx, challenge) if one.person_id != ctx.person_id]
    persons, known = people.people(ctx.work, [one.person_id for one in waiting]), aliases.all_of(ctx.work)
    return [one for one in waiting if name in (persons[one.person_id].name, known.get(one.person_id))]


def pair_of(scene: Scene, person_id: int, challenge: str) -> Mate | None:
    """Somebody's place in a pair, once there are two."""
    held = [one for one in rows.of_person(scene.work, person_id) if one.challenge == challenge and one.team is None]
    return next((one for one in held if len(rows.of_code(scene.work, one.code)) > 1), None)


def running(scene: Scene, person_id: int, challenge: str) -> Enrolment | None:
    return next((one for one in care.running(scene.work, person_id, "challenge") if one.playbook == challenge), None)


def _latest(scene: Scene, mate: Mate) -> Enrolment | None:
    """The round of one's own that counts: who has finished earlier than others still belongs to the team."""
    begun = care.enrolments(scene.work, mate.person_id, "challenge", mate.challenge)
    return next((one for one in reversed(begun) if one.state != "left"), None)


def members(scene: Scene, code: str) -> list[Member]:
    """Who is with them still, with what each has done in the latest round."""
    found = []
    known = aliases.all_of(scene.work)
    held = rows.of_code(scene.work, code)
    persons = people.people(scene.work, [one.person_id for one in held])
    for row in held:
        challenge = scene.index.library.challenges.get(row.challenge)
        enrolment, person = _latest(scene, row), persons.get(row.person_id)
        if challenge is None or enrolment is None or person is None or not person.consented:
            continue
        done = rounds.of(scene, challenge, enrolment, person).done
        found.append(Member(person, known.get(person.id, ""), len(done), today(scene, person.zone) in done))
    return found


def after_deed(ctx: Context, challenge: Challenge, enrolment: Enrolment) -> list[Outgoing]:
    """One's day is done: the companion hears of it once a day, in private, unless they had better be left in peace."""
    pair = pair_of(ctx, ctx.person_id, challenge.id)
    day, alias = today(ctx, ctx.person.zone), aliases.of(ctx.work, ctx.person_id) if pair else ""
    return [
        to_person(
            other.person.id,
            ctx.words("challenge/mate_done", alias=alias, title=challenge.title, both=other.today),
            kind=Kind.PUSH,
            by=f"challenge:{challenge.id}:companion",
            key=f"companion:{enrolment.id}:{day}",
            expires=at(day, "23:59", other.person.zone),
            about=ctx.person_id,
        )
        for other in (members(ctx, pair.code) if pair else ())
        if other.person.id != ctx.person_id and not held_back(other.person) and not freezes.now(ctx, other.person)
    ]


def leave(scene: Scene, mate: Mate) -> list[int]:
    """Give up a place; returns who stays behind."""
    mate.left_at = scene.now
    scene.work.add(mate)
    return [one.person_id for one in rows.of_code(scene.work, mate.code) if one.id != mate.id]

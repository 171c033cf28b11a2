"""组队 21天护眼 晨光队, 加入 晨光队, 我的队: days done add up, and nothing else is seen of anybody."""

from __future__ import annotations

import re
from dataclasses import replace

from handlers import challenge as challenges
from handlers.companion import one_of_mine
from handlers.contract import Context, Handled, Handler, Happened, Incoming, What, privately
from handlers.matching import keyword, said
from handlers.services.care import freezes, mates
from handlers.services.community import aliases
from playbooks.schema.challenge import Challenge
from storage.queries import mates as rows
from storage.tables.care import Mate

FOUND = re.compile(r"(?:我?(?:要|想))?(?:组队|建队|组个队|建个队)(?P<rest>.{0,40})")
JOIN = re.compile(r"(?:我?(?:要|想))?(?:加入|参加|进)\s*(?P<name>\S{2,12})")
LEAVE = re.compile(r"(?:我?(?:要|想))?(?:退出|离开)\s*(?P<name>\S{2,12})")


def found_match(ctx: Context, msg: Incoming) -> str | None:
    found = FOUND.fullmatch(said(msg)) if msg.what is What.TEXT and msg.addressed else None
    return found["rest"] if found else None


def found_one(ctx: Context, msg: Incoming, rest: str) -> Handled:
    """A new team; its name is seen by others and is judged like an alias."""
    challenge, name = _parted(ctx, rest)
    resting = freezes.now(ctx, ctx.person)
    if challenge is None or not name or resting:
        return _said(msg, ctx.words("challenge/team_how", resting=resting))
    if (mine := _mine(ctx, challenge.id)) is not None:
        return _said(msg, ctx.words("challenge/team_already", team=mine.team))
    why = aliases.wrong(ctx, name) or ("taken" if name in rows.teams(ctx.work) else None)
    if why is not None:
        return _said(msg, ctx.words("challenge/alias_wrong", why=why, team=True))
    handled = _on(ctx, msg, challenge)
    mates.place(ctx, ctx.person_id, challenge.id, mates.fresh_code(ctx), name)
    text = ctx.words("challenge/team_made", team=name, title=challenge.title)
    happened = Happened("team_joined", {"challenge": challenge.id}, ctx.person_id)
    return replace(
        handled,
        replies=(*handled.replies, privately(msg, text, by="challenge")),
        events=(*handled.events, happened),
    )


def _parted(ctx: Context, rest: str) -> tuple[Challenge | None, str]:
    """(challenge, name of the team): the challenge by its longest name at the beginning, or the one that one is on."""
    rest = rest.strip(" 　,，:：")
    names = [(name, one) for one in ctx.index.library.challenges.values() for name in one.join if rest.startswith(name)]
    if names:
        name, challenge = max(names, key=lambda pair: len(pair[0]))
        return challenge, rest[len(name) :].strip(" 　,，:：")
    return one_of_mine(ctx, ""), rest


def join_match(ctx: Context, msg: Incoming) -> Mate | None:
    """A team of this very name; also in a room, like joining a challenge."""
    found = JOIN.fullmatch(said(msg)) if msg.what is What.TEXT else None
    code = rows.teams(ctx.work).get(found["name"]) if found else None
    return rows.of_code(ctx.work, code)[0] if code else None


def join(ctx: Context, msg: Incoming, founder: Mate) -> Handled:
    challenge = ctx.index.library.challenges.get(founder.challenge)
    mine = _mine(ctx, founder.challenge)
    if mine is not None:
        return _said(msg, ctx.words("challenge/team_already", team=mine.team))
    if challenge is None or freezes.now(ctx, ctx.person):
        return _said(msg, ctx.words("challenge/team_how", resting=challenge is not None))
    if len(rows.of_code(ctx.work, founder.code)) >= mates.MOST:
        return _said(msg, ctx.words("challenge/team_full", team=founder.team, most=mates.MOST))
    handled = _on(ctx, msg, challenge)
    mates.place(ctx, ctx.person_id, challenge.id, founder.code, founder.team)
    count = len(rows.of_code(ctx.work, founder.code))
    text = ctx.words("challenge/team_joined", team=founder.team, title=challenge.title, count=count)
    happened = Happened("team_joined", {"challenge": challenge.id}, ctx.person_id, msg.room_id)
    return replace(
        handled,
        replies=(*handled.replies, privately(msg, text, by="challenge")),
        events=(*handled.events, happened),
    )


def leave_match(ctx: Context, msg: Incoming) -> Mate | None:
    found = LEAVE.fullmatch(said(msg)) if msg.what is What.TEXT and msg.addressed else None
    mine = rows.of_person(ctx.work, ctx.person_id) if found else []
    return next((one for one in mine if found and one.team == found["name"]), None)


def leave(ctx: Context, msg: Incoming, mate: Mate) -> Handled:
    mates.leave(ctx, mate)
    return _said(msg, ctx.words("challenge/team_left", team=mate.team))


def show(ctx: Context, msg: Incoming, matched: str) -> Handled:
    """Companions and teams of one's own: who has chosen an alias stands there by it."""
    groups = []
    for one in rows.of_person(ctx.work, ctx.person_id):
        challenge, members = ctx.index.library.challenges.get(one.challenge), mates.members(ctx, one.code)
        if challenge is not None and (one.team is not None or len(members) > 1):
            groups.append((one.team, challenge, [each for each in members if each.person.id != ctx.person_id], members))
    return Handled("challenge", (privately(msg, ctx.words("challenge/mates", groups=groups), by="challenge"),))


def _mine(ctx: Context, challenge: str) -> Mate | None:
    held = rows.of_person(ctx.work, ctx.person_id)
    return next((one for one in held if one.challenge == challenge and one.team is not None), None)


def _on(ctx: Context, msg: Incoming, challenge: Challenge) -> Handled:
    if mates.running(ctx, ctx.person_id, challenge.id) is not None:
        return Handled("challenge")
    return challenges.join(ctx, msg, challenge)


def _said(msg: Incoming, text: str) -> Handled:
    return Handled("challenge", (privately(msg, text, by="challenge"),))


FOUND_ONE = Handler("challenge", found_match, found_one, needs_consent=True)
JOIN_ONE = Handler("challenge", join_match, join, needs_consent=True)
LEAVE_ONE = Handler("challenge", leave_match, leave, own=True)
MINE = Handler("challenge", keyword("我的队", "我的队伍", "我的小队", "我的同伴"), show, own=True)

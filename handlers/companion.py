"""邀请同伴, 一起 482913, 和张姐一起 21天护眼: two go along on a challenge when both have said so."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, replace
from typing import Any

from handlers import challenge as challenges
from handlers.contract import Context, Handled, Handler, Happened, Incoming, Outgoing, What, privately, to_person
from handlers.matching import said
from handlers.services.care import freezes, mates
from handlers.services.care.challenges import called
from handlers.services.community import aliases
from playbooks.schema.challenge import Challenge
from storage.queries import care, questions
from storage.queries import mates as rows
from storage.tables.care import Mate

KIND, PLACE = "companion", -21
"""A place of its own: what the bot asked before stays open."""
WAITS = dt.timedelta(days=3)
INVITE = re.compile(
    r"(?:我|怎么|如何|能不能|可以|能|要|想){0,3}(?:(?:邀请|找|叫|拉)(?:一?个|一位)?(?:同伴|伙伴|搭子|伴儿?)|邀请(?:一?个|一位)?(?:朋友|人|病友|家人)"
    r"|[找叫拉](?:一?个|一位)?(?:朋友|人|病友)(?=一起))(?:一起|一块儿?)?(?:打卡|参加|做|来)?(?P<rest>.{0,20})"
)
CODE = re.compile(rf"(?:一起|同伴|口令|结伴)[\s:：]{{0,3}}(?P<code>\d{{{mates.DIGITS}}})")
WITH = re.compile(
    r"(?:我|要|想){0,3}[和跟同](?P<name>.{1,20}?)(?:一起|结伴|搭伴)(?:参加|打卡|报名|做|来|加入)?(?P<rest>.{0,20})"
)
ACCEPT = frozenset({"好的一起", "好一起", "一起", "同意一起", "愿意", "我愿意", "愿意一起"})
LEAVE = frozenset({"不结伴了", "退出结伴", "解除同伴", "不要同伴了", "取消同伴", "不想结伴了"})
MARKS = re.compile(r"[\s,，。]")


@dataclass(frozen=True, slots=True)
class Named:
    """Somebody one would like to go along with, on which challenge."""

    name: str
    challenge: Challenge


def invite_match(ctx: Context, msg: Incoming) -> str | None:
    found = INVITE.fullmatch(said(msg)) if msg.what is What.TEXT and msg.addressed else None
    return found["rest"] if found else None


def invite(ctx: Context, msg: Incoming, rest: str) -> Handled:
    """The words to send on, with a code that is good for one."""
    challenge, resting = one_of_mine(ctx, rest), freezes.now(ctx, ctx.person)
    if challenge is None or resting:
        return _said(msg, ctx.words("challenge/mate_not_now", resting=resting))
    if mates.pair_of(ctx, ctx.person_id, challenge.id) is not None:
        return _said(msg, ctx.words("challenge/mate_already", title=challenge.title))
    code = mates.open_invitation(ctx, challenge.id).code
    values = {"name": ctx.person.name, "day": 1, "done": 0, "days": challenge.days, "begins": "今天"}
    own = ctx.words.inline(challenge.invite, **values) if challenge.invite else ""
    bot = ctx.settings.community.bot_name
    text = ctx.words("challenge/invite", own=own, title=challenge.title, code=code, bot=bot, days=mates.INVITED.days)
    return _said(msg, text, Happened("companion_invited", {"challenge": challenge.id}, ctx.person_id))


def one_of_mine(ctx: Context, text: str) -> Challenge | None:
    """The challenge that is named, if the writer is on it; without a name the latest that they are on."""
    library = ctx.index.library.challenges
    known = [
        library[one.playbook] for one in care.running(ctx.work, ctx.person_id, "challenge") if one.playbook in library
    ]
    named = called(ctx, text)
    return next((one for one in reversed(known) if named in (None, one)), None)


def coded_match(ctx: Context, msg: Incoming) -> str | None:
    found = CODE.fullmatch(said(msg)) if msg.what is What.TEXT and msg.addressed else None
    return found["code"] if found else None


def coded(ctx: Context, msg: Incoming, code: str) -> Handled:
    """Who has the code was sent it: on the challenge, and companions at once."""
    invitation = mates.invitation(ctx, code)
    challenge = ctx.index.library.challenges.get(invitation.challenge) if invitation else None
    if invitation is None or challenge is None:
        return _said(msg, ctx.words("challenge/mate_unknown", name=""))
    if freezes.now(ctx, ctx.person):
        return _said(msg, ctx.words("challenge/mate_not_now", resting=True))
    if mates.pair_of(ctx, ctx.person_id, challenge.id) is not None:
        return _said(msg, ctx.words("challenge/mate_already", title=challenge.title))
    handled = _joined(ctx, msg, challenge)
    return replace(handled, replies=(*handled.replies, *_paired(ctx, challenge, invitation, ctx.person_id)))


def named_match(ctx: Context, msg: Incoming) -> Named | None:
    found = WITH.fullmatch(said(msg)) if msg.what is What.TEXT and msg.addressed else None
    challenge = called(ctx, found["rest"]) if found else None
    return Named(found["name"].strip("@＠ "), challenge) if found and challenge else None


def named(ctx: Context, msg: Incoming, wanted: Named) -> Handled:
    """On the challenge now; companions when the other, who has an invitation open, agrees to this very person."""
    handled = _joined(ctx, msg, wanted.challenge)
    found = mates.invited_by(ctx, wanted.name, wanted.challenge.id)
    if len(found) != 1 or mates.pair_of(ctx, ctx.person_id, wanted.challenge.id) or freezes.now(ctx, ctx.person):
        words = ctx.words("challenge/mate_unknown", name=wanted.name)
        return replace(handled, replies=(*handled.replies, privately(msg, words, by="challenge")))
    other = found[0].person_id
    questions.ask(ctx.work, other, PLACE, KIND, {"person": ctx.person_id, "code": found[0].code}, ctx.now + WAITS)
    text = ctx.words("challenge/mate_asks", name=ctx.person.name, title=wanted.challenge.title)
    asked = privately(msg, ctx.words("challenge/mate_asked", name=wanted.name), by="challenge")
    return replace(
        handled, replies=(*handled.replies, asked, to_person(other, text, by="challenge", about=ctx.person_id))
    )


def _joined(ctx: Context, msg: Incoming, challenge: Challenge) -> Handled:
    """With the challenge's own words, for who is not on it yet."""
    if mates.running(ctx, ctx.person_id, challenge.id) is not None:
        return Handled("challenge")
    return challenges.join(ctx, msg, challenge)


def _paired(ctx: Context, challenge: Challenge, invitation: Mate, other: int) -> list[Outgoing]:
    """The other has the free place; each is told, by alias."""
    mates.place(ctx, other, challenge.id, invitation.code)
    known = aliases.all_of(ctx.work)
    return [
        to_person(
            who, ctx.words("challenge/mate_met", title=challenge.title, alias=known.get(beside, "")), by="challenge"
        )
        for who, beside in ((invitation.person_id, other), (other, invitation.person_id))
    ]


def accept_match(ctx: Context, msg: Incoming) -> dict[str, Any] | None:
    if msg.what is not What.TEXT or not msg.private or MARKS.sub("", said(msg)) not in ACCEPT:
        return None
    asked = ctx.question(PLACE)
    return asked[1] if asked is not None and asked[0] == KIND else None


def accept(ctx: Context, msg: Incoming, data: dict[str, Any]) -> Handled:
    """The one with the invitation agrees to whoever asked by name."""
    questions.close(ctx.work, ctx.person_id, PLACE)
    held, other = rows.of_code(ctx.work, data["code"]), data["person"]
    challenge = ctx.index.library.challenges.get(held[0].challenge) if len(held) == 1 else None
    if challenge is None or mates.running(ctx, other, challenge.id) is None or mates.pair_of(ctx, other, challenge.id):
        return _said(msg, ctx.words("challenge/mate_unknown", name=""))
    return Handled("challenge", tuple(_paired(ctx, challenge, held[0], other)))


def leave_match(ctx: Context, msg: Incoming) -> list[Mate] | None:
    if msg.what is not What.TEXT or not msg.addressed or said(msg) not in LEAVE:
        return None
    return [one for one in rows.of_person(ctx.work, ctx.person_id) if one.team is None] or None


def leave(ctx: Context, msg: Incoming, found: list[Mate]) -> Handled:
    """At once, and without a word against either."""
    behind = [who for one in found for who in mates.leave(ctx, one)]
    told = [to_person(who, ctx.words("challenge/mate_left", self=False), by="challenge") for who in behind]
    return Handled("challenge", (privately(msg, ctx.words("challenge/mate_left", self=True), by="challenge"), *told))


def _said(msg: Incoming, text: str, *events: Happened) -> Handled:
    return Handled("challenge", (privately(msg, text, by="challenge"),), events)


INVITE_ONE = Handler("challenge", invite_match, invite, needs_consent=True)
BY_CODE = Handler("challenge", coded_match, coded, needs_consent=True)
BY_NAME = Handler("challenge", named_match, named, needs_consent=True)
AGREE = Handler("challenge", accept_match, accept, needs_consent=True)
PART = Handler("challenge", leave_match, leave, own=True)

"""Joining and leaving a challenge."""

from __future__ import annotations

import re

from handlers.contract import Context, Handled, Handler, Happened, Incoming, What, privately, to_room
from handlers.matching import said
from handlers.services.care import challenges, origins, ranking, reach
from handlers.services.care.check_ins import today
from handlers.services.care.days import spoken_date
from playbooks.schema.challenge import Challenge
from storage.queries import care

JOIN_WORDS = re.compile(r"^(?:我要|我想|想|我)?(?:参加|报名|加入|参与)(?!.{0,30}(?:吗|么|怎么|如何|\?|？)$)")
LEAVE_WORDS = re.compile(r"^(?:我要|我想|想|我)?(?:退出|不参加|放弃)")


def join_match(ctx: Context, msg: Incoming) -> Challenge | None:
    """参加 and the challenge's name; in a room also without a mention of the bot."""
    if msg.what is not What.TEXT or not JOIN_WORDS.match(said(msg)):
        return None
    return challenges.called(ctx, said(msg))


def join(ctx: Context, msg: Incoming, challenge: Challenge) -> Handled:
    if challenges.join(ctx, challenge) is None:
        text = ctx.words("challenge/already", title=challenge.title)
        return Handled("challenge", (privately(msg, text, by="challenge"),))
    begins = spoken_date(challenges.begins(ctx, challenge), today(ctx, ctx.person.zone))
    joined = ctx.words.inline(
        challenge.words.joined, name=ctx.person.name, day=1, done=0, days=challenge.days, begins=begins
    )
    joined = "\n".join(filter(None, (joined, reach.honest(ctx, ctx.person))))
    replies = [privately(msg, joined, by="challenge")]
    if msg.room_id is not None and challenge.show_others != "nobody":
        ranking.plan_summary(ctx, challenge, msg.room_id)
        count = len(care.on_challenge(ctx.work, challenge.id))
        line = ctx.words("challenge/joined_in_room", title=challenge.title, count=count)
        replies.append(to_room(msg.room_id, line, mentions=(ctx.person_id,), by="challenge"))
    happened = Happened("challenge_joined", {"challenge": challenge.id}, ctx.person_id, msg.room_id)
    return Handled("challenge", tuple(replies), (happened,))


def leave_match(ctx: Context, msg: Incoming) -> Challenge | None:
    if msg.what is not What.TEXT or not msg.addressed or not LEAVE_WORDS.match(said(msg)):
        return None
    return challenges.called(ctx, said(msg))


def leave(ctx: Context, msg: Incoming, challenge: Challenge) -> Handled | None:
    if not origins.end(ctx, ctx.person_id, "challenge", challenge.id):
        return None
    text = ctx.words("challenge/left", title=challenge.title)
    happened = Happened("challenge_left", {"challenge": challenge.id}, ctx.person_id)
    return Handled("challenge", (privately(msg, text, by="challenge"),), (happened,))


JOIN = Handler("challenge", join_match, join, needs_consent=True)
LEAVE = Handler("challenge", leave_match, leave, own=True)

"""All staff commands, in the order in which #帮助 lists them."""

from __future__ import annotations

from handlers.admin import (
    advice,
    alerts,
    bookings,
    broadcast,
    cases,
    challenges,
    content,
    figures,
    gaps,
    grouping,
    handover,
    identity,
    leaving,
    members,
    moderation,
    plans,
    portrait,
    reach,
    recall,
    review,
    roomkinds,
    staff,
    statistics,
    thanks,
    trials,
)
from handlers.admin.grammar import EVERYBODY, Command, said
from handlers.contract import Context, Handled, Incoming


def show_help(ctx: Context, msg: Incoming, rest: str) -> Handled:
    """The commands that this person may use; with a verb, that one's."""
    mine = [one for one in COMMANDS if one.roles & ctx.roles]
    wanted = rest.lstrip("#＃ ")
    chosen = [one for one in mine if wanted in (one.name, *one.also)] or mine
    return said(ctx, msg, "admin/help", commands=chosen)


COMMANDS: tuple[Command, ...] = (
    Command("帮助", EVERYBODY, "#帮助 群发", "看全部命令，或某一条的写法", show_help),
    *members.COMMANDS,
    *portrait.COMMANDS,
    *grouping.COMMANDS,
    *roomkinds.COMMANDS,
    *advice.COMMANDS,
    *leaving.COMMANDS,
    *thanks.COMMANDS,
    *identity.COMMANDS,
    *moderation.COMMANDS,
    *broadcast.COMMANDS,
    *challenges.COMMANDS,
    *plans.COMMANDS,
    *bookings.COMMANDS,
    *statistics.COMMANDS,
    *figures.COMMANDS,
    *trials.COMMANDS,
    *cases.COMMANDS,
    *gaps.COMMANDS,
    *alerts.COMMANDS,
    *handover.COMMANDS,
    *reach.COMMANDS,
    *review.COMMANDS,
    *recall.COMMANDS,
    *content.COMMANDS,
    *staff.COMMANDS,
)

BY_NAME: dict[str, Command] = {name: one for one in COMMANDS for name in (one.name, *one.also)}

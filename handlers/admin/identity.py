"""#核对: after another account of ours was logged in, staff say who is who they were."""

from __future__ import annotations

from handlers.admin.grammar import CARERS, Command, person_meant, said, which
from handlers.contract import Context, Handled, Incoming, stored
from handlers.services.staff import identity
from storage.queries import people

MOST = 20
USAGE = "#核对 张姐"
EVERYBODY = ("全部", "所有人")


def verify(ctx: Context, msg: Incoming, rest: str) -> Handled:
    """One person, or – by the owner, who knows that no id has changed – everybody; without a name, who waits for it."""
    waiting = people.frozen(ctx.work)
    if not rest or not waiting:
        rows = [(stored(one.id), one.name) for one in waiting[:MOST]]
        return said(ctx, msg, "admin/unverified", rows=rows, count=len(waiting))
    named = waiting if rest in EVERYBODY else person_meant(ctx, msg, rest)[0]
    meant = [one for one in named if one.frozen_since is not None] or named  # who came back under a new id needs none
    if rest not in EVERYBODY and len(meant) != 1:
        return which(ctx, msg, meant, USAGE)
    if "owner" not in ctx.roles and (rest in EVERYBODY or people.roles(ctx.work, stored(meant[0].id))):
        return said(ctx, msg, "admin/verify_owner", everybody=rest in EVERYBODY)
    unsure = [one for one in meant if one.frozen_since is not None]
    held, events = identity.verify(ctx, unsure, ctx.person_id)
    names = [one.name for one in meant[:MOST]]
    handled = said(ctx, msg, "admin/verified", names=names, count=len(events), held=held)
    return Handled(handled.by, handled.replies, events)


COMMANDS = (Command("核对", CARERS, USAGE, "换号登录后，确认是本人，恢复他的记录和提醒", verify),)

"""A photo with a deed, or just after it, ticks the deed where a challenge asks for one. Only that there was one is kept."""

from __future__ import annotations

from handlers.contract import Context, Handled, Handler, Incoming, What, privately
from handlers.services.care import deeds
from storage.queries import care
from storage.tables.care import CheckIn

CAPTION = 10
"""Characters beside a picture; whoever writes more asks or tells something."""


def match(ctx: Context, msg: Incoming) -> CheckIn | None:
    """A bare picture soon after a deed that waits for one; in a room too, where nobody mentions the bot with a picture."""
    if msg.what is not What.IMAGE or len(msg.text) > CAPTION:
        return None
    library = ctx.index.library.challenges
    running = [library.get(one.playbook) for one in care.running(ctx.work, ctx.person_id, "challenge")]
    asking = {one.measure for one in running if one is not None and one.proof}
    rows = care.check_ins_since(ctx.work, ctx.person_id, ctx.now - deeds.PHOTO_WITHIN) if asking else []
    return next((one for one in reversed(rows) if one.measure in asking and not one.has_photo), None)


def act(ctx: Context, msg: Incoming, check_in: CheckIn) -> Handled:
    check_in.has_photo = True
    ctx.work.add(check_in)
    lines, more, events = deeds.after_check_in(ctx, [(check_in.measure, check_in.day)])
    text = ctx.words("challenge/photo", lines=lines)
    return Handled("challenge", (privately(msg, text, by="challenge"), *more), tuple(events))


PHOTO = Handler("challenge", match, act, needs_consent=True)

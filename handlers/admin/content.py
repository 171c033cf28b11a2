"""#重载: read the playbooks anew."""

from __future__ import annotations

from handlers.admin.grammar import Command, answer
from handlers.contract import Context, Handled, Incoming
from handlers.services.knowledge import recalls, reviews


def reload(ctx: Context, msg: Incoming, rest: str) -> Handled:
    """Swap in the playbooks as they are on disk now; on any error the last good version stays."""
    found, ctx.index = ctx.process.reload(ctx.work)
    text = reviews.reload_text(ctx, found)
    told = reviews.tell_others(ctx, ctx.words("review/files", text=text), msg.room_id) if found.changes else []
    return Handled("admin", (answer(ctx, msg, text), *told, *recalls.offer_to_staff(ctx)))


ROLES = frozenset({"owner", "manager", "clinician", "expert"})
COMMANDS = (Command("重载", ROLES, "#重载", "改过内容文件后，让新内容生效", reload),)

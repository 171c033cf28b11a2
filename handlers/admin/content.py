"""#重载: have the playbooks read anew."""

from __future__ import annotations

from handlers.admin.grammar import Command, said
from handlers.contract import Context, Handled, Incoming


def reload(ctx: Context, msg: Incoming, rest: str) -> Handled:
    """Ask for it and say so: reading takes seconds, and nobody waits for it here."""
    in_staff_room = ctx.room is not None and ctx.room.is_staff
    ctx.process.reload(ctx.person_id, msg.room_id if in_staff_room else None)
    return said(ctx, msg, "admin/reloading")


ROLES = frozenset({"owner", "manager", "clinician", "expert"})
COMMANDS = (Command("重载", ROLES, "#重载", "改过内容文件后，让新内容生效", reload),)

"""#重载: read the playbooks anew."""

from __future__ import annotations

from handlers.admin.grammar import Command, said
from handlers.contract import Context, Handled, Incoming

MOST = 10


def reload(ctx: Context, msg: Incoming, rest: str) -> Handled:
    """Swap in the playbooks as they are on disk now; on any error the last good version stays."""
    found = ctx.process.reload()
    return said(
        ctx, msg, "admin/reloaded", entries=found.entries, problems=found.problems[:MOST], total=len(found.problems)
    )


ROLES = frozenset({"owner", "manager", "clinician", "expert"})
COMMANDS = (Command("重载", ROLES, "#重载", "改过内容文件后，让新内容生效", reload),)

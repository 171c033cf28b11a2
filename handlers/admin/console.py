"""Takes staff commands: right by platform id, every use in the audit, unknown ones answered with the nearest."""

from __future__ import annotations

from handlers.admin import broadcast
from handlers.admin.commands import BY_NAME
from handlers.admin.grammar import answer, nearest, parse
from handlers.contract import Context, Handled, Handler, Incoming, What, privately
from storage.tables.staff import Audit

Written = tuple[str, str]


def match(ctx: Context, msg: Incoming) -> Written | None:
    """`#动词 …`; from somebody without a role only when it is one of the staff verbs."""
    if msg.what is not What.TEXT:
        return None
    written = parse(msg.text)
    if written is None or (written[0] not in BY_NAME and not ctx.roles):
        return None
    return written


def act(ctx: Context, msg: Incoming, written: Written) -> Handled:
    verb, rest = written
    command = BY_NAME.get(verb)
    if not ctx.roles:
        _audit(ctx, msg, written, "refused")
        return Handled("admin", () if msg.room_id else (privately(msg, ctx.words("chat/hint"), by="admin"),))
    if command is None:
        _audit(ctx, msg, written, "unknown")
        mine = [name for name, one in BY_NAME.items() if one.roles & ctx.roles]
        text = ctx.words("admin/unknown", verb=verb, nearest=nearest(verb, mine))
        return Handled("admin", (answer(ctx, msg, text),))
    if not command.roles & ctx.roles:
        _audit(ctx, msg, written, "refused")
        return Handled("admin", (answer(ctx, msg, ctx.words("admin/not_yours", verb=command.name)),))
    _audit(ctx, msg, written, "done")
    return command.run(ctx, msg, rest)


def _audit(ctx: Context, msg: Incoming, written: Written, result: str) -> None:
    verb, rest = written
    row = Audit(
        at=ctx.now, person_id=ctx.person_id, room_id=msg.room_id, command=verb[:40], arguments=rest, result=result
    )
    ctx.work.add(row)


COMMAND = Handler("admin", match, act)
CONFIRM = Handler("admin", broadcast.confirm_match, broadcast.confirm)

"""Takes staff commands: right by platform id, every use in the audit, unknown ones answered with the nearest."""

from __future__ import annotations

from handlers.admin import broadcast, moderation, recall, review
from handlers.admin.commands import BY_NAME
from handlers.admin.grammar import Command, answer, audited, nearest, parse
from handlers.contract import Context, Handled, Handler, Incoming, What, privately
from handlers.services.knowledge.reviews import REVIEWERS
from handlers.services.staff.roles import tell_staff
from storage.queries import reviews

Written = tuple[str, str]
LOOKS = {"portrait_viewed", "case_viewed", "sheet_seen"}
"""Events of a look at somebody's data: the audit says whose, and they are told in their export."""


def match(ctx: Context, msg: Incoming) -> Written | None:
    """`#动词 …`; from somebody without a role only when it is one of the staff verbs."""
    if msg.what is not What.TEXT:
        return None
    written = parse(msg.said, frozenset(BY_NAME))
    if written is None or (written[0] not in BY_NAME and not ctx.roles):
        return None
    return written


def act(ctx: Context, msg: Incoming, written: Written) -> Handled:
    verb = written[0]
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
    return _run(ctx, msg, written, command)


def _run(ctx: Context, msg: Incoming, written: Written, command: Command) -> Handled:
    """An error in a command undoes it, is in the audit, and is told to staff."""
    outer = ctx.work
    try:
        with outer.savepoint() as inner:
            ctx.work = inner
            handled = command.run(ctx, msg, written[1])
            if command not in review.COMMANDS and ctx.roles & REVIEWERS:
                reviews.show_list(inner, ctx.person_id, [])  # another list may be before them now
    except Exception as error:
        ctx.work = outer
        ctx.index = ctx.process.serve(outer)  # the command may have changed what is served, and is undone
        _audit(ctx, msg, written, "failed")
        text = ctx.words("admin/failed", verb=command.name, error=type(error).__name__, name=ctx.person.name)
        return Handled("admin", (answer(ctx, msg, text, private=True), *tell_staff(ctx, text, "admin")))
    ctx.work = outer
    _audit(ctx, msg, written, "done", next((one.person_id for one in handled.events if one.name in LOOKS), None))
    return handled


def _audit(ctx: Context, msg: Incoming, written: Written, result: str, about: int | None = None) -> None:
    """Who used which command when. What is no command may be a sentence, and is sealed."""
    verb, rest = written
    known = BY_NAME.get(verb)
    audited(ctx, msg, known.name if known else "", rest if known else f"{verb} {rest}", result, about)


COMMAND = Handler("admin", match, act)
CONFIRM = Handler("admin", broadcast.confirm_match, broadcast.confirm)
CORRECTION = Handler("admin", recall.answer_match, recall.answered)
DECISION = Handler("admin", moderation.answer_match, moderation.answered)

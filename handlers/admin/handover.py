"""#交班 #兑现: what waits for the next shift, and promises kept."""

from __future__ import annotations

import re

from handlers.admin.grammar import CARERS, EVERYBODY, Command, numbered, said
from handlers.contract import Context, Handled, Happened, Incoming, stored
from handlers.services.knowledge import cases
from handlers.services.staff import handover as service
from handlers.services.staff import promises
from storage.queries import cases as rows
from storage.queries import staff

MISTAKEN = re.compile(r"误|不是|不算|取消")


def handover(ctx: Context, msg: Incoming, rest: str) -> Handled:
    """Everything that waits, the most urgent first."""
    return said(ctx, msg, "staff/handover", sections=service.sections(ctx), most=service.MOST)


def keep(ctx: Context, msg: Incoming, rest: str) -> Handled:
    """`#兑现 3`: kept; `#兑现 3 误记`: it was no promise. Without a number: one's own that are open.

    Who has asked and never got an answer through us may still wait for it: then it takes a word of how it was given.
    """
    found = numbered(rest)
    promise = rows.promise(ctx.work, found.number) if found else None
    if found is None or promise is None:
        mine = [promises.shown(ctx, one) for one in rows.open_promises(ctx.work, ctx.person_id)]
        return said(ctx, msg, "promise/mine", rows=mine, number=found.written if found else "")
    why = found.rest
    state = "mistaken" if MISTAKEN.search(why) else "kept"
    if state == "kept" and not why and (waits := cases.unanswered(ctx, promise)) is not None:
        return said(ctx, msg, "promise/unanswered", promise=promise, case=waits)
    if not promises.settle(ctx, promise, ctx.person_id, state):
        return said(ctx, msg, "promise/settled", promise=promise, new=False, case=None)
    followed = cases.after_promise(ctx, promise, why)
    case = staff.case(ctx.work, promise.case_id or 0) if followed else None
    handled = said(ctx, msg, "promise/settled", promise=promise, new=True, case=case)
    happened = Happened(f"promise_{state}", {"promise": stored(promise.id), "by": ctx.person_id}, promise.person_id)
    return Handled("admin", handled.replies, (happened, *followed))


COMMANDS = (
    Command("交班", EVERYBODY, "#交班", "交给下一班的：警报、问题、承诺、没送到的提醒", handover),
    Command(
        "兑现", CARERS, "#兑现 3", "3 号承诺已经回复；别处回的写 #兑现 3 电话里说了，不是承诺写 #兑现 3 误记", keep
    ),
)

"""我妈去世了, 我住院了, 今天出院了, 我怀孕了: one line with dignity, and everything cheerful stops; staff are told."""

from __future__ import annotations

from handlers import burst
from handlers.contract import Context, Handled, Handler, Happened, Incoming, What, privately
from handlers.services.care import dates
from handlers.services.care.check_ins import today
from handlers.services.care.days import local
from handlers.services.care.life import DISCHARGED, ILL, LOSS, PREGNANT, WELL, happened, what
from handlers.services.care.streaks import streak
from handlers.services.staff.roles import tell_staff
from playbooks.schema.lexicon import Lexicon


def match(ctx: Context, msg: Incoming) -> Lexicon | None:
    """我怀孕了 may be the first line of a question, and then belongs to it: `burst_over` asks `told` when nothing follows."""
    found = told(ctx, msg)
    if found is not None and what(found) == PREGNANT and msg.private and burst.unfinished(ctx, msg.text):
        return None
    return found


def told(ctx: Context, msg: Incoming) -> Lexicon | None:
    """In private, or said to us in a room; a loss also when it is only told to the room."""
    found = ctx.index.life.seen(msg.text) if msg.what is What.TEXT else None
    if found is None or what(found) in (ILL, WELL) or (not msg.addressed and what(found) != LOSS) or ctx.roles:
        return None
    return found if what(found) != DISCHARGED or ctx.person.life or ctx.person.consented else None


def act(ctx: Context, msg: Incoming, found: Lexicon) -> Handled:
    event, before = what(found), ctx.person.life
    reminders = happened(ctx, ctx.person, event)
    begun = _come_home(ctx, msg) if event == DISCHARGED and ctx.person.consented else ()
    held = streak(ctx, ctx.person, today(ctx, ctx.person.zone)).held if event == DISCHARGED else 0
    text = ctx.words(found.template or "", reminders=reminders, before=before, begun=begun, held=held)
    notice = ctx.words("life/staff", what=event, name=ctx.person.name, number=ctx.person_id, said=msg.said)
    told = tell_staff(ctx, notice, "life", key=f"life:{msg.inbox_id}", about=ctx.person_id)
    return Handled("life", (privately(msg, text, by="life"), *told), (Happened(f"life_{event}", {}, ctx.person_id),))


def _come_home(ctx: Context, msg: Incoming) -> tuple[tuple[str, int], ...]:
    """The plans that count from coming home begin: (title, steps to come)."""
    today = local(ctx.now, ctx.person.zone).date()
    found = dates.named_day(msg.text, today)
    return dates.tell(ctx, ctx.person, "discharge", min(found.day, today) if found else today).begun


LIFE = Handler("life", match, act)

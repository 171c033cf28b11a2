"""我发烧了, 病好了: somebody's challenges stop and go on; what sounds like a call for help goes to staff as ever."""

from __future__ import annotations

from dataclasses import replace

from handlers import chat
from handlers.contract import Context, Handled, Handler, Happened, Incoming, What, privately
from handlers.services.care import freezes, streaks
from handlers.services.care.check_ins import today
from handlers.services.care.life import ILL, WELL, what
from handlers.services.care.readings import Reading
from playbooks.schema.lexicon import Lexicon
from storage.queries import care


def match(ctx: Context, msg: Incoming) -> Lexicon | None:
    """Of somebody on a challenge, without a reading of their own; they are well again only after they were ill."""
    if msg.what is not What.TEXT or not msg.addressed or ctx.roles:
        return None
    found = ctx.index.life.seen(msg.text)
    if found is None or what(found) not in (ILL, WELL) or not care.running(ctx.work, ctx.person_id, "challenge"):
        return None
    if any(not one.other_person for one in _readings(ctx, msg)):
        return None
    return found if what(found) == ILL or _ill(ctx) else None


def _readings(ctx: Context, msg: Incoming) -> list[Reading]:
    return [one for one in ctx.index.readings(msg.text) if isinstance(one, Reading)]


def _ill(ctx: Context) -> bool:
    return any(one.open and one.why == "ill" for one in freezes.of(ctx, ctx.person))


def act(ctx: Context, msg: Incoming, found: Lexicon) -> Handled:
    if what(found) == WELL:
        held = streaks.streak(ctx, ctx.person, today(ctx, ctx.person.zone)).held
        text = ctx.words("life/well", held=held)
        return Handled("life", (privately(msg, text, by="life"),), (Happened("got_well", {}, ctx.person_id),))
    text = ctx.words("life/ill", days=freezes.ILL_DAYS)
    rests = privately(msg, text, by="life")
    happened = Happened("fell_ill", {}, ctx.person_id)
    only_rests = "打卡" in msg.text and not _readings(ctx, msg)
    if only_rests or not chat.UNWELL.search(msg.text):
        return Handled("life", (rests,), (happened,))
    asked = chat.fallback(ctx, msg, True)
    return replace(asked, by="life", replies=(rests, *asked.replies), events=(happened, *asked.events))


UNWELL = Handler("life", match, act, needs_consent=True)

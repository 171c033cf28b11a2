"""隐私: what is kept, for what, and how to end it."""

from __future__ import annotations

from handlers.contract import Context, Handled, Handler, Incoming, privately
from handlers.matching import keyword
from handlers.services.community import consents


def act(ctx: Context, msg: Incoming, matched: str) -> Handled:
    text = ctx.words(
        "consent/privacy", consented=ctx.person.consented, more=list(consents.more(ctx, ctx.person_id).values())
    )
    return Handled("privacy", (privately(msg, text, by="privacy"),))


PRIVACY = Handler("privacy", keyword("隐私", "隐私政策", "隐私说明", "我的隐私"), act)

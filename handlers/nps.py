"""The number after 愿不愿意推荐, and one line why where it is low."""

from __future__ import annotations

import re

from handlers.contract import Context, Handled, Handler, Happened, Incoming, What, privately
from handlers.matching import said
from handlers.services.community import nps
from storage.queries import questions

SCORE = re.compile(r"(?:我)?(?:打|给|选)?\s*(10|[0-9])\s*分?")


def match(ctx: Context, msg: Incoming) -> int | None:
    """A whole number of 0 to 10 while the question waits."""
    waiting = ctx.question(None)
    if waiting is None or waiting[0] != nps.BY or not msg.private or msg.what is not What.TEXT:
        return None
    found = SCORE.fullmatch(said(msg))
    return int(found[1]) if found else None


def act(ctx: Context, msg: Incoming, score: int) -> Handled:
    questions.close(ctx.work, ctx.person_id, None)
    text = ctx.words("nps/thanks", score=score)
    return Handled(
        "nps", (privately(msg, text, by="nps"),), (Happened("nps_answered", {"score": score}, ctx.person_id),)
    )


ANSWERED = Handler("nps", match, act, needs_consent=True)

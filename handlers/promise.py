"""Listens to what staff write in patients' rooms: promises, and answers that keep one. Says nothing in the room."""

from __future__ import annotations

import re

from handlers.contract import Context, Handled, Handler, Happened, Incoming, What
from handlers.matching import said
from handlers.services.knowledge.cases import after_promise
from handlers.services.knowledge.courtesy import courtesy
from handlers.services.staff import promises
from handlers.services.staff.promise_words import promised
from storage.queries import cases

HINT = re.compile(r"回[复您你电话信]|答复|告诉|告知|通知|联系|[给跟和向][您你]|反馈|稍[等候]|等")
"""No promise is without one of these: most messages of a room end here."""
LEAST = 4
"""Characters of a message that may be an answer."""


def match(ctx: Context, msg: Incoming) -> str | None:
    """The sentence with the promise; "" for a word to somebody whom this person has promised something."""
    if msg.what is not What.TEXT or msg.room_id is None or msg.addressed or (ctx.room and ctx.room.is_staff):
        return None
    if not (msg.mentions or HINT.search(msg.text)) or not ctx.roles:
        return None
    if (sentence := promised(msg.text)) is not None:
        return sentence
    answers = msg.mentions and len(said(msg)) >= LEAST and courtesy(msg.text) is None
    if not answers or not cases.open_promises(ctx.work, ctx.person_id):
        return None
    return ""


def act(ctx: Context, msg: Incoming, sentence: str) -> Handled | None:
    if sentence:
        return promises.in_room(ctx, msg, sentence)
    kept = promises.kept_in_room(ctx, msg)
    if not kept:
        return None
    followed = tuple(event for one in kept for event in after_promise(ctx, one))
    happened = Happened("promise_kept", {"by": ctx.person_id}, None, msg.room_id)
    return Handled(promises.KIND, (), (happened, *followed))


SAID = Handler("promise", match, act)

"""What is no longer needed goes: words of settled messages, content that has expired. Staff hear what expires soon."""

from __future__ import annotations

import datetime as dt

from bot.desk import Desk
from storage.queries import gaps, inbox, outbox, questions

KEEP_WORDS = dt.timedelta(days=30)


def clean(desk: Desk) -> int:
    """Remove words older than 30 days from inbox, outbox and gaps; returns how many rows changed."""
    desk.refresh()
    before = desk.clock.now() - KEEP_WORDS
    with desk.database.transaction() as work:
        outbox.add(work, desk.review_rows(work))
        return (
            questions.forget_expired(work, desk.clock.now())
            + inbox.forget_before(work, before)
            + outbox.forget_words_before(work, before)
            + gaps.forget_before(work, before)
        )

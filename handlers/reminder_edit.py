"""A reminder for another time, in chat: 修改提醒 1 早上9点, 把吃药提醒改到晚上8点."""

from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

from handlers.contract import Context, Handled, Handler, Happened, Incoming, What, privately
from handlers.matching import number, said
from handlers.reminder import create
from handlers.services.care import edits
from handlers.services.care.days import local, shown_day, spoken_clock
from handlers.services.care.edits import Edit, edit_of
from handlers.services.care.when import Ask, Schedule, parse_request
from storage.queries import care, questions
from storage.tables.care import Reminder

CHOICE = "reminder_edit"
ANSWER_WITHIN = dt.timedelta(hours=1)
EXTRA = 0
"""In the place of a reminder’s number: the words make one more."""


def edit_match(ctx: Context, msg: Incoming) -> Edit | None:
    return edit_of(msg.text) if msg.what is What.TEXT and msg.addressed else None


def edit(ctx: Context, msg: Incoming, found: Edit) -> Handled:
    rows = care.reminders(ctx.work, ctx.person_id)
    named = _named(rows, found.which)
    if len(named) == 1 and found.time:
        return _change(ctx, msg, named[0], found.time)
    if not rows or not found.time:
        return _say(msg, ctx.words("reminder/edit_how", rows=[(row.what, row.said) for row in rows]))
    several = named or rows
    _ask(ctx, [[row.id, found.time] for row in several])
    return _say(msg, ctx.words("reminder/edit_which", rows=[(row.what, row.said) for row in several]))


def _named(rows: list[Reminder], which: str) -> list[Reminder]:
    if not which:
        return rows if len(rows) == 1 else []
    place = number(which)
    if place is not None:
        return rows[place - 1 : place] if place >= 1 else []
    return [row for row in rows if which in row.what or row.what in which]


def _change(ctx: Context, msg: Incoming, row: Reminder, time: str) -> Handled:
    new = edits.new_time(ctx, row, time)
    if isinstance(new, Ask):
        _ask(ctx, [[row.id, one] for one in new.rewrite])
        return _say(msg, ctx.words("reminder/ask", question=new.question, options=new.options))
    if new is not None and row.rule and not new.rule:
        return _once_or_always(ctx, msg, row, new, time)
    first = edits.change(ctx, row, new) if new else None
    if first is None:
        return _say(msg, ctx.words("reminder/edit_how", rows=[(row.what, row.said)]))
    text = ctx.words("reminder/edited", what=row.what, said=row.said, next=shown_day(first, ctx.now, ctx.person.zone))
    return _say(msg, text, Happened("reminder_moved", {"reminder": row.id}, ctx.person_id))


def _once_or_always(ctx: Context, msg: Incoming, row: Reminder, new: Schedule, time: str) -> Handled:
    """改到明天9点, said of what rings every day: nobody loses the other days by it."""
    clock = spoken_clock(local(new.first, ctx.person.zone))
    _ask(ctx, [[row.id, clock], [EXTRA, f"{time}提醒我{row.what}"]])
    return _say(msg, ctx.words("reminder/edit_once", said=row.said, clock=clock, once=new.said))


def _ask(ctx: Context, options: list[list[Any]]) -> None:
    questions.ask(ctx.work, ctx.person_id, None, CHOICE, {"options": options}, ctx.now + ANSWER_WITHIN)


def _say(msg: Incoming, text: str, *events: Happened) -> Handled:
    return Handled("reminder", (privately(msg, text, by="reminder"),), events)


def chosen_match(ctx: Context, msg: Incoming) -> tuple[Reminder | None, str] | None:
    """The answer by number: which reminder, which of the times, or one more besides."""
    waiting = ctx.question(None) if msg.private else None
    place = number(said(msg)) if waiting and waiting[0] == CHOICE else None
    if waiting is None or place is None or not 1 <= place <= len(waiting[1]["options"]):
        return None
    wanted, time = waiting[1]["options"][place - 1]
    if wanted == EXTRA:
        return None, time
    row = care.reminder(ctx.work, wanted)
    return (row, time) if row is not None and row.state == "running" else None


def chosen(ctx: Context, msg: Incoming, found: tuple[Reminder | None, str]) -> Handled | None:
    questions.close(ctx.work, ctx.person_id, None)
    row, time = found
    if row is not None:
        return _change(ctx, msg, row, time)
    asked = parse_request(time, ctx.now, ZoneInfo(ctx.person.zone))
    return create(ctx, msg, asked) if asked is not None else None


EDIT = Handler("reminder", edit_match, edit, own=True, needs_consent=True)
CHOSEN = Handler("reminder", chosen_match, chosen, own=True, needs_consent=True)

"""Personal reminders in chat: make, list, answer, stop."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from handlers.contract import Context, Handled, Handler, Happened, Incoming, What, privately, reply, stored
from handlers.matching import keyword, number, prefixed, said
from handlers.services.care import reminders
from handlers.services.care.days import shown_day
from handlers.services.care.reach import for_reminders
from handlers.services.care.replies import reply_to_ring
from handlers.services.care.when import Ask, Request, parse_request
from handlers.services.knowledge import cases
from playbooks.schema.common import span
from storage.queries import care, due, questions
from storage.tables.care import Reminder

CLARIFY = "reminder_time"
CLARIFY_WITHIN = dt.timedelta(hours=1)
LONGEST = 100
WHICH = "reminder_which"


def create_match(ctx: Context, msg: Incoming) -> Request | Ask | None:
    if msg.what is not What.TEXT or not msg.addressed:
        return None
    return parse_request(msg.text, ctx.now, ZoneInfo(ctx.person.zone))


def create(ctx: Context, msg: Incoming, found: Request | Ask) -> Handled:
    if isinstance(found, Ask):
        return _ask_back(ctx, msg, found)
    if len(found.what) > LONGEST:
        return Handled("reminder", (reply(msg, ctx.words("reminder/too_long", most=LONGEST), by="reminder"),))
    most = ctx.settings.reminders.most_per_person
    if len(care.reminders(ctx.work, ctx.person_id)) + len(found.times) > most:
        return Handled("reminder", (privately(msg, ctx.words("reminder/too_many", most=most), by="reminder"),))
    made = reminders.create(ctx, found)
    lines = [(one.said, shown_day(one.first, ctx.now, ctx.person.zone)) for one in made]
    text = ctx.words("reminder/made", what=found.what, lines=lines, honest=for_reminders(ctx, made))
    events = tuple(Happened("reminder_made", {"reminder": one.id}, ctx.person_id) for one in made)
    return Handled("reminder", (privately(msg, text, by="reminder"),), events)


def _ask_back(ctx: Context, msg: Incoming, ask: Ask) -> Handled:
    data = {"rewrite": list(ask.rewrite), "options": list(ask.options)}
    questions.ask(ctx.work, ctx.person_id, None, CLARIFY, data, ctx.now + CLARIFY_WITHIN)
    text = ctx.words("reminder/ask", question=ask.question, options=ask.options)
    return Handled("reminder", (privately(msg, text, by="reminder"),))


def clarified_match(ctx: Context, msg: Incoming) -> str | None:
    """The answer to "morning or evening?": a number, or the option's words."""
    if not msg.private or msg.what is not What.TEXT:
        return None
    waiting = ctx.question(None)
    if waiting is None or waiting[0] != CLARIFY:
        return None
    rewrite, options = waiting[1]["rewrite"], waiting[1]["options"]
    chosen = number(said(msg))
    if chosen is not None and 1 <= chosen <= len(rewrite):
        return str(rewrite[chosen - 1])
    return next(
        (text for text, option in zip(rewrite, options, strict=False) if said(msg) in (option, option[:2])), None
    )


def clarified(ctx: Context, msg: Incoming, text: str) -> Handled | None:
    questions.close(ctx.work, ctx.person_id, None)
    found = parse_request(text, ctx.now, ZoneInfo(ctx.person.zone))
    return create(ctx, msg, found) if found else None


def list_all(ctx: Context, msg: Incoming, matched: str) -> Handled:
    rows = [(row.what, row.said, _next(ctx, row)) for row in care.reminders(ctx.work, ctx.person_id)]
    return Handled("reminder", (privately(msg, ctx.words("reminder/list", rows=rows), by="reminder"),))


def _next(ctx: Context, row: Reminder) -> str:
    moment = due.next_of(ctx.work, "reminder", stored(row.id))
    return shown_day(moment, ctx.now, ctx.person.zone) if moment else ""


def stop(ctx: Context, msg: Incoming, rest: str) -> Handled:
    rows = care.reminders(ctx.work, ctx.person_id)
    chosen = _chosen(rows, rest)
    if not chosen:
        shown = [(row.what, row.said, _next(ctx, row)) for row in rows]
        if rows:
            ids = [row.id for row in rows]
            questions.ask(ctx.work, ctx.person_id, None, WHICH, {"ids": ids}, ctx.now + CLARIFY_WITHIN)
        return Handled("reminder", (privately(msg, ctx.words("reminder/stop_which", rows=shown), by="reminder"),))
    return _stop(ctx, msg, chosen)


def _stop(ctx: Context, msg: Incoming, chosen: list[Reminder]) -> Handled:
    for row in chosen:
        reminders.stop(ctx, row)
    left = [(row.what, row.said, _next(ctx, row)) for row in care.reminders(ctx.work, ctx.person_id)]
    text = ctx.words("reminder/stopped", whats=[f"{row.what}（{row.said}）" for row in chosen], left=left)
    events = tuple(Happened("reminder_stopped", {"reminder": row.id}, ctx.person_id) for row in chosen)
    return Handled("reminder", (privately(msg, text, by="reminder"),), events)


def which_match(ctx: Context, msg: Incoming) -> Reminder | None:
    """The answer to "which one?" by number."""
    waiting = ctx.question(None) if msg.private else None
    place = number(said(msg)) if waiting and waiting[0] == WHICH else None
    if waiting is None or place is None or not 1 <= place <= len(waiting[1]["ids"]):
        return None
    row = care.reminder(ctx.work, waiting[1]["ids"][place - 1])
    return row if row is not None and row.state == "running" else None


def which(ctx: Context, msg: Incoming, row: Reminder) -> Handled:
    questions.close(ctx.work, ctx.person_id, None)
    return _stop(ctx, msg, [row])


def _chosen(rows: list[Reminder], rest: str) -> list[Reminder]:
    if rest in ("全部", "所有", "都停", "全停"):
        return rows
    place = number(rest)
    if place is not None:
        return rows[place - 1 : place] if place >= 1 else []
    if not rest:
        return rows if len(rows) == 1 else []
    return [row for row in rows if rest in row.what or row.what in rest]


def answer_match(ctx: Context, msg: Incoming) -> tuple[str, dt.timedelta] | None:
    """(done | later | skip, how long) when a reminder rang lately and this answers it."""
    if msg.what is not What.TEXT or not msg.private:
        return None
    default, waiting = span(ctx.settings.reminders.snooze), ctx.question(None)
    chosen = number(said(msg)) if waiting and waiting[0] == reminders.QUESTION else None
    meant = reply_to_ring(msg.text)
    outcome = meant[0] if meant else {1: "done", 2: "later", 3: "skip"}.get(chosen or 0, "")
    if not outcome or outcome == "twice" or not reminders.waiting(ctx):
        return None
    return outcome, (meant[1] if meant else None) or default


def answer(ctx: Context, msg: Incoming, found: tuple[str, dt.timedelta]) -> Handled:
    outcome, wait = found
    firings = reminders.waiting(ctx)
    if outcome == "later" and firings[0].outcome == "missed":
        text = ctx.words("reminder/no_later")  # its hour is over: it is not rung for again
        return Handled("reminder", (privately(msg, text, by="reminder"),))
    if outcome == "later":
        rows = reminders.snooze(ctx, firings, wait)
        at = shown_day(ctx.now + wait, ctx.now, ctx.person.zone)
        text = ctx.words("reminder/later", what=_whats(rows), at=at)
    else:
        rows = reminders.settle(ctx, firings, "done" if outcome == "done" else "skipped")
        text = ctx.words("reminder/settled", what=_whats(rows), done=outcome == "done")
    _close_question(ctx)
    name = {"later": "reminder_snoozed", "done": "reminder_done", "skip": "reminder_skipped"}[outcome]
    events = tuple(Happened(name, {"reminder": row.id}, ctx.person_id) for row in rows)
    return Handled("reminder", (privately(msg, text, by="reminder"),), events)


def twice_match(ctx: Context, msg: Incoming) -> bool | None:
    """吃了两次药: told by anybody, with or without a reminder."""
    if msg.what is not What.TEXT or not msg.private:
        return None
    meant = reply_to_ring(msg.text)
    return True if meant and meant[0] == "twice" else None


def twice(ctx: Context, msg: Incoming, matched: bool) -> Handled:
    return cases.open_case(ctx, msg, msg.said, "reminder", twice=True)


def _whats(rows: list[Reminder]) -> str:
    return "、".join(row.what for row in rows)


def _close_question(ctx: Context) -> None:
    waiting = ctx.question(None)
    if waiting and waiting[0] == reminders.QUESTION:
        questions.close(ctx.work, ctx.person_id, None)


LIST = Handler("reminder", keyword("我的提醒", "提醒列表", "查看提醒", "有哪些提醒", "提醒"), list_all, own=True)
STOP = Handler(
    "reminder",
    prefixed("停止提醒", "取消提醒", "删除提醒", "关闭提醒", "停掉提醒", "不要提醒", "别提醒"),
    stop,
    own=True,
)
TWICE = Handler("reminder", twice_match, twice)
ANSWER = Handler("reminder", answer_match, answer, needs_consent=True)
WHICH_ONE = Handler("reminder", which_match, which, own=True)
CLARIFIED = Handler("reminder", clarified_match, clarified, needs_consent=True)
CREATE = Handler("reminder", create_match, create, needs_consent=True)

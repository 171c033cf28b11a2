"""Personal reminders in chat: make, list, answer, stop."""

from __future__ import annotations

import datetime as dt
import re
from zoneinfo import ZoneInfo

from handlers.contract import Context, Handled, Handler, Happened, Incoming, What, privately, reply, stored
from handlers.matching import keyword, number, prefixed, said
from handlers.services.care import reminders
from handlers.services.care.days import shown_day
from handlers.services.care.when import Ask, Request, parse_request
from playbooks.schema.common import span
from storage.queries import care, due, questions
from storage.tables.care import Reminder

CLARIFY = "reminder_time"
CLARIFY_WITHIN = dt.timedelta(hours=1)
LONGEST = 100
DONE = {
    "吃了",
    "已服",
    "已吃",
    "吃过了",
    "吃完了",
    "服了",
    "服过了",
    "好了",
    "完成",
    "已完成",
    "做完了",
    "做了",
    "测了",
    "量了",
    "✓",
    "✔",
    "√",
    "打了",
    "打过了",
    "去了",
    "知道了",
    "收到",
}
LATER = {
    "稍后",
    "等会",
    "等会儿",
    "等一下",
    "等一会",
    "待会",
    "待会儿",
    "一会儿",
    "等半小时",
    "过会儿",
    "晚点",
    "晚点提醒",
}
SKIP = {"跳过", "不吃了", "今天不用", "这次不用", "不用了", "今天不吃"}
WAIT = re.compile(r"(?:等|过|再过)?(半|\d{1,2})\s*(?:个)?(小时|分钟|分)(?:后|以后)?(?:再)?(?:提醒|叫)?(?:我)?")


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
    text = ctx.words("reminder/made", what=found.what, lines=lines)
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
        return Handled("reminder", (privately(msg, ctx.words("reminder/stop_which", rows=shown), by="reminder"),))
    for row in chosen:
        reminders.stop(ctx, row)
    text = ctx.words("reminder/stopped", whats=[f"{row.what}（{row.said}）" for row in chosen])
    events = tuple(Happened("reminder_stopped", {"reminder": row.id}, ctx.person_id) for row in chosen)
    return Handled("reminder", (privately(msg, text, by="reminder"),), events)


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
    text = said(msg) or msg.text.strip()
    default = span(ctx.settings.reminders.snooze)
    if text in DONE:
        return "done", default
    if text in LATER:
        return "later", default
    if text in SKIP:
        return "skip", default
    if found := WAIT.fullmatch(text):
        amount = 0.5 if found[1] == "半" else float(found[1])
        return "later", dt.timedelta(hours=amount) if found[2] == "小时" else dt.timedelta(minutes=amount)
    waiting = ctx.question(None)
    chosen = number(text) if waiting and waiting[0] == reminders.QUESTION else None
    return ({1: "done", 2: "later", 3: "skip"}[chosen], default) if chosen in (1, 2, 3) else None


def answer(ctx: Context, msg: Incoming, found: tuple[str, dt.timedelta]) -> Handled | None:
    firing = reminders.waiting(ctx)
    if firing is None:
        return None
    outcome, wait = found
    if outcome == "later":
        row = reminders.snooze(ctx, firing, wait)
        text = ctx.words(
            "reminder/later", what=row.what if row else "", at=shown_day(ctx.now + wait, ctx.now, ctx.person.zone)
        )
        name = "reminder_snoozed"
    else:
        row = reminders.settle(ctx, firing, "done" if outcome == "done" else "skipped")
        text = ctx.words("reminder/settled", what=row.what if row else "", done=outcome == "done")
        name = "reminder_done" if outcome == "done" else "reminder_skipped"
    _close_question(ctx)
    events = (Happened(name, {"reminder": firing.reminder_id}, ctx.person_id),)
    return Handled("reminder", (privately(msg, text, by="reminder"),), events)


def _close_question(ctx: Context) -> None:
    waiting = ctx.question(None)
    if waiting and waiting[0] == reminders.QUESTION:
        questions.close(ctx.work, ctx.person_id, None)


LIST = Handler("reminder", keyword("我的提醒", "提醒列表", "查看提醒", "有哪些提醒", "提醒"), list_all)
STOP = Handler(
    "reminder", prefixed("停止提醒", "取消提醒", "删除提醒", "关闭提醒", "停掉提醒", "不要提醒", "别提醒"), stop
)
ANSWER = Handler("reminder", answer_match, answer)
CLARIFIED = Handler("reminder", clarified_match, clarified, needs_consent=True)
CREATE = Handler("reminder", create_match, create, needs_consent=True)

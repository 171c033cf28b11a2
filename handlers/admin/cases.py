"""#案例 #回复 #接手 #结案; and an answer written as a quotation of the case's notice."""

from __future__ import annotations

import datetime as dt
import re

from handlers.admin.grammar import CARERS, Command, Numbered, answer, numbered, said
from handlers.contract import Context, Handled, Handler, Happened, Incoming, What
from handlers.matching import said as words_said
from handlers.services.care.days import shown
from handlers.services.knowledge import case_clocks, courtesy
from handlers.services.knowledge import cases as service
from handlers.services.staff import identity
from handlers.services.staff.roles import title_of
from handlers.words import one_line
from storage.queries import cases as rows
from storage.queries import people, questions, staff
from storage.tables.staff import Case

MOST = 20
NOTICE = re.compile(r"【问题 ?(\d{1,9}) ?号】")
MINE = re.compile(r"^(?:我来|我来回复?|我来处理|我接|我接手|我负责|我跟进)(?:吧|了|一下)?$")
TO_PATIENT, TALK = re.compile("[您你]"), re.compile("[?？]|吗$")
SEND, SEND_KIND, SEND_WITHIN = "发送", "send_quoted", dt.timedelta(minutes=30)


def cases(ctx: Context, msg: Incoming, rest: str) -> Handled:
    """Questions that wait for a person, the most urgent first; with a number, one of them with its whole thread."""
    if (found := numbered(rest)) is not None:
        return _thread(ctx, msg, found)
    waiting = case_clocks.waiting(ctx)
    names = people.people(ctx.work, [case.person_id for case, _, _ in waiting])
    zone = ctx.settings.community.zone
    lines = [
        (case, names[case.person_id].name if case.person_id in names else "", shown(case.opened_at, zone), waited, left)
        for case, waited, left in waiting[:MOST]
    ]
    return said(ctx, msg, "admin/cases", rows=lines, total=len(waiting))


def _thread(ctx: Context, msg: Incoming, found: Numbered) -> Handled:
    case = staff.case(ctx.work, found.number)
    if case is None:
        return said(ctx, msg, "admin/no_case", number=found.written)
    entries = [(one.by, one.at, one.text) for one in rows.thread(ctx.work, found.number)]
    if not entries:  # from before threads were kept
        entries = [(case.person_id, case.opened_at, case.question)]
        if case.answer and case.answered_at:
            entries.append((case.answered_by or 0, case.answered_at, case.answer))
    names = people.people(ctx.work, [by for by, _, _ in entries])
    zone = ctx.settings.community.zone
    lines = [(shown(at, zone), names[by].name if by in names else "", text) for by, at, text in entries]
    taker = people.person(ctx.work, case.taken_by or 0)
    waited, left = case_clocks.remaining(ctx, case)
    handled = said(
        ctx,
        msg,
        "admin/case",
        case=case,
        lines=lines,
        promises=rows.open_promises(ctx.work, case_id=found.number),
        taker=taker.name if taker else "",
        waited=waited,
        left=left,
    )
    looked = Happened("case_viewed", {"by": ctx.person_id, "case": found.number}, case.person_id)
    return Handled(handled.by, handled.replies, (looked,))


def answer_case(ctx: Context, msg: Incoming, rest: str) -> Handled:
    """`#回复 12 内容`: the words go to where the question was asked."""
    found = numbered(rest)
    case = staff.case(ctx.work, found.number) if found else None
    if found is None or case is None or not found.rest:
        return said(ctx, msg, "admin/reply_how", number=found.written if found and case is None else "")
    return _answered(ctx, msg, case, found.rest)


def _answered(ctx: Context, msg: Incoming, case: Case, words: str) -> Handled:
    if doubts := ctx.index.forbidden.to_patient(words, ctx.roles):
        return said(ctx, msg, "admin/forbidden", found=doubts, many=False)
    sent, in_room = service.answer(ctx, case, words, ctx.person, title_of(ctx.roles), msg.inbox_id)
    asker = people.person(ctx.work, case.person_id)
    held = not in_room and identity.unsure(asker, case.opened_at)
    text = ctx.words("admin/replied", case=case, name=asker.name if asker else "", in_room=in_room, held=held)
    name = "case_answered" if case.state == "answered" else "promise_made"
    happened = Happened(name, {"case": case.id, "by": ctx.person_id}, case.person_id, case.room_id)
    return Handled("admin", (*sent, answer(ctx, msg, text)), (happened,))


def take(ctx: Context, msg: Incoming, rest: str) -> Handled:
    """`#接手 12`: I shall answer; nobody else is called."""
    found = numbered(rest)
    case = staff.case(ctx.work, found.number) if found else None
    if case is None:
        return said(ctx, msg, "admin/no_case", number=found.written if found else one_line(rest, 20))
    return _taken(ctx, msg, case)


def _taken(ctx: Context, msg: Incoming, case: Case) -> Handled:
    new = service.take(ctx, case, ctx.person_id)
    taker = people.person(ctx.work, case.taken_by or 0)
    _, left = case_clocks.remaining(ctx, case)
    return said(ctx, msg, "admin/taken", case=case, new=new, name=taker.name if taker else "", left=left)


def close(ctx: Context, msg: Incoming, rest: str) -> Handled:
    """`#结案 12`: it is over; one that was never answered needs a reason."""
    found = numbered(rest)
    case = staff.case(ctx.work, found.number) if found else None
    if found is None or case is None:
        return said(ctx, msg, "admin/no_case", number=found.written if found else one_line(rest, 20))
    why = found.rest
    waits = case.state == "open" and case.answered_at is None
    if case.state == "closed" or (waits and not why):
        return said(ctx, msg, "admin/closed", case=case, done=False)
    if why:
        rows.note(ctx.work, case, ctx.person_id, why, ctx.now)
    happened = service.close(ctx, case, "staff")
    handled = said(ctx, msg, "admin/closed", case=case, done=True)
    return Handled("admin", handled.replies, (happened,))


def quote_match(ctx: Context, msg: Incoming) -> Case | None:
    """Staff quote the notice of a case and write: in private or in a staff room."""
    found = NOTICE.search(msg.quote) if msg.quote and msg.what is What.TEXT and msg.text else None
    if found is None or not CARERS & ctx.roles or not (msg.private or (ctx.room is not None and ctx.room.is_staff)):
        return None
    return staff.case(ctx.work, int(found[1]))


def quote_answer(ctx: Context, msg: Incoming, case: Case) -> Handled | None:
    """收到 or 我来 takes the case. In private, or said to the bot, the words are the answer.

    Between colleagues in the staff room they may be talk: only what speaks to somebody is offered, and sent on 发送.
    """
    if MINE.match(msg.text.strip("。！!~ ")) or courtesy.courtesy(msg.text) is not None:
        return _taken(ctx, msg, case)
    if msg.addressed:
        return _answered(ctx, msg, case, msg.said)
    if msg.mentions or not TO_PATIENT.search(msg.text) or TALK.search(msg.text):
        return None
    waits = ctx.now + SEND_WITHIN
    questions.ask(ctx.work, ctx.person_id, msg.room_id, SEND_KIND, {"case": case.id, "words": msg.said}, waits)
    asker = people.person(ctx.work, case.person_id)
    return said(ctx, msg, "admin/send", case=case, name=asker.name if asker else "")


def send_match(ctx: Context, msg: Incoming) -> tuple[Case, str] | None:
    """发送, after words were offered."""
    if msg.what is not What.TEXT or words_said(msg) != SEND or not CARERS & ctx.roles:
        return None
    waiting = ctx.question(msg.room_id)
    if waiting is None or waiting[0] != SEND_KIND:
        return None
    case = staff.case(ctx.work, waiting[1]["case"])
    return (case, waiting[1]["words"]) if case is not None else None


def send(ctx: Context, msg: Incoming, found: tuple[Case, str]) -> Handled:
    questions.close(ctx.work, ctx.person_id, msg.room_id)
    return _answered(ctx, msg, *found)


QUOTED = Handler("admin", quote_match, quote_answer)
SEND_QUOTED = Handler("admin", send_match, send)
COMMANDS = (
    Command("案例", CARERS, "#案例", "看等待回复的问题；#案例 12 看一个的来龙去脉", cases, also=("问题", "待回复")),
    Command("回复", CARERS, "#回复 12 您可以……", "回复 12 号问题，送到提问的地方", answer_case),
    Command("接手", CARERS, "#接手 12", "12 号问题我来回，不再叫别人", take),
    Command("结案", CARERS, "#结案 12", "12 号问题不用再回了；没回过的要写原因", close),
)

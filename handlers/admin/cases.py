"""#案例 #回复."""

from __future__ import annotations

import re

from handlers.admin.grammar import CARERS, Command, answer, said
from handlers.contract import Context, Handled, Happened, Incoming
from handlers.services.care.days import shown
from handlers.services.knowledge import cases as service
from handlers.services.staff.roles import TITLES
from storage.queries import people, staff

MOST = 20
REPLY = re.compile(r"^\s*(\d{1,9})\s*[,，:：]?\s*(.+)$", re.S)


def cases(ctx: Context, msg: Incoming, rest: str) -> Handled:
    """Questions that wait for a person; with a number, one of them whole."""
    if rest.isdigit():
        case = staff.case(ctx.work, int(rest))
        if case is None:
            return said(ctx, msg, "admin/no_case", number=rest)
        rows = [case]
    else:
        rows = staff.open_cases(ctx.work)
    zone = ctx.settings.community.zone
    names = people.people(ctx.work, [one.person_id for one in rows])
    shown_rows = [
        (one, names[one.person_id].name if one.person_id in names else "", shown(one.opened_at, zone))
        for one in rows[:MOST]
    ]
    return said(ctx, msg, "admin/cases", rows=shown_rows, total=len(rows), one=rest.isdigit())


def answer_case(ctx: Context, msg: Incoming, rest: str) -> Handled:
    """`#回复 12 内容`: the words go to where the question was asked."""
    found = REPLY.match(rest)
    case = staff.case(ctx.work, int(found[1])) if found else None
    if found is None or case is None:
        return said(ctx, msg, "admin/reply_how", number=found[1] if found else "")
    title = next(
        (TITLES[role] for role in ("expert", "clinician", "adviser", "manager", "owner") if role in ctx.roles), ""
    )
    sent, in_room = service.answer(ctx, case, found[2].strip(), ctx.person, title, msg.inbox_id)
    asker = people.person(ctx.work, case.person_id)
    text = ctx.words("admin/replied", case=case, name=asker.name if asker else "", in_room=in_room)
    happened = Happened("case_answered", {"case": case.id, "by": ctx.person_id}, case.person_id, case.room_id)
    return Handled("admin", (*sent, answer(ctx, msg, text)), (happened,))


COMMANDS = (
    Command("案例", CARERS, "#案例", "看等待回复的问题", cases, also=("问题", "待回复")),
    Command("回复", CARERS, "#回复 12 您可以……", "回复 12 号问题，送到提问的地方", answer_case),
)

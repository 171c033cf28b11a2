"""#顾问 #关怀 #移交: who looks after whom, the greetings that are owed and how they went."""

from __future__ import annotations

import datetime as dt

from handlers.admin.grammar import CARERS, MANAGERS, Command, numbered, person_meant, said, which
from handlers.contract import Context, Handled, Happened, Incoming, stored, to_person
from handlers.services.care.days import shown_date
from handlers.services.community import advising
from handlers.services.staff.roles import roles_of, with_roles
from storage.queries import advisers, people
from storage.tables.people import Person
from storage.tables.standing import CareCall

MONTH = dt.timedelta(days=30)
MOST = 30
NO = ("没接", "没联系上", "不接", "没人接", "没回")
DROP = ("不用", "取消", "不用了")
WHY = {"day1": "第 1 天问候", "day3": "第 3 天问候", "day7": "第 7 天问候"}


def show(ctx: Context, msg: Incoming, rest: str) -> Handled:
    """All advisers with their load; `张姐 陈护士` gives her one; `张姐` tells who it is."""
    if not rest:
        loads = advisers.loads(ctx.work)
        done = advisers.outcomes(ctx.work, ctx.now - MONTH)
        rows = [
            (
                one.name,
                loads.get(stored(one.id), 0),
                {state: done.get((stored(one.id), state), 0) for state in ("reached", "missed", "open")},
            )
            for one in with_roles(ctx, (advising.ROLE,))
        ]
        return said(ctx, msg, "advice/all", rows=rows)
    candidates, after = person_meant(ctx, msg, rest)
    if len(candidates) == 2 and msg.mentions:  # @张姐 @陈护士
        return _assign(ctx, msg, candidates[0], candidates[1])
    if len(candidates) != 1:
        return which(ctx, msg, candidates, "#顾问 张姐 陈护士")
    person = candidates[0]
    if not after:
        row = advisers.of(ctx.work, stored(person.id))
        theirs = people.person(ctx.work, row.adviser_id) if row else None
        return said(ctx, msg, "advice/whose", name=person.name, adviser=theirs.name if theirs else "")
    named, _ = person_meant(ctx, msg, after)
    if len(named) != 1:
        return which(ctx, msg, named, "#顾问 张姐 陈护士")
    return _assign(ctx, msg, person, named[0])


def _assign(ctx: Context, msg: Incoming, person: Person, adviser: Person) -> Handled:
    if not ctx.roles & MANAGERS:
        return said(ctx, msg, "admin/not_yours", verb="顾问（指定）")
    if advising.ROLE not in roles_of(ctx.work, ctx.settings, adviser):
        return said(ctx, msg, "advice/no_adviser", name=adviser.name)
    advising.assign(ctx, person, adviser, str(ctx.person_id))
    handled = said(ctx, msg, "advice/assigned", name=person.name, adviser=adviser.name)
    text = ctx.words("advice/given", name=person.name, number=person.id)
    told = to_person(stored(adviser.id), text, by=advising.KIND, about=person.id)
    return Handled(
        handled.by, (*handled.replies, told), (Happened("adviser_assigned", {"adviser": adviser.id}, person.id),)
    )


def calls(ctx: Context, msg: Incoming, rest: str) -> Handled:
    """One's own greetings that are owed (a manager sees all); `12 联系上了，血压稳定` settles one."""
    found = numbered(rest)
    if found is None:
        mine = None if ctx.roles & MANAGERS else ctx.person_id
        return _list(ctx, msg, advisers.open_calls(ctx.work, adviser_id=mine))
    call = ctx.work.session.get(CareCall, found.number)
    if call is None or call.state != "open":
        return said(ctx, msg, "advice/no_call", number=found.written)
    if call.adviser_id not in (None, ctx.person_id) and not ctx.roles & MANAGERS:
        return said(ctx, msg, "advice/not_yours", number=found.written)
    if not found.rest:
        return said(ctx, msg, "advice/how", number=found.written)
    state = "missed" if found.rest.startswith(NO) else "dropped" if found.rest.startswith(DROP) else "reached"
    happened = advising.settle(ctx, call, state, found.rest, ctx.person_id)
    person = people.person(ctx.work, call.person_id)
    handled = said(ctx, msg, "advice/settled", name=person.name if person else "", state=advising.STATES[state])
    return Handled(handled.by, handled.replies, (happened,))


def _list(ctx: Context, msg: Incoming, found: list[CareCall]) -> Handled:
    names = people.people(ctx.work, [one.person_id for one in found])
    zone = ctx.settings.community.zone
    rows = [
        (one.id, names[one.person_id].name, WHY.get(one.why, "问候一声"), shown_date(one.planned, zone))
        for one in found
        if one.person_id in names
    ]
    return said(ctx, msg, "advice/calls", rows=rows[:MOST], more=max(0, len(rows) - MOST))


def hand_over(ctx: Context, msg: Incoming, rest: str) -> Handled:
    """`#移交 陈护士 李护士`: all her people and what is owed to them."""
    old, after = person_meant(ctx, msg, rest)
    if len(old) == 2 and msg.mentions:
        old, new = old[:1], old[1:]
    else:
        new, _ = person_meant(ctx, msg, after) if after else ([], "")
    if len(old) != 1 or len(new) != 1:
        return which(ctx, msg, [*old, *new] if len(old) != 1 else new, "#移交 陈护士 李护士")
    if advising.ROLE not in roles_of(ctx.work, ctx.settings, new[0]):
        return said(ctx, msg, "advice/no_adviser", name=new[0].name)
    count = advising.hand_over(ctx, old[0], new[0])
    handled = said(ctx, msg, "advice/handed", old=old[0].name, new=new[0].name, count=count)
    text = ctx.words("advice/taken", old=old[0].name, count=count)
    return Handled(handled.by, (*handled.replies, to_person(stored(new[0].id), text, by=advising.KIND)))


COMMANDS = (
    Command("顾问", CARERS, "#顾问 张姐 陈护士", "看每位顾问带几个人、问候做得怎样；给一位成员指定顾问", show),
    Command("关怀", CARERS, "#关怀 12 联系上了，都好", "看该做的问候；做完写结果，没联系上写 没接", calls),
    Command("移交", MANAGERS, "#移交 陈护士 李护士", "把一位顾问带的人和没做的问候交给另一位", hand_over),
)

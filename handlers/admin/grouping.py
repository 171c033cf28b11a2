"""#分群 #规则 #备注: who belongs where and why, what the rules of the playbooks do, what staff note of somebody."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping

from handlers.admin.grammar import CARERS, EVERYBODY, MANAGERS, Command, person_meant, said, which
from handlers.contract import Context, Handled, Happened, Incoming, stored
from handlers.services.care.days import shown_date
from handlers.services.community import groups, rules
from playbooks.schema.condition import Truth
from playbooks.schema.rule import Rule
from playbooks.schema.segment import Segment
from storage.queries import events, people, remarks, standing
from storage.tables.people import Person

FAMILIES = {
    "life_cycle": "生命周期",
    "contribution": "贡献分层",
    "value": "价值",
    "need": "需求",
    "decision": "决策阶段",
    "alliance": "联盟矩阵",
    "other": "其他",
}
WEEK = dt.timedelta(days=7)
MOST = 50
STOP, START = ("停", "停用", "关", "关掉"), ("开", "启用", "打开", "恢复")


def segments(ctx: Context, msg: Incoming, rest: str) -> Handled:
    """All groups with their size and its change; one group with its people; or why somebody is where they are."""
    words = rest.removesuffix("为什么").strip()
    if not words:
        return _all(ctx, msg)
    if (segment := _segment(ctx, words)) is not None:
        return _one(ctx, msg, segment)
    candidates, _ = person_meant(ctx, msg, words)
    if len(candidates) != 1:
        return which(ctx, msg, candidates, "#分群 张姐，或 #分群 沉默的人")
    return _of_person(ctx, msg, candidates[0])


def _segment(ctx: Context, words: str) -> Segment | None:
    known = ctx.index.library.segments
    named = [one for one in known.values() if words in one.title]
    return known.get(words) or next((one for one in named if one.title == words), named[0] if len(named) == 1 else None)


def _all(ctx: Context, msg: Incoming) -> Handled:
    sizes = standing.sizes(ctx.work, groups.SEGMENT)
    came, went = events.moves(ctx.work, ctx.now - WEEK)
    rows = [
        (
            FAMILIES[family],
            [(one.title, _size(sizes.get(one.id, 0), one.smallest), came[one.id] - went[one.id]) for one in those],
        )
        for family, those in groups.families(ctx.index.library).items()
    ]
    return said(ctx, msg, "group/all", rows=rows, at=ctx.settings.community.rules_at)


def _size(count: int, smallest: int) -> str:
    """A small group is not told by its number: one could guess who is in it."""
    return str(count) if count >= smallest or count == 0 else f"少于 {smallest}"


def _one(ctx: Context, msg: Incoming, segment: Segment) -> Handled:
    """Who is in it, for staff alone: it tells of their illness."""
    ids = standing.members_of(ctx.work, groups.SEGMENT, segment.id)
    persons = people.people(ctx.work, ids[:MOST])
    came, went = events.moves(ctx.work, ctx.now - WEEK)
    tests = [groups.asked(test, inverted) for test, inverted in groups.tests(segment.only_if)]
    return said(
        ctx,
        msg,
        "group/one",
        private=True,
        segment=segment,
        family=FAMILIES[segment.family],
        tests=tests,
        total=len(ids),
        names=[f"{one.name}（{one.id}）" for one in persons.values()],
        came=came[segment.id],
        went=went[segment.id],
    )


def _of_person(ctx: Context, msg: Incoming, person: Person) -> Handled:
    """Each of their groups, and on what it stands."""
    mine = groups.of(ctx, person)
    found = []
    for one in groups.in_order(ctx.index.library):
        if one.id in mine:
            lines = [
                f"{asked}（{groups.shown(known)}）"
                for asked, known, truth in groups.why(ctx, person, one)
                if truth is Truth.YES
            ]
            found.append((FAMILIES[one.family], one.title, lines))
    handled = said(ctx, msg, "group/person", private=True, name=person.name, found=found)
    looked = Happened("portrait_viewed", {"by": ctx.person_id}, person.id)
    return Handled(handled.by, handled.replies, (looked,))


# -- rules ----------------------------------------------------------------------------------------


def show_rules(ctx: Context, msg: Incoming, rest: str) -> Handled:
    """What every rule waits for and has done this week; `停 编号` and `开 编号`."""
    word, _, name = rest.partition(" ")
    known = ctx.index.library.rules
    if word in (*STOP, *START) and not ctx.roles & MANAGERS:
        return said(ctx, msg, "admin/not_yours", verb="规则 停")
    if word in (*STOP, *START):
        titles = {one.id: one.title for one in known.values()} | rules.BUILT_IN
        chosen = name.strip()
        if chosen not in titles:
            return said(ctx, msg, "group/which_rule", name=chosen, rules=sorted(titles))
        changed = rules.rest(ctx, chosen, word in STOP)
        return said(ctx, msg, "group/rule_changed", id=chosen, title=titles[chosen], off=word in STOP, changed=changed)
    done = standing.ruled_by(ctx.work, ctx.now - WEEK)
    resting = rules.resting(ctx)
    rows = [(one.id, one.title, done.get(one.id, 0), one.id in resting) for one in _ranked(known.values(), done)]
    everything = rest.strip() in ("全部", "所有")
    idle = [] if everything else [(id, title) for id, title, count, off in rows if not count and not off]
    rows = [row for row in rows if everything or row[2] or row[3]]
    more = [(name, title, name in resting) for name, title in rules.BUILT_IN.items()]
    return said(ctx, msg, "group/rules", rows=rows, idle=idle, more=more)


def _ranked(known: Iterable[Rule], done: Mapping[str, int]) -> list[Rule]:
    """Those that did most first."""
    return sorted(known, key=lambda one: (-done.get(one.id, 0), one.id))


# -- notes ----------------------------------------------------------------------------------------


def remark(ctx: Context, msg: Incoming, rest: str) -> Handled:
    """`#备注 张姐 喜欢下午打电话`; with a name alone, what is noted; `#备注 张姐 删 3` takes one back."""
    candidates, after = person_meant(ctx, msg, rest)
    if len(candidates) != 1:
        return which(ctx, msg, candidates, "#备注 张姐 喜欢下午接电话")
    person = candidates[0]
    number = after.removeprefix("删").strip()
    if after.startswith("删") and number.isdecimal():
        done = remarks.drop(ctx.work, stored(person.id), int(number))
        return said(ctx, msg, "group/remarked", private=True, name=person.name, dropped=done, added=False)
    if after:
        remarks.add(ctx.work, stored(person.id), ctx.person_id, after[:500], ctx.now)
        return said(ctx, msg, "group/remarked", private=True, name=person.name, dropped=False, added=True)
    found = remarks.of(ctx.work, stored(person.id))
    names = people.people(ctx.work, [one.by for one in found])
    rows = [
        (one.id, shown_date(one.at, person.zone), names[one.by].name if one.by in names else "", one.text)
        for one in found
    ]
    handled = said(ctx, msg, "group/remarks", private=True, name=person.name, rows=rows)
    return Handled(handled.by, handled.replies, (Happened("portrait_viewed", {"by": ctx.person_id}, person.id),))


COMMANDS = (
    Command(
        "分群", CARERS, "#分群 沉默的人", "看各分群的人数和一周的变化、一个群里有谁，或一个人为什么在这里", segments
    ),
    Command("规则", EVERYBODY, "#规则 停 no-check-in-week", "看每条规则这周做过几次；停掉或打开一条", show_rules),
    Command("备注", CARERS, "#备注 张姐 喜欢下午接电话", "给同事看的备注；只写名字是看，删 3 是去掉第 3 条", remark),
)

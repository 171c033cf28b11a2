"""#流失: who may be leaving and why we think so; what those who were asked said, and whether they stayed."""

from __future__ import annotations

import datetime as dt

from handlers.admin.grammar import CARERS, Command, said
from handlers.contract import Context, Handled, Incoming
from handlers.services.care.days import at
from handlers.services.community import churn, groups
from handlers.services.community.log import today
from handlers.services.staff.roles import everybody_on_staff
from storage.queries import partings, people

MOST = 15
LOOKED_AT = 5_000
"""A list by hand looks at so many of the newest; everybody is looked at every morning."""
REASONS = {
    "noise": "消息太多",
    "neglected": "问了没人理",
    "service": "不好用、帮不上",
    "changed": "不需要了",
    "busy": "只是忙",
    "": "没有回",
}
WHY = ("原因", "反馈", "为什么")


def leaving(ctx: Context, msg: Incoming, rest: str) -> Handled:
    """The riskiest first, with their signals; `原因` for the reasons of this month and the last."""
    if rest.strip() in WHY:
        return _reasons(ctx, msg)
    persons = groups.patients(ctx, people.newest(ctx.work, LOOKED_AT), everybody_on_staff(ctx))
    agreed = [one for one in persons if one.consented and not one.unsubscribed]
    found = churn.of_many(ctx, agreed)
    ranked = sorted(
        (one for one in agreed if found[one.id].score >= churn.MIDDLE), key=lambda one: -found[one.id].score
    )
    rows = [(one.id, one.name, found[one.id].score, [say for _, say in found[one.id].why]) for one in ranked[:MOST]]
    high = sum(found[one.id].score >= churn.HIGH for one in ranked)
    learned = any(one.learned for one in found.values())
    return said(
        ctx,
        msg,
        "parting/list",
        private=True,
        rows=rows,
        high=high,
        middle=len(ranked) - high,
        learned=learned,
        total=len(agreed),
    )


def _reasons(ctx: Context, msg: Incoming) -> Handled:
    """Ranked, beside the month before; and of each reason how many stayed."""
    knobs = ctx.settings.community
    first = today(ctx).replace(day=1)
    before = (first - dt.timedelta(days=1)).replace(day=1)
    begin, earlier = (at(day, knobs.day_turns_at, knobs.zone) for day in (first, before))
    now, then = partings.reasons(ctx.work, begin, ctx.now), partings.reasons(ctx.work, earlier, begin)
    ends = partings.ends(ctx.work, earlier)
    rows = [
        (title, now.get(one, 0), then.get(one, 0), ends.get((one, "stayed"), 0), ends.get((one, "gone"), 0))
        for one, title in REASONS.items()
        if now.get(one) or then.get(one)
    ]
    rows.sort(key=lambda row: -row[1])
    return said(ctx, msg, "parting/reasons", private=True, rows=rows, said=partings.said(ctx.work, begin, 5))


COMMANDS = (
    Command("流失", CARERS, "#流失", "看谁可能要离开、凭什么这么看；#流失 原因 看问到的原因和后来留没留", leaving),
)

"""#警报 #收到 #解除."""

from __future__ import annotations

import re

from handlers.admin.grammar import EVERYBODY, Command, said
from handlers.contract import Context, Handled, Happened, Incoming
from handlers.services.care.days import shown
from handlers.services.safety import alerts as service
from storage.queries import people, staff
from storage.tables.staff import Alert


def _meant(ctx: Context, rest: str) -> Alert | None:
    """The alert with this number; without a number the only open one."""
    if found := re.search(r"\d{1,9}", rest):
        return staff.alert(ctx.work, int(found[0]))
    waiting = staff.open_alerts(ctx.work)
    return waiting[0] if len(waiting) == 1 else None


def alerts(ctx: Context, msg: Incoming, rest: str) -> Handled:
    rows = staff.open_alerts(ctx.work)
    names = people.people(ctx.work, [one.person_id for one in rows])
    zone = ctx.settings.community.zone
    shown_rows = [
        (
            one,
            names[one.person_id].name if one.person_id in names else "",
            shown(one.at, zone),
            service.LEVELS[one.level],
        )
        for one in rows
    ]
    return said(ctx, msg, "admin/alerts", rows=shown_rows)


def acknowledge(ctx: Context, msg: Incoming, rest: str) -> Handled:
    alert = _meant(ctx, rest)
    if alert is None:
        return said(ctx, msg, "admin/no_alert")
    first = service.acknowledge(ctx, alert, ctx.person_id)
    handled = said(ctx, msg, "admin/acknowledged", number=alert.id, first=first, name=ctx.person.name)
    events = (
        (Happened("alert_acknowledged", {"alert": alert.id, "by": ctx.person_id}, alert.person_id),) if first else ()
    )
    return Handled("admin", handled.replies, events)


def clear(ctx: Context, msg: Incoming, rest: str) -> Handled:
    alert = _meant(ctx, rest)
    if alert is None:
        return said(ctx, msg, "admin/no_alert")
    first = service.clear(ctx, alert, ctx.person_id)
    handled = said(ctx, msg, "admin/cleared", number=alert.id, first=first)
    events = (Happened("alert_cleared", {"alert": alert.id, "by": ctx.person_id}, alert.person_id),) if first else ()
    return Handled("admin", handled.replies, events)


COMMANDS = (
    Command("警报", EVERYBODY, "#警报", "看还没有解除的安全警报", alerts),
    Command("收到", EVERYBODY, "#收到 3", "我来处理 3 号警报，停止继续呼叫", acknowledge),
    Command("解除", EVERYBODY - {"adviser"}, "#解除 3", "3 号警报已妥善处理，恢复对这位成员的日常消息", clear),
)

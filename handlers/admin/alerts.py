"""#警报 #收到 #解除."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import takewhile

from handlers.admin.grammar import EVERYBODY, Command, Numbered, numbered, said
from handlers.contract import Context, Handled, Happened, Incoming, stored
from handlers.services.care.days import shown
from handlers.services.safety import alerts as service
from storage.queries import people, staff
from storage.tables.staff import Alert


def _is_number(found: Numbered | None) -> bool:
    """A word that is a number and nothing else: 3 or 3号, not 10分钟后到."""
    return found is not None and not found.rest


def _meant(ctx: Context, rest: str) -> list[Alert]:
    """The alerts with these numbers; without a number the only open one."""
    numbers = list(takewhile(_is_number, map(numbered, re.split(r"[\s,，、和]+", rest))))
    if numbers:
        return [alert for one in numbers if one and (alert := staff.alert(ctx.work, one.number))]
    waiting = staff.open_alerts(ctx.work)
    return waiting if len(waiting) == 1 else []


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
    return _each(ctx, msg, rest, service.acknowledge, "admin/acknowledged", "alert_acknowledged")


def clear(ctx: Context, msg: Incoming, rest: str) -> Handled:
    return _each(ctx, msg, rest, service.clear, "admin/cleared", "alert_cleared")


def _each(
    ctx: Context, msg: Incoming, rest: str, act: Callable[[Context, Alert, int], bool], words: str, name: str
) -> Handled:
    """Do it for every number named; without a number for the only open alert."""
    meant = _meant(ctx, rest)
    if not meant:
        return alerts(ctx, msg, rest) if staff.open_alerts(ctx.work) else said(ctx, msg, "admin/no_alert")
    first = {stored(one.id): act(ctx, one, ctx.person_id) for one in meant}
    handled = said(ctx, msg, words, first=first, name=ctx.person.name)
    events = tuple(
        Happened(name, {"alert": one.id, "by": ctx.person_id}, one.person_id) for one in meant if first[stored(one.id)]
    )
    return Handled("admin", handled.replies, events)


COMMANDS = (
    Command("警报", EVERYBODY, "#警报", "看还没有解除的安全警报", alerts),
    Command("收到", EVERYBODY, "#收到 3", "我来处理 3 号警报，停止继续呼叫", acknowledge),
    Command("解除", EVERYBODY - {"adviser"}, "#解除 3", "3 号警报已妥善处理，恢复对这位成员的日常消息", clear),
)

"""#恢复发送 #电话名单 #已联系 #应急名单: what to do about messages that cannot go."""

from __future__ import annotations

from handlers import by_hand
from handlers.admin.grammar import CARERS, MANAGERS, Command, answer, audited, numbered, person_meant, said, which
from handlers.contract import Context, Handled, Incoming, stored
from handlers.services.staff import breaker, calls, continuity
from storage.queries import people

USAGE = "#已联系 12"
SHOWN = 15
"""Entries of a section in a message."""


def resume(ctx: Context, msg: Incoming, rest: str) -> Handled:
    """The platform lets us speak again: what waited goes."""
    return said(ctx, msg, "admin/sending_resumed", count=breaker.resume(ctx, [ctx.person.channel]))


def call_list(ctx: Context, msg: Incoming, rest: str) -> Handled:
    """Who has not got what they should have, since yesterday."""
    return Handled("admin", (answer(ctx, msg, calls.text(ctx, calls.calls(ctx))),))


def contacted(ctx: Context, msg: Incoming, rest: str) -> Handled:
    """`#已联系 12` or `#已联系 张姐`: they know, and what they missed is not sent again."""
    found = numbered(rest)
    person = people.person(ctx.work, found.number) if found else None
    meant = [person] if person is not None else person_meant(ctx, msg, rest)[0] if rest else []
    if len(meant) != 1:
        return which(ctx, msg, meant, USAGE)
    count = by_hand.contacted(ctx, stored(meant[0].id), ctx.person_id)
    return said(ctx, msg, "admin/contacted", name=meant[0].name, count=count)


def sheet(ctx: Context, msg: Incoming, rest: str) -> Handled:
    """Whom to contact when our account is down, with what to say; for a manager's eyes, to be kept elsewhere."""
    found = continuity.sheet(ctx)
    for person in continuity.looked_at(found):
        audited(ctx, msg, "应急名单", rest, about=person)
    parts = continuity.texts(ctx, found, SHOWN)
    return Handled("admin", tuple(answer(ctx, msg, part, private=True) for part in parts))


COMMANDS = (
    Command("电话名单", CARERS, "#电话名单", "提醒和计划没送到的人，急的在前", call_list),
    Command("已联系", CARERS, USAGE, "已经打过电话，没送到的不再补发", contacted),
    Command("应急名单", MANAGERS, "#应急名单", "账号万一不能用：今明两天要联系谁、说什么；只私信您", sheet),
    Command("恢复发送", MANAGERS, "#恢复发送", "平台警告过去了，停着的主动消息接着发", resume),
)

"""#恢复发送 #电话名单 #已联系 #应急名单: what to do about messages that cannot go."""

from __future__ import annotations

from handlers.admin.grammar import MANAGERS, Command, said
from handlers.contract import Context, Handled, Incoming
from handlers.services.staff import breaker


def resume(ctx: Context, msg: Incoming, rest: str) -> Handled:
    """The platform lets us speak again: what waited goes."""
    return said(ctx, msg, "admin/sending_resumed", count=breaker.resume(ctx, [ctx.person.channel]))


COMMANDS = (Command("恢复发送", MANAGERS, "#恢复发送", "平台警告过去了，停着的主动消息接着发", resume),)

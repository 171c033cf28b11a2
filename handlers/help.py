"""帮助: what one can write here."""

from __future__ import annotations

from handlers.contract import Context, Handled, Handler, Incoming, reply
from handlers.matching import keyword


def act(ctx: Context, msg: Incoming, matched: str) -> Handled:
    return Handled("help", (reply(msg, ctx.words("chat/help", private=msg.private), by="help"),))


HELP = Handler(
    "help", keyword("帮助", "help", "怎么用", "使用说明", "功能", "菜单", "你会什么", "你能做什么", "?", "？"), act
)

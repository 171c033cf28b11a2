"""A chat in the terminal: `/as 张姐`, `/in 糖尿病新手群`, `/out`, `/join 群名`, `/day`, `/quit`."""

from __future__ import annotations

import asyncio
import datetime as dt
import uuid
from collections.abc import Callable

from rich.console import Console
from rich.panel import Panel

from bot.channels.base import Accept, Capabilities, Contact, Delivery, EventKind, LinkState, RawEvent, Receipt

HELP = "直接打字就是说话。/as 张姐 换人 · /in 糖尿病新手群 进群说话 · /out 回到私聊 · /join 糖尿病新手群 入群 · /day 过一天 · /quit 退出"


class ConsoleChannel:
    """Everybody in one terminal. The same person and room names always give the same ids."""

    name = "console"
    capabilities = Capabilities(idempotent=False, image_receive=False, image_send=False)
    account = ""

    def __init__(self, now: Callable[[], dt.datetime], bot_name: str = "杏林", console: Console | None = None) -> None:
        self.state = LinkState.DOWN
        self.who, self.room = "张姐", ""
        self._now = now
        self._bot_name = bot_name
        self._console = console or Console()
        self._accept: Accept | None = None
        self._run = uuid.uuid4().hex[:8]
        self._count = 0

    async def start(self, accept: Accept) -> None:
        self._accept = accept
        self.state = LinkState.UP
        self._console.print(HELP, style="dim")

    async def stop(self) -> None:
        self.state = LinkState.DOWN

    async def send(self, message: Delivery) -> Receipt:
        place = message.room if message.room else f"私聊 {message.person}"
        names = "".join(f"@{one.name} " for one in message.mentions)
        picture = "\n［图片］" if message.picture else ""
        self._console.print(Panel(f"{names}{message.text}{picture}", title=f"杏林 → {place}", title_align="left"))
        return Receipt(message.key, self._now())

    @property
    def prompt(self) -> str:
        return f"{self.who}{'@' + self.room if self.room else ''}> "

    async def typed(self, line: str, advance: Callable[[dt.timedelta], asyncio.Future[int]] | None = None) -> bool:
        """One line as typed; False when it asks to quit. `advance` moves a demo clock."""
        verb, _, rest = line.strip().partition(" ")
        if verb in ("/quit", "/exit", "/q"):
            return False
        if verb == "/as" and rest:
            self.who = rest.strip()
        elif verb == "/in" and rest:
            self.room = rest.strip()
        elif verb == "/out":
            self.room = ""
        elif verb == "/join" and rest:
            self.room = rest.strip()
            await self._say(EventKind.JOIN, "")
        elif verb == "/day" and advance is not None:
            await advance(dt.timedelta(days=1))
        elif verb.startswith("/"):
            self._console.print(HELP, style="dim")
        elif line.strip():
            await self._say(EventKind.TEXT, line.rstrip("\n"))
        return True

    async def _say(self, kind: EventKind, text: str) -> None:
        if self._accept is None:
            return
        self._count += 1
        me = Contact(self.who, self.who)
        await self._accept(
            RawEvent(
                channel=self.name,
                message_id=f"{self._run}-{self._count}",
                at=self._now(),
                kind=kind,
                sender=me,
                room=self.room or None,
                room_topic=self.room,
                text=text,
                people=(me,) if kind is EventKind.JOIN else (),
                mentions_bot=bool(self.room) and f"@{self._bot_name}" in text,
            )
        )

"""A stand-in for the assistant behind the web chat: it answers, welcomes and reminds without deciding anything."""

from __future__ import annotations

import datetime as dt
import itertools
import uuid
from pathlib import Path

from bot.channels.base import Contact, Delivery, EventKind, RawEvent
from bot.channels.web import WebChannel
from storage.types import keyring
from storage.work import Database

START = dt.datetime(2026, 3, 2, 0, 0, tzinfo=dt.UTC)  # 08:00 in Shanghai, a Monday
ANSWER = "可以少量吃。建议每次不超过 150 克，放在两餐之间，吃完 2 小时测一次血糖。\n来源：《中国居民膳食指南》"
REMINDER = "早上好，该吃药了。吃完回我一句“吃了”就行。"


class FakeClock:
    def __init__(self, at: dt.datetime = START) -> None:
        self.at = at

    def now(self) -> dt.datetime:
        return self.at


class FakeEngine:
    """Answers in private and when mentioned, once a message; sends one reminder a day to 张姐."""

    def __init__(self, path: Path, at: dt.datetime = START) -> None:
        keyring.use(b"0" * 32)
        self.clock = FakeClock(at)
        self.database = Database(f"sqlite:///{path}", durable=False)
        self.database.create_all()
        self.channel = WebChannel(self.database, self.clock)
        self.can_advance = True
        self.heard: list[RawEvent] = []
        self.broken = False
        self._known: set[str] = set()
        self._keys = (f"out-{uuid.uuid4()}" for _ in itertools.count())

    async def accept(self, raw: RawEvent) -> None:
        if self.broken:
            raise RuntimeError("这里有病人的话")
        if raw.message_id in self._known:
            return
        self._known.add(raw.message_id)
        self.heard.append(raw)
        if raw.kind is EventKind.JOIN:
            await self._say(raw.room, raw.people[0], f"欢迎{raw.people[0].name}！我是杏林，自动助手。有问题 @我 就好。")
        elif raw.room is None or raw.mentions_bot:
            await self._say(raw.room, raw.sender, ANSWER if "西瓜" in raw.text else f"收到：{raw.text or '图片'}")

    async def advance(self, to: dt.datetime) -> int:
        sent = 0
        while (due := await self.next_event()) and due <= to:
            self.clock.at = due
            await self._say(None, Contact("demo-zhangjie", "张姐"), REMINDER)
            sent += 1
        self.clock.at = to
        return sent

    async def next_event(self) -> dt.datetime | None:
        """07:30 in Shanghai, every day."""
        today = self.clock.at.replace(hour=23, minute=30, second=0)
        return today if today > self.clock.at else today + dt.timedelta(days=1)

    def health(self) -> dict[str, object]:
        return {"ok": True, "database": "up", "channels": {"web": str(self.channel.state)}, "due_lag_seconds": 0.0}

    def metrics(self) -> bytes:
        return b"# TYPE xinglin_messages_in counter\nxinglin_messages_in 0\n"

    async def _say(self, room: str | None, to: Contact, text: str) -> None:
        person, mentions = (None, (to,)) if room else (to.id, ())
        await self.channel.send(Delivery(next(self._keys), text, room, person, mentions))

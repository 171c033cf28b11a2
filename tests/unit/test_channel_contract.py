"""The channels that need no platform keep the contract; the wechaty channel's turn is in tests/gateway."""

from __future__ import annotations

import asyncio
import datetime as dt
import io
from pathlib import Path

from rich.console import Console

from bot.channels.base import Contact, EventKind, RawEvent
from bot.channels.console import ConsoleChannel
from bot.channels.memory import MemoryChannel
from bot.channels.web import WebChannel
from bot.clock import ManualClock
from bot.web import demo
from storage.queries import web
from storage.types import keyring
from storage.work import Database
from tests.contract import keeps_the_contract

NOON = dt.datetime(2026, 3, 2, 4, tzinfo=dt.UTC)


def test_memory() -> None:
    channel = MemoryChannel(lambda: NOON)
    me = Contact("zhang", "张姐")

    async def write(text: str, room: str | None = None) -> None:
        assert channel.accept is not None
        at_bot = room is not None
        raw = RawEvent("memory", f"m-{text}", NOON, EventKind.TEXT, me, room=room, text=text, mentions_bot=at_bot)
        await channel.accept(raw)

    asyncio.run(keeps_the_contract(channel, write, lambda text: write(text, "room"), lambda: "zhang", lambda: "room"))
    assert [one.delivery.key for one in channel.sent] == ["contract-1", "contract-2"]


def test_console() -> None:
    shown = io.StringIO()
    channel = ConsoleChannel(lambda: NOON, console=Console(file=shown, width=80))

    async def in_room(text: str) -> None:
        await channel.typed("/in 糖尿病新手群")
        await channel.typed(text)

    asyncio.run(keeps_the_contract(channel, channel.typed, in_room, lambda: "张姐", lambda: "糖尿病新手群"))
    assert "大家好" in shown.getvalue()


def test_console_changes_person_and_room_and_quits() -> None:
    channel = ConsoleChannel(lambda: NOON, console=Console(file=io.StringIO()))

    async def lines() -> list[bool]:
        return [await channel.typed(line) for line in ("/as 李哥", "/in 膝群", "/out", "/nonsense", "", "/quit")]

    assert asyncio.run(lines()) == [True, True, True, True, True, False]
    assert channel.prompt == "李哥> "


def test_web(tmp_path: Path) -> None:
    keyring.use(b"0" * 32)
    database = Database(f"sqlite:///{tmp_path}/web.db", durable=False)
    database.create_all()
    demo._settle(database)
    with database.transaction() as work:
        web.add_member(work, "room-diabetes", "demo-zhangjie")
    channel = WebChannel(database, ManualClock(NOON))
    asyncio.run(
        keeps_the_contract(
            channel,
            lambda text: channel.post("demo-zhangjie", "private:demo-zhangjie", text),
            lambda text: channel.post("demo-zhangjie", "room:room-diabetes", text),
            lambda: "demo-zhangjie",
            lambda: "room-diabetes",
        )
    )
    database.close()

"""The whole assistant on a real gateway: a patient asks in a room and in private, staff answer by command."""

from __future__ import annotations

import asyncio
import datetime as dt
from pathlib import Path

from bot import config, wiring
from bot.app import App
from bot.channels.base import LinkState, Pace
from bot.channels.wechaty import WechatyChannel
from bot.clock import SystemClock
from storage.types import keyring
from storage.work import Database
from tests.contract import keeps_the_contract
from tests.gateway.harness import GatewayProcess, until
from tests.gateway.world import ROOM

PRIVATE, PUBLIC = {"from": "张姐"}, {"from": "张姐", "room": ROOM}


def _channel(gateway: GatewayProcess) -> WechatyChannel:
    now = lambda: dt.datetime.now(dt.UTC)  # noqa: E731
    return WechatyChannel(gateway.endpoint, gateway.token, now, tls=False, pace=Pace(), accept_friends=True)


def test_it_keeps_the_contract(gateway: GatewayProcess) -> None:
    async def in_private(text: str) -> None:
        await asyncio.to_thread(lambda: gateway.do("say", **PRIVATE, text=text))

    async def in_room(text: str) -> None:
        await asyncio.to_thread(lambda: gateway.do("say", **PUBLIC, text=text.removeprefix("@杏林 "), mention=True))

    person, room = (lambda: gateway.people["张姐"]), (lambda: gateway.rooms[ROOM])
    asyncio.run(keeps_the_contract(_channel(gateway), in_private, in_room, person, room))


def test_ask_check_in_and_command_through_wechat(gateway: GatewayProcess, tmp_path: Path) -> None:
    keyring.use(b"0" * 32)
    database = Database(f"sqlite:///{tmp_path}/xinglin.db", durable=False)
    database.create_all()
    staff = [{"channel": "wechaty", "id": gateway.people["李哥"], "roles": ["manager"]}]
    settings = config.load(None, {"channel": "wechaty", "staff": staff})
    channel = _channel(gateway)
    app = App(wiring.desk(settings, database, SystemClock()), {"wechaty": channel})

    def sent(words: str, **place: str) -> bool:
        return any(words in one.get("text", "") and place.items() <= one.items() for one in gateway.sent)

    async def story() -> None:
        await app.start()
        await until(lambda: channel.state is LinkState.UP)
        await asyncio.to_thread(gateway.do, "say", **PUBLIC, text="血糖高能吃西瓜吗", mention=True)
        await until(lambda: sent("西瓜", room=ROOM))
        await asyncio.to_thread(gateway.do, "say", **PRIVATE, text="打卡 血压 130/85")
        await until(lambda: sent("同意", to="张姐"))
        await asyncio.to_thread(gateway.do, "say", **PRIVATE, text="同意")
        await until(lambda: sent("130/85", to="张姐"))
        await asyncio.to_thread(gateway.do, "say", **{"from": "李哥"}, text="#统计")
        await until(lambda: sent("成员总数", to="李哥") and any("image" in one for one in gateway.sent))
        await app.stop()

    asyncio.run(story())
    assert not any("130/85" in one.get("text", "") for one in gateway.sent if "room" in one)

"""`xinglin run`: the process with one channel, until Ctrl-C."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import signal
import sys

from rich.console import Console

from bot import wiring
from bot.app import App
from bot.channels.base import Channel
from bot.channels.console import ConsoleChannel
from bot.channels.web import WebChannel
from bot.clock import Clock
from bot.config import LOOPBACK, Config
from bot.web import demo, seam
from bot.web.server import build, build_watch
from bot.web.serving import NoPort, WebServer, bind
from playbooks.library import Library
from playbooks.schema.source import Broken, Problem
from storage.work import Database

console = Console(stderr=True)


async def serve(config: Config, library: Library) -> None:
    """Start everything in order, wait for Ctrl-C (or the end of the console's input), stop in reverse order."""
    database = await asyncio.to_thread(wiring.open_database, config)
    clock = wiring.clock(config, database)
    channel = _channel(config, database, clock)
    app = wiring.app(wiring.desk(config, database, clock, library), {config.channel: channel})
    server = await _listen(config, app, channel)
    await app.start()
    if isinstance(channel, WebChannel) and config.web.demo:
        await demo.begin(database, channel)
    try:
        await _until_stopped(app, channel)
    finally:
        console.print("正在停止……", style="dim")
        await server.stop()
        await app.stop()


def _channel(config: Config, database: Database, clock: Clock) -> Channel:
    if config.channel == "web":
        return WebChannel(database, clock, config.community.bot_name)
    if config.channel == "console":
        return ConsoleChannel(clock.now, config.community.bot_name)
    if config.channel == "wechaty":
        if not config.wechaty.endpoint or not config.wechaty.token:
            say = "用微信通道要先写 wechaty.endpoint 和 wechaty.token（写成 ${环境变量名}）"
            raise Broken([Problem("config.yaml", 1, "wechaty", say)])
        from bot.channels.wechaty import WechatyChannel  # its protocol takes half a second to load

        known = config.wechaty
        return WechatyChannel(
            known.endpoint or "", known.token or "", clock.now, tls=known.tls, accept_friends=known.accept_friends
        )
    raise Broken([Problem("config.yaml", 1, "channel", "memory 只用于故事和测试，请写 web、console 或 wechaty")])


async def _listen(config: Config, app: App, channel: Channel) -> WebServer:
    """The web chat; with another channel only /health and /metrics."""
    known = config.web
    settings = seam.WebSettings(known.host, known.port, known.token, known.demo, config.community.name)
    try:
        listening = bind(settings)
    except NoPort as error:
        raise Broken([Problem("config.yaml", 1, "web.port", str(error))]) from None
    web = build(app, channel, settings) if isinstance(channel, WebChannel) else build_watch(app, settings)
    server = WebServer(web, listening)
    await server.start()
    if server.port != known.port:
        console.print(f"端口 {known.port} 已被占用，改用 {server.port}。")
    host = "127.0.0.1" if known.host in LOOPBACK else known.host
    what = "杏林已启动，请在浏览器打开" if isinstance(channel, WebChannel) else "运行状态"
    path = "" if isinstance(channel, WebChannel) else "/health"
    console.print(f"{what}：http://{host}:{server.port}{path}　（按 Ctrl-C 停止）", style="bold green")
    return server


async def _until_stopped(app: App, channel: Channel) -> None:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for sign in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):
            loop.add_signal_handler(sign, stopped.set)
    waiting: list[asyncio.Task[bool]] = [asyncio.create_task(_wait(stopped))]
    if isinstance(channel, ConsoleChannel):
        waiting.append(asyncio.create_task(_typing(app, channel)))
    _, pending = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    for task in pending:
        task.cancel()


async def _wait(stopped: asyncio.Event) -> bool:
    return await stopped.wait()


async def _typing(app: App, channel: ConsoleChannel) -> bool:
    """Read lines until the input ends or asks to quit."""

    def ahead(span: dt.timedelta) -> asyncio.Future[int]:
        return asyncio.ensure_future(app.advance(app.clock.now() + span))

    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while True:
        print(channel.prompt, end="", flush=True)
        line = await reader.readline()
        if not line or not await channel.typed(line.decode("utf-8", "replace"), ahead):
            await asyncio.sleep(0.3)
            return True
        await asyncio.sleep(0.05)

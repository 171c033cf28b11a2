"""What `cold_start` starts: the process as `xinglin run` builds it, with the channel that has no platform."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

from bot import config as configuration
from bot import wiring
from bot.app import App
from bot.channels.memory import MemoryChannel
from bot.logs import configure


def main(arguments: Sequence[str]) -> None:
    """Arguments: database url, key file, number of messages. Prints `ready`, then the resident memory in bytes."""
    url, key, count = arguments
    asyncio.run(_life(url, Path(key), int(count)))


async def _life(url: str, key: Path, count: int) -> None:
    overrides = {"channel": "memory", "database": {"url": url}, "key_file": str(key)}
    config = configuration.load(None, overrides)
    configure(config.logs.level, config.logs.json_lines)
    database = wiring.open_database(config)
    clock = wiring.clock(config, database)
    app = wiring.app(wiring.desk(config, database, clock), {"memory": MemoryChannel(clock.now)})
    await app.start()
    print("ready", flush=True)
    await _talk(app, count)
    print(_resident(), flush=True)
    await app.stop()


async def _talk(app: App, count: int) -> None:
    from tests.benchmarks.messages import mix, raw

    for number, said in enumerate(mix(app.desk.index, count)):
        await app.accept(raw(said, number, app.clock.now()))
    await app.dispatcher.idle()
    await app.sender.drain()


def _resident() -> int:
    import psutil  # type: ignore[import-untyped]

    return int(psutil.Process().memory_info().rss)

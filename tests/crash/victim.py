"""The process that is killed. It imports once, then forks a fresh process for every life, because a life is short.

stdin, one life a line: `{"folder": …, "offer": [numbers], "freeze": point?}`. stdout, flushed line by line: `warm`,
`born <pid>`, `ack <number>` (after accept() has returned), `frozen`, `settled`,
`died <exception>`, `gone`.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import structlog

from bot import wiring
from bot.app import App
from bot.channels.memory import MemoryChannel
from bot.clock import ManualClock
from bot.config import Config
from bot.config import load as load_config
from bot.desk import Desk
from bot.dispatch.dispatcher import Dispatcher
from playbooks.library import Library
from storage.queries import due, inbox
from storage.types import keyring
from storage.work import Database
from tests.crash.offered import KEY, START, event, moment

PLAYBOOKS = Path(__file__).parent / "playbooks"
TOGETHER = 6
"""So many messages arrive at once."""
LONGEST = 30
"""Seconds; a life that hangs is a failure."""


def say(word: str) -> None:
    """One write a line: a kill leaves the whole line or nothing."""
    os.write(1, f"{word}\n".encode())


def give_up(*_: object) -> None:
    say("died hanging")
    os._exit(1)


def freeze_before(owner: Any, name: str) -> None:
    """Stand still for ever in front of `owner.name`, for the parent to kill."""

    def stand_still(*args: Any, **kwargs: Any) -> None:
        say("frozen")
        time.sleep(3600)

    setattr(owner, name, stand_still)


def freeze_after_sending() -> None:
    """The platform has the message; the process will never know."""
    send = MemoryChannel.send

    async def send_and_stand_still(self: MemoryChannel, message: Any) -> None:
        await send(self, message)
        say("frozen")
        time.sleep(3600)

    MemoryChannel.send = send_and_stand_still  # type: ignore[assignment,method-assign]


POINTS: dict[str, Callable[[], None]] = {
    "stored": lambda: freeze_before(Dispatcher, "handle"),
    "decided": lambda: freeze_before(inbox, "done"),
    "claimed": lambda: freeze_before(MemoryChannel, "send"),
    "sent": freeze_after_sending,
    "rang": lambda: freeze_before(due, "settle"),
}


async def live(folder: Path, offer: list[int], desk: Desk) -> None:
    """Accept what is offered while reminders ring and answers go out; then settle and say so."""
    channel = MemoryChannel(desk.clock.now, folder / "journal")
    app = App(desk, {"memory": channel}, live=False)
    await app.start()
    working = asyncio.create_task(work(app))
    for place in range(0, len(offer), TOGETHER):
        together = offer[place : place + TOGETHER]
        desk.clock.jump(max(map(moment, together)))  # type: ignore[attr-defined]
        await asyncio.gather(*(accept(app, number) for number in together))
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)
    desk.clock.jump(moment(500))  # type: ignore[attr-defined]
    await app.settle()
    await app.stop()
    say("settled")


async def accept(app: App, number: int) -> None:
    await app.accept(event(number))
    say(f"ack {number}")


async def work(app: App) -> None:
    """Ring and send all the while, as the scheduler does."""
    loop = asyncio.get_running_loop()
    while True:
        await asyncio.shield(loop.run_in_executor(app.writer, app.sweep.tick))
        await asyncio.shield(app.sender.drain())
        await asyncio.sleep(0)


def life(order: dict[str, Any], config: Config, library: Library) -> None:
    """One life of the process, from opening the database to its end."""
    say(f"born {os.getpid()}")
    if order.get("freeze"):
        POINTS[order["freeze"]]()
    folder = Path(order["folder"])
    database = Database(f"sqlite:///{folder / 'crash.db'}")
    desk = wiring.desk(config, database, ManualClock(START), library)
    asyncio.run(live(folder, order["offer"], desk))


def main() -> None:
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    keyring.use(KEY)
    config = load_config(None, {"channel": "memory", "playbooks": {"folders": [str(PLAYBOOKS)]}})
    library = wiring.library(config)
    say("warm")
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            signal.signal(signal.SIGALRM, give_up)
            signal.alarm(LONGEST)
            try:
                life(json.loads(line), config, library)
            except BaseException as error:
                traceback.print_exc()
                say(f"died {type(error).__name__}")
            os._exit(0)
        os.waitpid(child, 0)
        say("gone")


if __name__ == "__main__":
    main()

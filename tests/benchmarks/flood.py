"""A thousand messages a second, more than can be answered, and somebody in danger among them: when do they read the first-aid words?"""

from __future__ import annotations

import asyncio
import time

from bot.app import App
from bot.channels.base import Contact, Delivery, EventKind, RawEvent, Receipt
from tests.benchmarks.community import Community, TimedChannel, settled
from tests.benchmarks.figures import Bound, Figure, Tell, figure
from tests.benchmarks.messages import CHANNEL, mix, raw
from tests.benchmarks.throughput import WARM_UP, burst

NAME = "flood"
A_SECOND, EVERY = 1_000, 50
CRY = "我胸口疼得厉害，喘不上气"
BOUND = Bound("p99", 2.0)


class Watched(TimedChannel):
    """Notes when each person is first written to."""

    def __init__(self) -> None:
        super().__init__()
        self.first: dict[str, float] = {}

    async def send(self, message: Delivery) -> Receipt:
        if message.person is not None:
            self.first.setdefault(message.person, time.perf_counter())
        return await super().send(message)


def run(community: Community, quick: bool, tell: Tell) -> list[Figure]:
    seconds = 2 if quick else 6
    tell(f"{A_SECOND} messages a second for {seconds} s")
    waits, rest = asyncio.run(_measured(community, seconds))
    return [
        figure(NAME, f"{A_SECOND}/s: cry for help to first-aid words", "s", waits, BOUND),
        figure(NAME, "the last ordinary message handled after", "s", [rest]),
    ]


async def _measured(community: Community, seconds: int) -> tuple[list[float], float]:
    """(seconds each emergency waited, seconds the last of the flood waited)."""
    async with community.running(Watched()) as (app, channel):
        said = mix(app.desk.index, WARM_UP + A_SECOND * seconds)
        await burst(app, said[:WARM_UP], 0)
        cried: dict[str, float] = {}
        tasks: list[asyncio.Task[None]] = []
        started = time.perf_counter()
        for number, one in enumerate(said[WARM_UP:], WARM_UP):
            while (ahead := started + (number - WARM_UP) / A_SECOND - time.perf_counter()) > 0:
                await asyncio.sleep(ahead)
            event = raw(one, number, app.clock.now())
            if number % EVERY == EVERY - 1:
                event = _cry(app, number)
                cried[event.sender.id] = time.perf_counter()
            tasks.append(asyncio.create_task(app.accept(event)))
        ended = time.perf_counter()
        await asyncio.gather(*tasks)
        await app.dispatcher.idle()
        rest = time.perf_counter() - ended
        await app.sender.drain()
        settled(app.database)
        assert isinstance(channel, Watched)
        return [channel.first[who] - at for who, at in cried.items()], rest


def _cry(app: App, number: int) -> RawEvent:
    sender = Contact(f"ill-{number}", f"病人{number}")
    return RawEvent(CHANNEL, f"m{number}", app.clock.now(), EventKind.TEXT, sender, text=CRY)

"""One message in flight: from the channel's accept() to the reply's send(), or to handled when nothing is to be said."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections import defaultdict

from bot.app import App
from bot.channels.base import RawEvent
from tests.benchmarks.community import Community, TimedChannel, settled
from tests.benchmarks.figures import Bound, Figure, Tell, figure
from tests.benchmarks.floor import Floor
from tests.benchmarks.messages import SHARES, Said, mix, raw

NAME = "latency"
WARM_UP = 40
LONGEST_SECONDS = 30
FLOOR = "bare sqlite3, WAL FULL"
P50, P99 = Bound("median", 3.0), Bound("p99", 15.0)


def run(community: Community, quick: bool, tell: Tell) -> list[Figure]:
    count = 400 if quick else 1_000
    tell(f"{count} messages, one in flight")
    spent = asyncio.run(_measured(community, count))
    bare = spent.pop(FLOOR)
    everything = [one for many in spent.values() for one in many]
    ratio = statistics.median(bare) / statistics.median(everything)
    return [
        figure(NAME, "message in to reply out", "ms", everything, P50, P99, against=FLOOR, ratio=ratio),
        *(figure(NAME, f"of these: {kind}", "ms", spent[kind]) for kind in SHARES),
        figure(NAME, "floor: insert, select, update, commit", "ms", bare),
    ]


async def _measured(community: Community, count: int) -> dict[str, list[float]]:
    """Kind of message → milliseconds of each; beside every message one of the floor's."""
    spent: dict[str, list[float]] = defaultdict(list)
    floor = Floor(community.folder / "floor.db")
    async with community.running() as (app, channel):
        for number, said in enumerate(mix(app.desk.index, WARM_UP + count)):
            taken = await milliseconds(app, channel, said, raw(said, number, app.clock.now()))
            bare = floor.message(number) * 1000
            if number >= WARM_UP:
                spent[said.kind].append(taken)
                spent[FLOOR].append(bare)
        settled(app.database)
    floor.close()
    return spent


async def milliseconds(app: App, channel: TimedChannel, said: Said, event: RawEvent) -> float:
    """The time of one message; returns when nothing of it is left to do."""
    first = channel.expect()
    started = time.perf_counter()
    await app.accept(event)
    if said.answered:
        ended = await asyncio.wait_for(first, LONGEST_SECONDS)
        await app.dispatcher.idle()
    else:
        await app.dispatcher.idle()
        ended = time.perf_counter()
    await app.sender.drain()
    return (ended - started) * 1000

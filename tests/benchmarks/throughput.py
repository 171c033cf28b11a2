"""All messages at once, until every one is handled and every reply sent; beside it what bare sqlite3 could do."""

from __future__ import annotations

import asyncio
import statistics
import time

from bot.app import App
from tests.benchmarks import floor
from tests.benchmarks.community import Community, settled
from tests.benchmarks.figures import Bound, Figure, Tell, figure, rounds
from tests.benchmarks.messages import Said, mix, raw

NAME = "throughput"
ROUNDS = 3
SECONDS, QUICK_SECONDS = 30, 4
WARM_UP = 40
BOUND = Bound("median", 800.0, at_least=True)
FLOOR = "bare sqlite3, WAL FULL"


def run(community: Community, quick: bool, tell: Tell) -> list[Figure]:
    count = 500 if quick else 4_000
    ours: list[float] = []
    bare: list[float] = []
    for number in rounds(ROUNDS, QUICK_SECONDS if quick else SECONDS):
        tell(f"{count} messages at once, round {number} of {ROUNDS}")
        bare.append(floor.rate(community.folder / f"floor{number}.db", count))
        ours.append(count / asyncio.run(_measured(community, count)))
    ratio = statistics.median(ours) / statistics.median(bare)
    return [
        figure(NAME, f"{count} messages queued at once", "msg/s", ours, BOUND, against=FLOOR, ratio=ratio),
        figure(NAME, "floor: insert, select, update, commit", "msg/s", bare),
    ]


async def _measured(community: Community, count: int) -> float:
    async with community.running() as (app, _):
        said = mix(app.desk.index, WARM_UP + count)
        await burst(app, said[:WARM_UP], 0)
        seconds = await burst(app, said[WARM_UP:], WARM_UP)
        settled(app.database)
    return seconds


async def burst(app: App, said: list[Said], first: int) -> float:
    """Seconds until these messages are handled and their replies sent; the first is message number `first`."""
    started = time.perf_counter()
    events = (raw(one, first + number, app.clock.now()) for number, one in enumerate(said))
    await asyncio.gather(*(app.accept(event) for event in events))
    await app.dispatcher.idle()
    await app.sender.drain()
    return time.perf_counter() - started

"""Where the time of a message goes: cProfile in the writer thread, which does all the work; the loop only waits."""

from __future__ import annotations

import asyncio
import cProfile
import io
import pstats
import re
import sysconfig
from collections.abc import Iterator
from pathlib import Path

from bot.app import App
from tests.benchmarks.community import Community, TimedChannel
from tests.benchmarks.messages import Said, mix, raw
from tests.benchmarks.pipeline import milliseconds
from tests.benchmarks.throughput import WARM_UP, burst

LINES = 15
COUNTS = {"latency: one message in flight": 400, "throughput: all messages at once": 2_000}
ROOT = Path(__file__).parents[2]
STARTERS = "bot|handlers|storage|playbooks"
"""The folders of our own code, for the list without library functions."""


def profiles(community: Community) -> Iterator[tuple[str, str]]:
    """(title, table) by cumulative time: all functions, then only ours."""
    for title, count in COUNTS.items():
        profile = asyncio.run(_profiled(community, count, one_by_one=title.startswith("latency")))
        yield f"{title}, {count} messages", _top(profile, "")
        yield f"{title}, our functions", _top(profile, rf"^{re.escape(str(ROOT))}/(?:{STARTERS})/")


async def _profiled(community: Community, count: int, one_by_one: bool) -> cProfile.Profile:
    profile = cProfile.Profile()
    async with community.running() as (app, channel):
        said = mix(app.desk.index, WARM_UP + count)
        await burst(app, said[:WARM_UP], 0)
        app.writer.submit(profile.enable).result()
        await (_singly(app, channel, said[WARM_UP:]) if one_by_one else burst(app, said[WARM_UP:], WARM_UP))
        app.writer.submit(profile.disable).result()
    return profile


async def _singly(app: App, channel: TimedChannel, said: list[Said]) -> None:
    for number, one in enumerate(said):
        await milliseconds(app, channel, one, raw(one, WARM_UP + number, app.clock.now()))


def _top(profile: cProfile.Profile, only: str) -> str:
    text = io.StringIO()
    stats = pstats.Stats(profile, stream=text).sort_stats("cumulative")
    stats.print_stats(*([only] if only else []), LINES)
    table = "ncalls" + text.getvalue().split("ncalls", 1)[-1].rstrip()
    for folder in (sysconfig.get_path("purelib"), sysconfig.get_path("stdlib"), str(ROOT)):
        table = table.replace(f"{folder}/", "")
    return table

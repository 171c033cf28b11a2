"""From an event in memory to the call of its handler, the last or the first of 30: our table and three frameworks."""

from __future__ import annotations

import asyncio
import statistics
from collections import defaultdict
from collections.abc import Mapping, Sequence

from tests.benchmarks.community import Community
from tests.benchmarks.figures import Bound, Figure, Tell, figure
from tests.benchmarks.peers.aiogram import Aiogram
from tests.benchmarks.peers.base import WORDS, Peer
from tests.benchmarks.peers.nonebot import NoneBot
from tests.benchmarks.peers.ours import Ours
from tests.benchmarks.peers.telegram import Telegram

NAME = "dispatch"
PLACES = {"last": WORDS[-1], "first": WORDS[0]}
CHUNKS = {"ours": 1_000, "python-telegram-bot": 200, "aiogram": 50, "NoneBot": 10}
"""How many messages one sample is the mean of: fewer for those that take longer."""
BOUND = Bound("median", 50.0)
Spent = Mapping[tuple[str, str], Sequence[float]]


def run(community: Community, quick: bool, tell: Tell) -> list[Figure]:
    rounds = 5 if quick else 30
    spent = asyncio.run(_measured(rounds, tell))
    names = list(dict.fromkeys(name for name, _ in spent))
    return [_figure(spent, name, place) for place in PLACES for name in names]


async def _measured(rounds: int, tell: Tell) -> Spent:
    """(peer, place) → microseconds a message; the peers take turns within each round."""
    spent: dict[tuple[str, str], list[float]] = defaultdict(list)
    peers: list[Peer] = [Ours(), Telegram(), Aiogram(), NoneBot()]
    for number in range(rounds + 1):
        tell(f"30 handlers, round {number} of {rounds}")
        for peer in peers:
            for place, text in PLACES.items():
                taken = await _microseconds(peer, text)
                if number:  # the first round warms up
                    spent[peer.name, place].append(taken)
    return spent


async def _microseconds(peer: Peer, text: str) -> float:
    times = CHUNKS[peer.name.split()[0]]
    before = peer.calls
    seconds = await peer.run(text, times)
    if peer.calls - before != times:
        raise RuntimeError(f"{peer.name} called its handler {peer.calls - before} times for {times} messages")
    return seconds / times * 1e6


def _figure(spent: Spent, name: str, place: str) -> Figure:
    samples, label = spent[name, place], f"{name}, {place} of 30"
    if name == Ours.name:
        return figure(NAME, label, "µs", samples, BOUND)
    ratio = statistics.median(samples) / statistics.median(spent[Ours.name, place])
    return figure(NAME, label, "µs", samples, against="this", ratio=ratio)

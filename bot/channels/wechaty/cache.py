"""A small memory for what rarely changes (names, room topics), so that a message does not cost three more calls."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

V = TypeVar("V")


class Cache(Generic[V]):
    """Least recently used goes first when more than `size` are held; each is good for `ttl` seconds of `now`.

    `load` is asked for what is missing; when it raises, nothing is kept.
    """

    def __init__(self, load: Callable[[str], Awaitable[V]], now: Callable[[], float], size: int, ttl: float) -> None:
        self._load = load
        self._now = now
        self._size = size
        self._ttl = ttl
        self._held: OrderedDict[str, tuple[float, V]] = OrderedDict()

    async def get(self, key: str) -> V:
        held = self._held.get(key)
        if held and self._now() < held[0]:
            self._held.move_to_end(key)
            return held[1]
        value = await self._load(key)
        self._keep(key, value)
        return value

    def drop(self, key: str) -> None:
        self._held.pop(key, None)

    def _keep(self, key: str, value: V) -> None:
        self._held[key] = (self._now() + self._ttl, value)
        self._held.move_to_end(key)
        while len(self._held) > self._size:
            self._held.popitem(last=False)

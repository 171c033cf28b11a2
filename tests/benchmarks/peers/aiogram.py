"""aiogram 2: `Dispatcher.process_update` with one text filter a handler."""

from __future__ import annotations

from functools import partial
from typing import Any

from aiogram import Bot, Dispatcher, __version__, types  # type: ignore[import-untyped]

from tests.benchmarks.peers.base import WORDS, timed


class Aiogram:
    name = f"aiogram {__version__}"

    def __init__(self) -> None:
        self.calls = 0
        self._dispatcher = Dispatcher(Bot("1:offline", validate_token=False))
        for word in WORDS:
            self._dispatcher.register_message_handler(self._act, text=word)

    async def _act(self, message: Any) -> None:
        self.calls += 1

    async def run(self, text: str, times: int) -> float:
        who = {"id": 1, "is_bot": False, "first_name": "病友"}
        message = {"message_id": 1, "date": 1, "chat": {"id": 1, "type": "private"}, "from": who, "text": text}
        update = types.Update(update_id=1, message=message)
        return await timed(partial(self._dispatcher.process_update, update), times)

"""python-telegram-bot: `Application.process_update` with one MessageHandler a text."""

from __future__ import annotations

import datetime as dt
from functools import partial
from typing import Any

from telegram import Chat, Message, Update, User, __version__
from telegram.ext import Application, ExtBot, MessageHandler, filters

from tests.benchmarks.peers.base import WORDS, timed


class Offline(ExtBot[None]):
    """A bot that never calls its server."""

    async def initialize(self) -> None:
        return


class Telegram:
    name = f"python-telegram-bot {__version__}"

    def __init__(self) -> None:
        self.calls = 0
        self._app: Application[Any, Any, Any, Any, Any, Any] = (
            Application.builder().bot(Offline("1:offline")).updater(None).build()
        )
        for word in WORDS:
            self._app.add_handler(MessageHandler(filters.Text([word]), self._act))

    async def _act(self, update: Update, context: Any) -> None:
        self.calls += 1

    async def run(self, text: str, times: int) -> float:
        await self._app.initialize()
        who = User(1, "病友", is_bot=False)
        message = Message(1, dt.datetime.now(dt.UTC), Chat(1, Chat.PRIVATE), from_user=who, text=text)
        return await timed(partial(self._app.process_update, Update(1, message=message)), times)

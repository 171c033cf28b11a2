"""NoneBot2: `handle_event` with one full-match matcher a text, each of its own priority and blocking."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from importlib.metadata import version
from typing import Any

import nonebot
from nonebot.adapters import Adapter, Bot, Event, Message, MessageSegment
from nonebot.message import handle_event
from nonebot.plugin import on_fullmatch

from tests.benchmarks.peers.base import WORDS, timed


class Segment(MessageSegment["Text"]):
    @classmethod
    def get_message_class(cls) -> type[Text]:
        return Text

    def __str__(self) -> str:
        return str(self.data["text"])

    def is_text(self) -> bool:
        return True


class Text(Message[Segment]):
    @classmethod
    def get_segment_class(cls) -> type[Segment]:
        return Segment

    @staticmethod
    def _construct(msg: str) -> Iterable[Segment]:
        yield Segment("text", {"text": msg})


class Spoken(Event):
    """Somebody wrote in private."""

    text: str

    def get_type(self) -> str:
        return "message"

    def get_event_name(self) -> str:
        return "message.private"

    def get_event_description(self) -> str:
        return "a message"

    def get_user_id(self) -> str:
        return "1"

    def get_session_id(self) -> str:
        return "1"

    def get_message(self) -> Text:
        return Text(self.text)

    def is_tome(self) -> bool:
        return True


class Offline(Adapter):
    @classmethod
    def get_name(cls) -> str:
        return "offline"

    async def _call_api(self, bot: Bot, api: str, **data: Any) -> Any:
        raise RuntimeError("there is no platform")


class Mute(Bot):
    async def send(self, event: Event, message: Any, **more: Any) -> None:
        return


class NoneBot:
    name = f"NoneBot {version('nonebot2')}"

    def __init__(self) -> None:
        self.calls = 0
        nonebot.logger.remove()  # its log lines would cost it time
        nonebot.init(driver="~none", port=8080)  # an empty PORT of the environment is no number to it
        for number, word in enumerate(WORDS):
            on_fullmatch(word, priority=number + 1, block=True, handlers=[self._act])
        self._bot = Mute(Offline(nonebot.get_driver()), "bench")

    async def _act(self) -> None:
        self.calls += 1

    async def run(self, text: str, times: int) -> float:
        return await timed(partial(handle_event, self._bot, Spoken(text=text)), times)

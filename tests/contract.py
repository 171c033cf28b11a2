"""What every channel promises, as one check that each channel's own test calls."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

from bot.channels.base import Channel, Delivery, LinkState, RawEvent, Receipt

PATIENCE_SECONDS = 15.0

Speak = Callable[[str], Awaitable[object]]


async def _until(true: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not true():
        assert time.monotonic() < deadline, "still not true"
        await asyncio.sleep(0.01)


async def keeps_the_contract(
    channel: Channel, in_private: Speak, in_room: Speak, person: Callable[[], str], room: Callable[[], str]
) -> None:
    """Start, hear a private and a room message, send to both places, stop. `in_*` make somebody write a text."""
    heard: list[RawEvent] = []

    async def accept(event: RawEvent) -> None:
        heard.append(event)

    assert channel.name
    assert channel.state is not LinkState.UP
    await channel.start(accept)
    await _until(lambda: channel.state is LinkState.UP)
    assert bool(channel.account) != channel.capabilities.stable_ids
    await _hears(channel, heard, in_private, in_room)
    await _sends(channel, person(), room())
    await channel.stop()
    assert channel.state is not LinkState.UP


async def _hears(channel: Channel, heard: list[RawEvent], in_private: Speak, in_room: Speak) -> None:
    await in_private("私聊一句")
    await _until(lambda: any(one.text == "私聊一句" for one in heard))
    await in_room("@杏林 群里一句")
    await _until(lambda: any("群里一句" in one.text for one in heard))
    private = next(one for one in heard if one.text == "私聊一句")
    public = next(one for one in heard if "群里一句" in one.text)
    assert private.room is None and public.room
    assert public.mentions_bot == channel.capabilities.mention
    assert len({one.message_id for one in heard}) == len(heard)
    assert all(one.at.tzinfo is not None and one.channel == channel.name and one.sender.id for one in heard)


async def _sends(channel: Channel, person: str, room: str) -> None:
    for delivery in (Delivery("contract-1", "您好", person=person), Delivery("contract-2", "大家好", room=room)):
        receipt = await channel.send(delivery)
        assert isinstance(receipt, Receipt) and receipt.at.tzinfo is not None
        if channel.capabilities.idempotent:
            await channel.send(delivery)

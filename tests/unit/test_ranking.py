"""The room's evening line can be switched off."""

from __future__ import annotations

import asyncio
import datetime as dt

from bot.stories.world import World
from tests.unit.test_roles import shipped

TEN = dt.datetime(2026, 3, 2, 2, tzinfo=dt.UTC)


def test_the_summary_can_be_switched_off() -> None:
    async def go() -> None:
        for knob, lines in (("21:00", 1), (None, 0)):
            both = ["张姐", "李哥"]
            config = {"challenges": {"room_summary": knob}}
            world = World(TEN, {one: {} for one in both}, {"家长群": both}, config=config, library=shipped())
            await world.start()
            await world.give_consent(both)
            for one in both:
                await world.say(one, "参加 21天护眼", "家长群")
                await world.say(one, "户外1小时")
            sent = await world.wait(dt.timedelta(days=1))
            assert len([one for one in sent if one.delivery.room]) == lines
            await world.close()

    asyncio.run(go())

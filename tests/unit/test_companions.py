"""The code of an invitation: six digits, for one person, for a week; never for its owner."""

from __future__ import annotations

import asyncio
import datetime as dt
import re

from bot.channels.memory import Sent
from bot.stories.world import World
from tests.unit.test_roles import shipped

TEN = dt.datetime(2026, 3, 2, 2, tzinfo=dt.UTC)


def _texts(sent: list[Sent]) -> list[str]:
    return [one.delivery.text for one in sent]


def test_a_code_is_good_for_one_person_and_one_week() -> None:
    async def go() -> None:
        world = World(TEN, {"张姐": {}, "李哥": {}, "赵叔": {}}, library=shipped())
        await world.start()
        await world.give_consent(["张姐", "李哥", "赵叔"])
        await world.say("张姐", "参加 21天护眼")

        async def invited() -> str:
            said = _texts(await world.say("张姐", "邀请同伴"))[0]
            found = re.search(r"一起 (\d{6})$", said)
            assert found, said
            return found[1]

        code = await invited()
        assert await invited() == code
        assert "用过了" in _texts(await world.say("张姐", f"一起 {code}"))[0]
        await world.wait(dt.timedelta(days=8))
        assert "过期" in _texts(await world.say("李哥", f"一起 {code}"))[0]
        code = await invited()
        said = _texts(await world.say("李哥", f"一起 {code}"))
        assert "报名成功" in said[0]
        assert [text for text in said if "结伴了" in text] and len(said) == 3
        assert "用过了" in _texts(await world.say("赵叔", f"一起 {code}"))[0]
        await world.close()

    asyncio.run(go())

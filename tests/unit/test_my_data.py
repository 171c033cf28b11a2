"""A copy of one's own data, and being forgotten."""

from __future__ import annotations

import asyncio
import datetime as dt

from bot import copying
from bot.stories.story import moment as at
from bot.stories.world import World
from playbooks.schema.load import load
from storage.queries import outbox, people, personal

LIBRARY = load()
START = "2026-03-02 10:00"
WICKED = "<script>alert(1)</script>"
MINUTES = dt.timedelta(minutes=1)


async def patient() -> World:
    world = World(at(START), {"张姐": {}, "小林": {"role": "manager"}}, library=LIBRARY)
    await world.start()
    for said in ("同意", "打卡 血压 143/92", f"转人工 我想问 {WICKED}"):
        await world.say("张姐", said)
    return world


def test_the_page_shows_every_record_in_words_and_nothing_in_it_runs() -> None:
    async def run() -> None:
        world = await patient()
        with world.app.database.reading() as work:
            found = personal.export(work, next(one for one in people.everybody(work) if one.name == "张姐"))
        page = copying.page(found, "社群", "Asia/Shanghai", at(START))
        assert WICKED not in page and "&lt;script&gt;" in page
        assert all(part in page for part in ("打卡的数值和事", "143", "同意书", "何时"))
        assert page.count("<h2>") == len(found)
        await world.close()

    asyncio.run(run())


def test_nothing_of_the_person_is_left() -> None:
    async def run() -> None:
        world = await patient()
        for said in ("删除我的数据", "确认删除"):
            await world.say("张姐", said)
        await world.wait(2 * MINUTES)
        with world.app.database.reading() as work:
            assert "张姐" not in [one.name for one in people.everybody(work)]
            for table in personal.tables():
                if table.name not in personal.OURS:
                    rows = work.connection.execute(table.select()).mappings().all()
                    assert not [row for row in rows if "143" in str(row) or WICKED in str(row)], table.name
        await world.close()

    asyncio.run(run())


def test_a_restart_in_between_forgets_nothing() -> None:
    async def run() -> None:
        world = await patient()
        for said in ("注销", "确认删除"):
            await world.say("张姐", said)
        await world.restart()
        await world.wait(5 * MINUTES)
        with world.app.database.reading() as work:
            assert "张姐" not in [one.name for one in people.everybody(work)]
        await world.close()

    asyncio.run(run())


def test_the_farewell_is_waited_for_but_not_for_ever(monkeypatch) -> None:  # type: ignore[no-untyped-def]
    async def run() -> None:
        world = await patient()
        for said in ("删除我的数据", "确认删除"):
            await world.say("张姐", said)
        monkeypatch.setattr(outbox, "waits_for", lambda work, person: True)
        await world.wait(30 * MINUTES)
        with world.app.database.reading() as work:
            assert "张姐" in [one.name for one in people.everybody(work)]
        await world.wait(40 * MINUTES)
        with world.app.database.reading() as work:
            assert "张姐" not in [one.name for one in people.everybody(work)]
        await world.close()

    asyncio.run(run())


def test_an_alarm_in_the_last_minute_keeps_the_person_in_sight() -> None:
    async def run() -> None:
        world = await patient()
        for said in ("删除我的数据", "确认删除", "我胸口疼得厉害"):
            await world.say("张姐", said)
        await world.wait(5 * MINUTES)
        with world.app.database.reading() as work:
            assert "张姐" in [one.name for one in people.everybody(work)]
        await world.close()

    asyncio.run(run())

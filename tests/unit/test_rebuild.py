"""Points, honours, segments and the roll-up follow from the event log: made anew they are what they were."""

from __future__ import annotations

import asyncio
import datetime as dt
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from bot.stories.world import World
from handlers.services.community import points
from handlers.services.community.rebuild import rebuild
from storage.queries import events
from storage.queries import points as ledger
from storage.tables.standing import Activity, Belongs, Honour
from storage.work import Work

START = dt.datetime(2026, 3, 2, 1, 0, tzinfo=dt.UTC)
SAID = (
    "打卡 血压 128/80",
    "今天走了八千步",
    "兑换 1",
    "血糖高能吃西瓜吗",
    "消息太多了我退群",
    "大家好",
    "参加 21天护眼",
    "户外1小时",
)
TURNS = st.lists(st.tuples(st.sampled_from(("张姐", "李哥")), st.sampled_from(SAID), st.integers(0, 40)), max_size=12)


def derived(work: Work) -> dict[str, list[Any]]:
    """All that follows from the log, without the rows' own numbers."""
    found: dict[str, list[Any]] = {"points": ledger.everything(work)}
    for table in (Activity, Honour, Belongs):
        columns = [one for one in table.__table__.c if one.name != "id"]  # type: ignore[attr-defined]
        rows = work.connection.execute(select(*columns)).all()
        found[table.__name__] = sorted((tuple(row) for row in rows if "tag" not in row), key=repr)
    return found


async def lived(turns: list[tuple[str, str, int]]) -> tuple[dict[str, list[Any]], dict[str, list[Any]], int]:
    """(what there was, what there is after making it anew, events read) after these turns: who, what, hours later."""
    world = World(START, {"小林": {"role": "manager"}, "张姐": {}, "李哥": {}}, {"糖友群": ["张姐", "李哥", "小林"]})
    await world.start()
    for name in ("张姐", "李哥"):
        await world.say(name, "同意")
        await world.say("小林", f"#积分 {name} +150 开头")
    for name, said, hours in turns:
        await world.until(world.clock.now() + dt.timedelta(hours=hours))
        await world.say(name, said)
    with world.app.database.transaction() as work:
        before = derived(work)
        count = rebuild(work, world.app.desk.config.community)
        after = derived(work)
    await world.close()
    return before, after, count


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(TURNS)
def test_what_is_made_anew_is_what_was(turns: list[tuple[str, str, int]]) -> None:
    before, after, count = asyncio.run(lived(turns))
    assert after == before
    assert count > 0 and before["points"] and before["Activity"]


def test_a_ledger_that_was_changed_by_hand_is_mended() -> None:
    async def run() -> tuple[Any, Any]:
        world = World(START, {"小林": {"role": "manager"}, "张姐": {}}, {"糖友群": ["张姐", "小林"]})
        await world.start()
        await world.say("张姐", "同意")
        await world.say("张姐", "打卡 血压 128/80")
        with world.app.database.transaction() as work:
            before = derived(work)
            ledger.book(work, "forged", 2, 999, "凭空", world.clock.now())
            rebuild(work, world.app.desk.config.community)
            after = derived(work)
        await world.close()
        return before, after

    before, after = asyncio.run(run())
    assert after == before


def test_nobody_gets_below_zero_and_nothing_is_booked_twice() -> None:
    async def run() -> None:
        world = World(START, {"小林": {"role": "manager"}, "张姐": {}}, {"糖友群": ["张姐", "小林"]})
        await world.start()
        await world.say("张姐", "同意")
        with world.app.database.transaction() as work:
            scene = world.app.desk.scene(work)
            assert points.award(scene, 1, -50, "a", "扣") == 0
            assert points.award(scene, 1, 30, "b", "给") == 30
            assert points.award(scene, 1, 30, "b", "给") == 0
            assert points.award(scene, 1, -50, "c", "扣") == -30
            assert ledger.total(work, 1) == 0
        await world.close()

    asyncio.run(run())


def test_the_log_and_its_roll_up_forget_whole_days_and_keep_accounts() -> None:
    async def run() -> None:
        world = World(START, {"小林": {"role": "manager"}, "张姐": {}}, {"糖友群": ["张姐", "小林"]})
        await world.start()
        await world.say("张姐", "同意")
        await world.say("张姐", "打卡 血压 128/80")
        with world.app.database.transaction() as work:
            total = ledger.total(work, 2) + ledger.total(work, 1)
            day = dt.date(2026, 3, 3)
            assert events.forget_before(work, dt.datetime(2026, 3, 2, 20, tzinfo=dt.UTC), day) > 0
            before = derived(work)
            rebuild(work, world.app.desk.config.community)
            assert derived(work) == before and ledger.total(work, 2) + ledger.total(work, 1) == total > 0
        await world.close()

    asyncio.run(run())

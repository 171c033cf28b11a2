"""Journeys: whatever moves, each step is sent once, or it is on record why not."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from bot.clock import ManualClock
from bot.stories.world import World
from handlers.services.care import dates, journeys, planning
from handlers.services.care.days import local
from playbooks.library import Library
from playbooks.schema.common import Playbook
from playbooks.schema.journey import Journey, Step
from storage.queries import care, due, outbox, people
from storage.tables.care import Enrolment
from tests.unit.slots import ZONES, shipped

START = dt.datetime(2026, 3, 2, 1, 0, tzinfo=dt.UTC)
"""09:00 in Shanghai, a Monday."""
DAY, HOUR = dt.timedelta(days=1), dt.timedelta(hours=1)
HEAD = {"kind": "journey", "version": 1, "title": "试试", "owner": "测试", "review": {"stage": "sample"}}


def journey(id: str = "trial", anchor: str = "surgery", **more: Any) -> Journey:
    steps = more.pop("steps", None) or [at(day) for day in (-2, -1, 1, 3, 7)]
    return Journey.model_validate({**HEAD, "id": id, "anchor": anchor, "steps": steps, **more})


def at(day: int, clock: str = "10:00", **more: Any) -> dict[str, Any]:
    name = f"d{day}" if day > 0 else f"b{-day}"
    return {"id": name, "when": {"day": day, "at": clock}, "send": f"第{name}步", **more}


def library(*entries: Playbook) -> Library:
    """These, with the measures and the points that ship."""
    return Library.of([*shipped().measures.values(), *shipped().rewards.values(), *entries])


@asynccontextmanager
async def community(*entries: Playbook, **config: Any) -> AsyncIterator[World]:
    world = World(START, {"张姐": {}, "小林": {"role": "manager"}}, {"工作人员群": ["小林"]}, config, library(*entries))
    await world.start()
    await world.give_consent(["张姐"])
    try:
        yield world
    finally:
        await world.close()


def tell(world: World, day: dt.date, anchor: str = "surgery") -> dates.Planned:
    with world.app.database.transaction() as work:
        person = people.named(work, "张姐")[0]
        return dates.tell(world.desk.scene(work), person, anchor, day)


def swap(world: World, *entries: Playbook) -> None:
    """Other playbooks come into force."""
    world.desk.library = library(*entries)
    with world.app.database.transaction() as work:
        world.desk.serve(work)
    world.desk.committed()


def texts(world: World) -> list[str]:
    return [one.delivery.text for one in world.channel.sent if one.delivery.person == "person-张姐"]


def states(world: World) -> dict[str, str]:
    """Step → state (reason) of the newest round."""
    with world.app.database.reading() as work:
        newest = care.enrolments(work, people.named(work, "张姐")[0].id, "journey")[-1]
        rows = due.of(work, planning.STEP, newest.id or 0).values()
    return {row["data"]["step"]: f"{row['state']} {row['reason']}".strip() for row in rows}


# --- moving ------------------------------------------------------------------------------------


def test_a_moved_day_moves_what_lies_ahead_and_repeats_nothing() -> None:
    async def go() -> None:
        async with community(journey()) as world:
            assert tell(world, dt.date(2026, 3, 5)).begun == (("试试", 5),)
            await world.until(START + 2 * DAY)
            assert texts(world) == ["第b2步"], "on the third"
            tell(world, dt.date(2026, 3, 10))
            await world.until(START + 6 * DAY)
            assert texts(world) == ["第b2步"], "it is not said again two days before the new day"
            await world.until(START + 20 * DAY)
            assert texts(world) == ["第b2步", "第b1步", "第d1步", "第d3步", "第d7步"]

    asyncio.run(go())


def test_what_is_written_and_has_not_gone_is_taken_back() -> None:
    async def go() -> None:
        night = journey(steps=[at(-1, "23:00"), at(1)])
        async with community(night) as world:
            tell(world, dt.date(2026, 3, 4))
            await world.until(START + DAY + 15 * HOUR)
            assert texts(world) == [], "midnight: it waits for the morning"
            tell(world, dt.date(2026, 3, 12))
            await world.until(START + 5 * DAY)
            assert texts(world) == [], "the day before is another day now"
            await world.until(START + 12 * DAY)
            assert texts(world) == ["第b1步", "第d1步"]

    asyncio.run(go())


def test_what_was_missed_gets_another_chance_when_the_day_moves_on() -> None:
    async def go() -> None:
        async with community(journey()) as world:
            tell(world, dt.date(2026, 3, 1))
            assert states(world) == {"b2": "skipped late", "b1": "skipped late", "d1": "skipped late"} | {
                "d3": "waiting",
                "d7": "waiting",
            }
            tell(world, dt.date(2026, 3, 9))
            assert set(states(world).values()) == {"waiting"}

    asyncio.run(go())


def test_other_times_in_the_playbook_plan_anew_and_other_words_touch_nothing() -> None:
    async def go() -> None:
        async with community(journey()) as world:
            tell(world, dt.date(2026, 3, 5))
            await world.until(START + 2 * DAY)
            swap(world, journey(version=2, steps=[at(-2, send="新的话"), *map(at, (-1, 1, 3, 7))]))
            await world.until(START + 2 * DAY + HOUR / 2)
            assert texts(world) == ["第b2步"], "a new wording of what was said is not said"
            swap(world, journey(version=3, steps=[at(-2), at(1, "16:00"), at(3), at(5)]))
            await world.until(START + 20 * DAY)
            assert texts(world) == ["第b2步", "第d1步", "第d3步", "第d5步"]
            sent = [one.at for one in world.channel.sent if one.delivery.text == "第d1步"]
            assert local(sent[0], "Asia/Shanghai").hour == 16
            assert states(world)["b1"] == "cancelled removed"
            assert states(world)["d7"] == "cancelled removed"

    asyncio.run(go())


def test_a_new_playbook_reaches_all_who_are_on_it_a_few_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journeys, "REPLANNED_AT_ONCE", 3)

    async def go() -> None:
        async with community(journey(anchor="enrolled", steps=[at(3)])) as world:
            with world.app.database.transaction() as work:
                for number in range(10):
                    person = people.meet(work, "memory", f"person-p{number}", f"p{number}", START)
                    work.add(Enrolment(person_id=person.id, kind="journey", playbook="trial", version=1, anchor=START))
            swap(world, journey(anchor="enrolled", version=2, steps=[at(2)]))
            await world.wait(dt.timedelta(minutes=1))
            with world.app.database.reading() as work:
                assert care.timings(work) == {("trial", "d2=2 10:00")}

    asyncio.run(go())


def test_leaving_by_an_event_and_by_nothing_else() -> None:
    async def go() -> None:
        async with community(journey(leave_on=["unsubscribed"])) as world:
            tell(world, dt.date(2026, 3, 5))
            await world.say("张姐", "今天走了3000步")
            assert "waiting" in states(world).values()
            await world.say("张姐", "退订")
            assert "waiting" not in states(world).values()
            await world.say("张姐", "订阅")
            tell(world, dt.date(2026, 3, 20))
            assert "waiting" not in states(world).values(), "who has left is not brought back by a date"

    asyncio.run(go())


def test_counting_from_the_last_check_in_begins_again_with_each() -> None:
    async def go() -> None:
        quiet = journey(anchor="last_check_in", steps=[{"id": "quiet", "when": {"after": "3d"}, "send": "三天没记了"}])
        async with community(quiet, send={"quiet": {"start": "00:00", "end": "00:01"}}) as world:
            for _ in range(3):
                await world.say("张姐", "今天走了3000步")
                await world.wait(2 * DAY)
            assert "三天没记了" not in texts(world)
            await world.wait(2 * DAY)
            assert texts(world).count("三天没记了") == 1
            await world.say("张姐", "今天走了3000步")
            await world.wait(4 * DAY)
            assert texts(world).count("三天没记了") == 2

    asyncio.run(go())


def test_a_birthday_comes_every_year() -> None:
    async def go() -> None:
        async with community(journey(anchor="birthday", steps=[at(1, "09:00")])) as world:
            tell(world, dt.date(1960, 5, 3), "birthday")
            await world.until(START + 800 * DAY)
            days = [
                local(one.at, "Asia/Shanghai").date().isoformat()
                for one in world.channel.sent
                if "第d1步" in one.delivery.text
            ]
            assert days == ["2026-05-03", "2027-05-03", "2028-05-03"]

    asyncio.run(go())


def test_a_question_does_not_break_into_a_talk() -> None:
    async def go() -> None:
        ask = at(1, "16:00", ask={"choice": ["好", "不好"], "wait": "6h"})
        async with community(journey(anchor="enrolled", steps=[ask])) as world:
            with world.app.database.transaction() as work:
                journeys.enrol(world.desk.scene(work), people.named(work, "张姐")[0], "trial", START)
            await world.until(START + 7 * HOUR - dt.timedelta(minutes=2))
            await world.say("张姐", "8点提醒我吃药")
            await world.wait(dt.timedelta(minutes=5))
            assert not any("第d1步" in one for one in texts(world)), "which eight o’clock is still being asked"
            await world.wait(2 * HOUR)
            assert sum("第d1步" in one for one in texts(world)) == 1
            sent = await world.say("张姐", "好")
            assert [one.delivery.text for one in sent] == ["记下了，谢谢您告诉我。"]

    asyncio.run(go())


def test_an_answer_is_for_its_own_round() -> None:
    async def go() -> None:
        steps = [
            at(1, "10:00", ask={"choice": ["好", "不好"], "wait": "6h"}),
            at(2, only_if={"fact": "answer.d1", "equals": "不好"}),
        ]
        async with community(journey(anchor="treatment", steps=steps)) as world:
            tell(world, dt.date(2026, 3, 3), "treatment")
            await world.until(START + DAY + 2 * HOUR)
            await world.say("张姐", "不好")
            await world.until(START + 2 * DAY + 2 * HOUR)
            assert texts(world)[-1] == "第d2步"
            tell(world, dt.date(2026, 3, 10), "treatment")
            await world.until(START + 10 * DAY)
            assert texts(world).count("第d2步") == 1, "nobody has said 不好 this time"
            assert states(world)["d2"] == "skipped unknown"

    asyncio.run(go())


# --- whatever happens ----------------------------------------------------------------------------

MOVES = st.lists(
    st.one_of(
        st.tuples(st.just("tell"), st.integers(-5, 15)),
        st.tuples(st.just("wait"), st.integers(1, 96)),
        st.tuples(st.just("edit"), st.integers(0, 4)),
        st.tuples(st.just("back"), st.integers(1, 3)),
        st.tuples(st.just("ahead"), st.integers(1, 3)),
        st.tuples(st.just("die"), st.just(0)),
    ),
    min_size=2,
    max_size=12,
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(MOVES, st.sampled_from(["skip", "send_now"]))
def test_each_step_is_sent_once_or_on_record(moves: list[tuple[str, int]], late: str) -> None:
    """Dates told and moved, playbooks edited, the process killed, the clock set back and forth."""

    async def go() -> None:
        async with community(journey(late=late), send={"quiet": {"start": "22:00", "end": "07:00"}}) as world:
            steps, said = {"b2", "b1", "d1", "d3", "d7"}, list[str]()
            tell(world, dt.date(2026, 3, 6))
            for version, (what, number) in enumerate(moves, 2):
                if what == "tell":
                    tell(world, local(world.clock.now(), "Asia/Shanghai").date() + number * DAY)
                elif what == "wait":
                    await world.wait(number * HOUR)
                elif what == "edit":
                    days = [-2, -1, 1, 3, 7]
                    swap(
                        world,
                        journey(late=late, version=version, steps=[at(day, f"{9 + number:02}:30") for day in days]),
                    )
                elif what == "back":
                    world.clock = world.desk.clock = ManualClock(world.clock.now() - number * HOUR)
                elif what == "ahead":
                    world.clock.jump(world.clock.now() + number * HOUR)
                else:
                    said += texts(world)
                    await world.restart()
            await world.wait(40 * DAY)
            together = [*said, *texts(world)]  # two that are due in the same minute go as one
            counts = Counter(part for text in together for part in text.split("\n\n"))
            assert max(counts.values(), default=0) <= 1, counts
            found = states(world)
            assert set(found) == steps
            for step, state in found.items():
                assert state.startswith(("done", "skipped late", "expired")), (step, state)
                assert (state == "done") == (counts[f"第{step}步"] == 1) or _held(world, step), (step, state, counts)

    asyncio.run(go())


def _held(world: World, step: str) -> bool:
    """Done, and the message itself became too late at the gate, which is on record too."""
    with world.app.database.reading() as work:
        rows = [one for one in outbox.latest(work, 100) if one["by"] == f"journey:trial:{step}"]
    return bool(rows) and rows[0]["state"] == "expired"


@given(
    st.sampled_from(ZONES), st.dates(dt.date(2026, 1, 1), dt.date(2035, 12, 31)), st.integers(0, 23), st.integers(0, 59)
)
def test_a_step_has_one_moment_a_day_in_every_zone(zone: str, day: dt.date, hour: int, minute: int) -> None:
    """Ten years, 22 zones, clocks put forward and back: days follow each other, each moment belongs to its own day."""
    noon = dt.datetime.combine(day, dt.time(12), ZoneInfo(zone)).astimezone(dt.UTC)
    clock = f"{hour:02}:{minute:02}"
    moments = [planning.step_time(Step.model_validate(at(number, clock)), noon, zone) for number in range(1, 9)]
    assert len(set(moments)) == 8
    assert moments == sorted(moments)
    for number, moment in enumerate(moments):
        wall = local(moment, zone)
        shift = abs((wall.hour * 60 + wall.minute) - (hour * 60 + minute))
        assert wall.date() == day + number * DAY or shift <= 60 or shift >= 1380
        assert shift <= 60 or shift >= 1380, "at most the hour that does not exist that night"


# --- what the file may say -------------------------------------------------------------------------

WRONG: Mapping[str, tuple[dict[str, Any], str]] = {
    "day 0": ({"steps": [at(1) | {"when": {"day": 0, "at": "10:00"}}]}, "没有第 0 天"),
    "before nothing": ({"anchor": "enrolled"}, "不是约好的日子"),
    "flag and words": (
        {"steps": [at(1, ask={"choice": ["好", "坏"], "on_answer": {"坏": {"flag": "flag-eye", "send": "去医院"}}})]},
        "按急症处理",
    ),
    "no such choice": (
        {"steps": [at(1, ask={"choice": ["好", "坏"], "on_answer": {"差": {"send": "嗯"}}})]},
        "只能写：好、坏",
    ),
    "nothing follows": ({"steps": [at(1, ask={"text": True, "on_answer": {"any": {}}})]}, "notify_staff"),
    "silence as emergency": (
        {"steps": [at(1, ask={"text": True, "on_timeout": {"flag": "flag-eye"}})]},
        "没有回答不能当急症",
    ),
}


@pytest.mark.parametrize(("fields", "say"), WRONG.values(), ids=WRONG)
def test_a_mistake_is_told(fields: dict[str, Any], say: str) -> None:
    with pytest.raises(ValidationError, match=say):
        journey(**fields)

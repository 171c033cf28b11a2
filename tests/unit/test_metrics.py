"""Every figure of a small community, beside what one gets with pencil and paper."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import pytest

from bot.stories.world import World
from handlers.services.community import metrics
from handlers.services.community.metrics import Community, Share
from storage.queries import events, people

START = dt.datetime(2026, 3, 2, 1, 0, tzinfo=dt.UTC)
FIRST, LAST = dt.date(2026, 3, 2), dt.date(2026, 3, 31)


def day(number: int) -> dt.date:
    return dt.date(2026, 3, number)


@dataclass(frozen=True)
class Small(Community):
    """The same with days written down by hand: event → person → day → how often."""

    by_name: Mapping[str, Mapping[int, Mapping[dt.date, int]]]

    def uses(self, names: Collection[str], first: dt.date, last: dt.date) -> dict[int, int]:
        found: dict[int, int] = {}
        for name in names:
            for person, days in self.by_name.get(name, {}).items():
                if times := sum(count for day, count in days.items() if first <= day <= last):
                    found[person] = found.get(person, 0) + times
        return found

    def did(self, names: Collection[str], first: dt.date, last: dt.date) -> set[int]:
        return set(self.uses(names, first, last))


def small(joined: dict[int, dt.date], by_name: dict[str, dict[int, dict[dt.date, int]]]) -> Community:
    return Small(joined, None, by_name)  # type: ignore[arg-type]


def community() -> Community:
    """Eight people. 1–6 joined on 2 March, 7 and 8 on 20 March; 1–4 wrote on 9 March, 1 and 2 on 2 April too; 5 wrote on
    8 March; 6 wrote nothing but on 3 March; 7 came by an invitation and wrote on 27 March."""
    joined = {one: day(2) for one in range(1, 7)} | {7: day(20), 8: day(20)}
    wrote = {one: {day(9): 2} for one in range(1, 5)} | {5: {day(8): 1}, 6: {day(3): 1}, 7: {day(27): 1}}
    return small(
        joined,
        {
            "message_written": wrote,
            "referral_noted": {7: {day(20): 1}},
            "consent_given": {one: {day(2): 1} for one in range(1, 6)},
            "check_in_recorded": {1: {day(4): 1}, 2: {day(10): 1}},
            "booking_asked": {1: {day(5): 1}},
            "journey_joined": {1: {day(12): 1}},
        },
    )


def test_retention_counts_the_week_after_the_seventh_day() -> None:
    # days 7 to 13 after 2 March are 9 to 15 March: people 1–4 were there, and 2's check-in of the 10th; 5 (8 March) is a day early.
    assert metrics.retention(community(), FIRST, LAST, 7) == Share(4, 6)
    # of those who joined on the 20th the week ends on 2 April: they are not counted before.
    assert metrics.retention(community(), FIRST, dt.date(2026, 4, 2), 7) == Share(5, 8)
    assert metrics.retention(community(), FIRST, dt.date(2026, 4, 2), 7, {7}) == Share(1, 1)


def test_a_share_of_few_is_not_told() -> None:
    assert Share(1, 4).value is None and Share(1, 5).value == 0.2 and Share(0, 5).value == 0


def test_the_funnel_narrows_step_by_step() -> None:
    assert metrics._funnel(community(), FIRST, LAST) == (
        ("加入", 8),
        ("同意建档", 5),
        ("第一次打卡", 2),
        ("一周后还在", 2),
        ("用过服务", 1),
    )


@pytest.mark.parametrize(
    ("scores", "found"),
    [([9, 10, 10, 8, 3], 40), ([0, 6, 7, 8, 9], -20), ([7, 7, 8, 8, 7], 0), ([10, 10, 10, 10], None)],
)
def test_nps_is_promoters_less_detractors(scores: list[float], found: int | None) -> None:
    assert metrics.nps(scores) == found


def test_life_time_value_is_uses_over_the_share_that_left() -> None:
    """Ten were active in January, six of them in February too: 40 % left. Those six used services 12 times: 2 each; 2 / 0.4 = 5."""
    last = dt.date(2026, 3, 1)
    joined = {one: dt.date(2025, 12, 1) for one in range(10)}
    wrote = {one: {dt.date(2026, 1, 10): 1} for one in range(10)}
    for one in range(6):
        wrote[one][dt.date(2026, 2, 10)] = 1
    used = {one: {dt.date(2026, 2, 12): 2} for one in range(6)}
    value, low, high = metrics.ltv(small(joined, {"message_written": wrote, "case_answered": used}), last) or (
        0,
        0,
        0,
    )
    assert value == pytest.approx(5.0) and low < 5.0 < high
    assert metrics.ltv(small(joined, {"message_written": {0: {last: 1}}}), last) is None


def test_the_whole_through_the_database_without_staff() -> None:
    async def run() -> metrics.Metrics:
        names = [f"病友{one}" for one in range(6)]
        world = World(START, {"小林": {"role": "manager"}, **{one: {} for one in names}}, {"糖友群": ["小林", *names]})
        await world.start()
        for name in names:
            await world.say(name, "同意")
        await world.say("病友0", "打卡 血压 128/80")
        await world.say("小林", "大家好", "糖友群")
        await world.until(START + dt.timedelta(days=1))
        with world.app.database.transaction() as work:
            scene = world.app.desk.scene(work)
            day_ = dt.date(2026, 3, 3)
            rows = [
                {
                    "at": scene.now,
                    "name": "answer_rated",
                    "person_id": one,
                    "room_id": None,
                    "data": {"useful": one > 3},
                }
                for one in range(2, 7)
            ]
            events.log(work, rows, day_)
            found = metrics.measure(scene, FIRST, day_)
            assert len(people.first_seen(work)) == 7
        await world.close()
        return found

    found = asyncio.run(run())
    assert (found.members, found.joined) == (6, 6)
    assert found.active == Share(6, 6) and found.useful == Share(3, 5)
    assert found.interactions == pytest.approx(8 / 6)  # seven messages, one check-in
    assert found.funnel[:3] == (("加入", 6), ("同意建档", 6), ("第一次打卡", 1))
    assert found.retention_7 == Share(0, 0) and found.nps is None and found.ltv is None

"""Reminder times in Chinese: what is understood, what is asked back, and what is no request.

The tables are in `data`: a text, and under it what comes back. Now is always Monday, 2026-03-02 08:00.
"""

from __future__ import annotations

import datetime as dt
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers.services.care.when import Ask, Request, Schedule, next_after, parse_request

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = dt.datetime(2026, 3, 2, 8, 0, tzinfo=SHANGHAI)

DATA = Path(__file__).parent / "data"
# text => what / first | rule | said | last day
REQUESTS = (DATA / "when_requests.txt").read_text("utf-8")
# text / question / options
QUESTIONS = (DATA / "when_questions.txt").read_text("utf-8")
NO_REQUESTS = (DATA / "when_others.txt").read_text("utf-8")


def blocks(table: str) -> list[list[str]]:
    """A line at the margin begins a block; indented lines belong to it."""
    found: list[list[str]] = []
    for line in table.strip().splitlines():
        if line.startswith(" "):
            found[-1].append(line.strip())
        else:
            found.append([line])
    return found


def shown(schedule: Schedule) -> str:
    first = f"{schedule.first.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
    until = f"{schedule.until.astimezone(SHANGHAI):%Y-%m-%d}" if schedule.until else ""
    return " | ".join((first, schedule.rule, schedule.said, until)).rstrip(" |")


def asked(text: str, now: dt.datetime = NOW) -> Ask:
    found = parse_request(text, now, SHANGHAI)
    assert isinstance(found, Ask), found
    return found


@pytest.mark.parametrize("block", blocks(REQUESTS), ids=lambda b: b[0])
def test_request_is_understood(block: list[str]) -> None:
    text, what = block[0].split(" => ")
    found = parse_request(text, NOW, SHANGHAI)
    assert isinstance(found, Request), found
    assert [found.what, *map(shown, found.times)] == [what, *block[1:]]


@pytest.mark.parametrize("block", blocks(REQUESTS), ids=lambda b: b[0])
def test_first_moment_is_ahead_aware_and_the_one_the_rule_gives(block: list[str]) -> None:
    found = parse_request(block[0].split(" => ")[0], NOW, SHANGHAI)
    assert isinstance(found, Request)
    for one in found.times:
        assert one.first.tzinfo is dt.UTC and one.first > NOW
        assert one.until is None or one.until >= one.first
        assert next_after(one.rule, one.first, NOW, SHANGHAI, one.until) == one.first


@pytest.mark.parametrize("block", blocks(QUESTIONS), ids=lambda b: b[0])
def test_unclear_request_asks_one_question(block: list[str]) -> None:
    found = asked(block[0])
    assert [found.question, " / ".join(found.options)] == (block[1:] if len(block) > 2 else [*block[1:], ""])
    assert len(found.rewrite) == len(found.options)


@pytest.mark.parametrize("block", blocks(QUESTIONS), ids=lambda b: b[0])
def test_every_answer_leads_to_a_request(block: list[str]) -> None:
    assert_leads_to_request(block[0], most=4)


def assert_leads_to_request(text: str, most: int) -> None:
    found = parse_request(text, NOW, SHANGHAI)
    assert found is not None and most > 0, text
    if isinstance(found, Ask):
        for rewritten in found.rewrite:
            assert_leads_to_request(rewritten, most - 1)


@pytest.mark.parametrize("text", NO_REQUESTS.strip().splitlines())
def test_talk_about_reminders_is_no_request(text: str) -> None:
    assert parse_request(text, NOW, SHANGHAI) is None


def test_longer_than_a_message_is_no_request() -> None:
    assert parse_request("每天早上8点提醒我吃药" + "。" * 500, NOW, SHANGHAI) is None


def test_bare_hour_is_asked_even_when_only_one_is_still_ahead_today() -> None:
    question = asked("今天8点提醒我吃药", NOW.replace(hour=14))
    assert question.rewrite == ("今天早上8点提醒我吃药", "今天晚上8点提醒我吃药")


def test_time_equal_to_now_is_not_ahead() -> None:
    assert asked("早上8点提醒我吃药").options == ("明天早上8点", "每天早上8点")
    early = parse_request("早上8点提醒我吃药", NOW - dt.timedelta(seconds=1), SHANGHAI)
    assert isinstance(early, Request) and early.times[0].first == NOW


def test_january_said_in_december_is_next_january() -> None:
    found = parse_request("1月4号早上8点提醒我复查", NOW.replace(month=12, day=20), SHANGHAI)
    assert isinstance(found, Request) and found.times[0].said == "2027年1月4日（周一）08:00"


def test_time_is_local_to_the_person() -> None:
    found = parse_request("每天早上8点提醒我吃药", NOW, ZoneInfo("Europe/Berlin"))
    assert isinstance(found, Request) and found.times[0].first == dt.datetime(2026, 3, 2, 7, tzinfo=dt.UTC)


def run(
    rule: str, first: dt.datetime, zone: ZoneInfo, count: int, until: dt.datetime | None = None
) -> list[dt.datetime]:
    found, at = [], first - dt.timedelta(seconds=1)
    while len(found) < count and (moment := next_after(rule, first, at, zone, until)):
        found.append(moment)
        at = moment
    return found


def test_eight_stays_eight_when_the_clocks_change() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    first = dt.datetime(2026, 3, 28, 8, tzinfo=berlin)
    assert [m.astimezone(berlin).hour for m in run("FREQ=DAILY", first, berlin, 3)] == [8, 8, 8]
    assert [m.hour for m in run("FREQ=DAILY", first, berlin, 3)] == [7, 6, 6]


def test_moments_only_go_forward_through_the_repeated_hour() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    first = dt.datetime(2026, 10, 25, 0, 30, tzinfo=berlin)
    moments = run("FREQ=MINUTELY;INTERVAL=30", first, berlin, 12)
    assert all(a < b for a, b in pairwise(moments))


def test_no_moment_after_until_and_once_is_once() -> None:
    first = dt.datetime(2026, 3, 3, 0, tzinfo=dt.UTC)
    assert len(run("FREQ=DAILY", first, SHANGHAI, 9, first + dt.timedelta(days=2))) == 3
    assert run("", first, SHANGHAI, 9) == [first]


def test_every_other_day_keeps_its_days_for_years() -> None:
    first = dt.datetime(2026, 3, 3, 0, tzinfo=dt.UTC)
    later = next_after("FREQ=DAILY;INTERVAL=2", first, first + dt.timedelta(days=3001), SHANGHAI)
    assert later == first + dt.timedelta(days=3002)
    assert next_after("FREQ=HOURLY;INTERVAL=8", first, first + dt.timedelta(days=3650), SHANGHAI) is not None


def test_a_month_without_the_day_is_left_out() -> None:
    first = dt.datetime(2026, 1, 31, 9, tzinfo=SHANGHAI)
    months = [m.astimezone(SHANGHAI).month for m in run("FREQ=MONTHLY;BYMONTHDAY=31", first, SHANGHAI, 4)]
    assert months == [1, 3, 5, 7]


PIECES = st.sampled_from(
    (
        "提醒我",
        "叫我",
        "每天",
        "每周",
        "每月",
        "每隔",
        "一三五",
        "早",
        "晚",
        "早上",
        "晚上",
        "半夜",
        "8点",
        "十二点半",
        "25点",
        "20:00",
        "99:99",
        "3月4日",
        "2月30日",
        "0月0号",
        "到",
        "从",
        "连续",
        "99天",
        "999个月后",
        "零",
        "一",
        "十",
        "点",
        "半",
        "小时",
        "后",
        "三次",
        "睡前",
        "饭后",
        "和",
        "、",
        "，",
        "吃药",
        "闹钟",
        "明天",
        "下周三",
        "周末",
        "每0小时",
        "差10分0点",
        "9999年12月31日",
    )
)


@settings(max_examples=400, deadline=2000, database=None)
@given(st.lists(PIECES, max_size=14).map("".join))
def test_no_mixture_of_time_words_raises(text: str) -> None:
    found = parse_request(text, NOW, SHANGHAI)
    assert found is None or isinstance(found, Ask) or all(one.first > NOW for one in found.times)


@settings(max_examples=200, deadline=2000, database=None)
@given(st.text(max_size=490).map(lambda text: text + "提醒我"))
def test_no_text_raises(text: str) -> None:
    parse_request(text, NOW, SHANGHAI)


REPEATED = ("每周一、", "8点", "早", "提醒我", "一", "9", "周一到", "零", "每", "从3月1日到", "  ")


@pytest.mark.parametrize("piece", REPEATED)
@settings(max_examples=1, deadline=2000, database=None)
@given(st.none())
def test_long_repeats_are_read_quickly(piece: str, _: None) -> None:
    parse_request((piece * 500)[:497] + "提醒我", NOW, SHANGHAI)

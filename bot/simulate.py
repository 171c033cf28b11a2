"""`xinglin simulate`: a whole community over days in seconds, with the live code and a clock that stands still."""

from __future__ import annotations

import asyncio
import datetime as dt
import random
import time
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from bot.channels.memory import Sent
from bot.stories.story import ZONE
from bot.stories.world import World, name_of
from handlers.services.care.days import local
from playbooks.library import Library
from storage.queries import due, events, outbox, standing

ROOM = "糖尿病新手群"
START = dt.datetime(2026, 3, 2, 8, 0, tzinfo=ZONE)
HABITS = {"勤快": 0.9, "随缘": 0.45, "沉默": 0.05, "要走": 0.4, "生病": 0.6}
"""How likely somebody of this kind does today what they may do. Who is about to leave unsubscribes one day; who falls ill is in
hospital for some days."""
SHARES = (25, 35, 20, 10, 10)
CHECK_INS = ("打卡 血压 {sys}/{dia}", "早上空腹血糖{glucose}", "今天走了{steps}步", "户外1小时")
QUESTIONS = ("血糖高能吃西瓜吗", "血压多少算达标", "糖尿病人坐飞机要注意什么", "大家早上好", "今天天气不错")
ENDS = ("done", "skipped", "expired", "cancelled", "failed", "waiting", "by_hand")
PLANS = (
    "参加 糖尿病头九十天",
    "参加 高血压头九十天",
    "参加 干眼头八周",
    "我下周三换膝",
    "我后天做白内障手术",
    "下周一化疗",
    "我生日是5月3号",
)
ANSWERS = ("1", "2", "3")
WHY = {
    "late": "过了点",
    "condition": "条件不成立",
    "unknown": "条件里的事还不知道",
    "consent": "没有同意",
    "unsubscribed": "已退订",
    "left": "已退出",
    "loss": "家里有丧事",
    "admitted": "住院中",
    "pregnant": "怀孕，等安排",
    "locked": "有没解除的警报",
    "moved": "改了日子",
    "removed": "这一步删掉了",
    "called_off": "日子取消了",
    "finished": "已经结束",
    "answered": "已经回答",
    "done": "已经做了",
    "waiting": "还没到",
    "nobody": "没有人可叫",
    "by_hand": "同事已联系",
}
"""Why something planned was not done, as it is shown."""
Report = Callable[[int, int], None]


class Person:
    """One simulated person: a habit, and what they do today."""

    def __init__(self, name: str, chance: random.Random, days: int) -> None:
        self.name = name
        self.chance = chance
        self.habit = chance.choices(list(HABITS), SHARES)[0]
        self.diligence = HABITS[self.habit]
        self._turns = chance.randint(1, max(days - 1, 1))
        self._home = self._turns + chance.randint(3, 10)

    def first_words(self) -> list[str]:
        if self.chance.random() < 0.15:
            return []
        words = ["同意", str(self.chance.randint(1, 7))]
        hour = self.chance.randint(7, 20)
        if self.chance.random() < 0.5:
            words.append(
                f"每天{'早上' if hour < 12 else '下午' if hour < 18 else '晚上'}{(hour - 1) % 12 + 1}点提醒我吃药"
            )
        if self.chance.random() < 0.3:
            words.append("参加 21天护眼")
        if self.chance.random() < 0.4:
            words.append(self.chance.choice(PLANS))
        return words

    def today(self, day: int) -> list[tuple[int, str]]:
        """(minute of the day, words) for this day of the simulation, from 0."""
        chance, words = self.chance, []
        if self.habit == "要走" and day >= self._turns:
            return [(10 * 60, "退订")] if day == self._turns else []
        if self.habit == "生病" and self._turns <= day <= self._home:
            return (
                [(9 * 60, {self._turns: "我住院了", self._home: "我今天出院了"}[day])]
                if day in (self._turns, self._home)
                else []
            )
        if chance.random() < self.diligence:
            text = chance.choice(CHECK_INS).format(
                sys=chance.randint(105, 150),
                dia=chance.randint(65, 95),
                glucose=round(chance.uniform(4.5, 9.5), 1),
                steps=chance.randint(1, 12) * 1000,
            )
            words.append((chance.randint(6 * 60, 21 * 60), text))
        if chance.random() < self.diligence * 0.2:
            words.append((chance.randint(8 * 60, 21 * 60), chance.choice(QUESTIONS)))
        return words


async def _run(days: int, count: int, seed: int, library: Library | None, report: Report) -> dict[str, Any]:
    chance = random.Random(seed)
    world = World(START.astimezone(dt.UTC), {"小林": {"role": "manager"}}, {ROOM: ["小林"]}, library=library)
    await world.start()
    persons = {f"病友{number + 1}": Person(f"病友{number + 1}", chance, days) for number in range(count)}
    said = 0
    for person in persons.values():
        await world.join(person.name, ROOM)
        for words in person.first_words():
            await world.say(person.name, words)
            said += 1
    for day in range(days):
        said += await _day(world, persons, day, chance)
        report(day + 1, days)
    found = account(world)
    await world.close()
    return found | {"messages_in": said, "joined": count, "days": days, "people": count, "seed": seed}


async def _day(world: World, persons: dict[str, Person], day: int, chance: random.Random) -> int:
    """Everybody's day in order of time; those whom a reminder or a plan asked answer by habit."""
    midnight = (START + dt.timedelta(days=day)).replace(hour=0, minute=0)
    plan = sorted(((minute, person.name, words) for person in persons.values() for minute, words in person.today(day)))
    said = 0
    for minute, name, words in [*plan, (24 * 60, "", "")]:
        moment = (midnight + dt.timedelta(minutes=minute)).astimezone(dt.UTC)
        if moment > world.clock.now():
            said += await _answers(world, persons, await world.until(moment), chance)
        if name:
            await world.say(name, words)
            said += 1
    return said


async def _answers(world: World, persons: dict[str, Person], sent: list[Sent], chance: random.Random) -> int:
    count = 0
    for one in sent:
        person = persons.get(name_of(one.delivery.person)) if one.delivery.person else None
        if person is None or chance.random() >= person.diligence:
            continue
        if one.delivery.text.startswith("【提醒】"):
            await world.say(person.name, "吃了")
            count += 1
        elif "\n1. " in one.delivery.text and "回复数字" not in one.delivery.text:
            await world.say(person.name, chance.choice(ANSWERS))
            count += 1
    return count


def account(world: World) -> dict[str, Any]:
    """What became of every message and every planned slot. `unaccounted` must be 0."""
    with world.app.database.reading() as work:
        slots, states = due.counts(work), outbox.counts(work)
        weeks = calendar(due.outcomes(work))
        rules = standing.ruled_by(work, dt.datetime(2020, 1, 1, tzinfo=dt.UTC))
        pushed = outbox.pushed(work)
        happened = events.counts(work, dt.datetime(2020, 1, 1, tzinfo=dt.UTC), dt.datetime(2100, 1, 1, tzinfo=dt.UTC))
    planned, ended, why = Counter[str](), Counter[str](), Counter[str]()
    for (kind, state, reason), count in slots.items():
        planned[kind] += count
        ended[state] += count
        if reason:
            why[f"{kind}: {state} ({reason})"] += count
    return {
        "messages_out": states.get("sent", 0),
        "outbox": states,
        "check_ins": happened.get("check_in_recorded", 0),
        "reminders": _reminders(slots, happened),
        "planned": dict(planned),
        "ended": dict(ended),
        "why": dict(why),
        "unaccounted": sum(planned.values()) - sum(ended[state] for state in ENDS),
        "events": happened,
        "rules": dict(sorted(rules.items(), key=lambda one: -one[1])),
        "pushes": pushes(pushed, world.app.desk.config.send.pushes_a_day),
        "calendar": weeks,
    }


def pushes(sent: Sequence[tuple[int, dt.datetime]], cap: int) -> dict[str, int]:
    """What one person got unasked at most on a day and in a week, and on how many days somebody got more than the cap."""
    days, weeks = Counter[tuple[int, dt.date]](), Counter[tuple[int, tuple[int, int]]]()
    for person, at in sent:
        day = local(at, ZONE.key).date()
        days[person, day] += 1
        weeks[person, day.isocalendar()[:2]] += 1
    return {
        "most_a_day": max(days.values(), default=0),
        "most_a_week": max(weeks.values(), default=0),
        "cap_a_day": cap,
        "over_cap": sum(count > cap for count in days.values()),
    }


def calendar(outcomes: list[tuple[dt.datetime, str, str, str, int]]) -> list[dict[str, Any]]:
    """Week by week: what was planned, what of it was done, and why the rest was not."""
    weeks: dict[dt.date, dict[str, Any]] = {}
    for planned, _, state, reason, count in outcomes:
        day = local(planned, ZONE.key).date()
        monday = day - dt.timedelta(days=day.weekday())
        week = weeks.setdefault(monday, {"week": monday.isoformat(), "planned": 0, "done": 0, "why": Counter[str]()})
        week["planned"] += count
        if state == "done":
            week["done"] += count
        else:
            week["why"][reason or state] += count
    return [week | {"why": dict(week["why"].most_common())} for _, week in sorted(weeks.items())]


def _reminders(slots: dict[tuple[str, str, str], int], happened: dict[str, int]) -> dict[str, int]:
    """Every slot of every reminder by what became of it; `planned` is their sum."""
    ends = {state: sum(n for (kind, s, _), n in slots.items() if kind == "reminder" and s == state) for state in ENDS}
    answered = {name: happened.get(f"reminder_{name}", 0) for name in ("made", "rang")}
    planned = sum(n for (kind, _, _), n in slots.items() if kind == "reminder")
    return answered | {"answered": happened.get("reminder_done", 0), "planned": planned} | ends


def simulate(
    days: int, people: int, seed: int = 1, library: Library | None = None, report: Report = lambda done, total: None
) -> dict[str, Any]:
    """Run the community and return the counts; the same seed gives the same counts."""
    started = time.perf_counter()
    found = asyncio.run(_run(days, people, seed, library, report))
    return found | {"seconds": round(time.perf_counter() - started, 2)}

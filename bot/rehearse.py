"""`xinglin simulate --journey`: very many people on one plan over months, by the live code, in several processes."""

from __future__ import annotations

import asyncio
import datetime as dt
import multiprocessing
import random
import resource
import time
from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor, wait
from typing import Any

from bot.simulate import START, account
from bot.stories.world import World, person_id
from handlers.services.care import dates, journeys
from playbooks.library import Library
from playbooks.schema.faq import Faq
from playbooks.schema.journey import DATED
from storage.queries import people, profile

Told = Callable[[int, int], None]
TOGETHER = 500
HABITS = {"answers": 25, "silent": 55, "leaves": 10, "ill": 10}
"""Per cent: who answers what the plan asks, who does not, who unsubscribes one day, who is in hospital for some days."""
FORK = multiprocessing.get_context("fork")
"""So that the library needs no copying."""


def rehearse(
    journey_id: str, days: int, count: int, seed: int, library: Library, workers: int, told: Told
) -> dict[str, Any]:
    """Put everybody on the plan and run; what `simulate` returns, and `memory_mb`: the most that all processes took together."""
    if journey_id not in library.journeys:
        raise LookupError(f"没有叫 {journey_id} 的计划，有：{'、'.join(library.journeys)}")
    started = time.perf_counter()
    lean = Library.of(one for one in library.all() if not isinstance(one, Faq))  # nobody asks anything here
    done = FORK.Value("i", 0)
    shares = [count // workers + (number < count % workers) for number in range(workers)]
    with ProcessPoolExecutor(workers, FORK, _share, (lean, done)) as pool:
        jobs = [pool.submit(_worker, journey_id, days, share, seed + number) for number, share in enumerate(shares)]
        while wait(jobs, timeout=0.5).not_done:
            told(done.value, days * workers)
        found = _together([one.result() for one in jobs])
    seconds = round(time.perf_counter() - started, 2)
    return found | {"people": count, "days": days, "seed": seed, "workers": workers, "seconds": seconds}


_shared: dict[str, Any] = {}


def _share(library: Library, done: Any) -> None:
    _shared.update(library=library, done=done)


def _worker(journey_id: str, days: int, count: int, seed: int) -> dict[str, Any]:
    found = asyncio.run(_run(journey_id, days, count, random.Random(seed)))
    return found | {"memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024}


async def _run(journey_id: str, days: int, count: int, chance: random.Random) -> dict[str, Any]:
    start = START.astimezone(dt.UTC)
    world = World(start, {}, {}, {"send": {"pushes_a_day": 100}}, _shared["library"])
    await world.start()
    names = [f"病友{number + 1}" for number in range(count)]
    habits = dict(zip(names, chance.choices(list(HABITS), list(HABITS.values()), k=count), strict=True))
    for first in range(0, count, TOGETHER):
        _enrol(world, journey_id, names[first : first + TOGETHER])
    turns = _turns(habits, days, chance)
    said = 0
    for day in range(days):
        said += await _day(world, start + dt.timedelta(days=day), habits, turns.get(day, ()), chance)
        with _shared["done"].get_lock():
            _shared["done"].value += 1
    found = account(world)
    await world.close()
    return found | {"messages_in": said, "joined": count}


def _enrol(world: World, journey_id: str, names: list[str]) -> None:
    """They are known, have agreed, and are on the plan; a date it counts from is within the next three weeks."""
    with world.app.database.transaction() as work:
        scene = world.desk.scene(work)
        journey = scene.index.library.journeys[journey_id]
        for number, name in enumerate(names):
            person = people.meet(work, "memory", person_id(name), name, scene.now)
            profile.give_consent(work, person.id, profile.HEALTH, scene.settings.consent.version, scene.now, None)
            person.consented = True
            if journey.anchor in DATED:
                day = scene.now.date() + dt.timedelta(days=number % 21)
                dates.tell(scene, person, journey.anchor, day, [journey_id])
            else:
                journeys.enrol(scene, person, journey_id, scene.now)


def _turns(habits: Mapping[str, str], days: int, chance: random.Random) -> dict[int, list[tuple[str, str]]]:
    """Day → (who, what they write) of those who leave, fall ill, and come home."""
    found: dict[int, list[tuple[str, str]]] = {}
    for name, habit in habits.items():
        day = chance.randrange(days)
        if habit == "leaves":
            found.setdefault(day, []).append((name, "退订"))
        elif habit == "ill":
            found.setdefault(day, []).append((name, "我住院了"))
            found.setdefault(day + chance.randint(3, 10), []).append((name, "我今天出院了"))
    return found


async def _day(world: World, day: dt.datetime, habits: Mapping[str, str], turns: Any, chance: random.Random) -> int:
    """What they write in the morning, and their answers to what the plan asks on this day."""
    said = 0
    for name, words in turns:
        await world.say(name, words)
        said += 1
    sent = await world.until(day + dt.timedelta(days=1))
    for one in sent:
        name = (one.delivery.person or "").removeprefix("person-")
        if habits.get(name) == "answers" and "\n1. " in one.delivery.text:
            await world.say(name, str(chance.randint(1, 2)))
            said += 1
    world.channel.sent.clear()
    return said


def _together(found: list[dict[str, Any]]) -> dict[str, Any]:
    """The figures of all processes as one."""
    whole: dict[str, Any] = {}
    for name in ("messages_in", "messages_out", "check_ins", "joined", "unaccounted", "memory_mb"):
        whole[name] = sum(one[name] for one in found)
    for name in ("planned", "ended", "why", "outbox", "events"):
        counts = Counter[str]()
        for one in found:
            counts.update(one[name])
        whole[name] = dict(counts)
    return whole | {"calendar": _weeks(found)}


def _weeks(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    weeks: dict[str, dict[str, Any]] = {}
    for row in (row for one in found for row in one["calendar"]):
        week = weeks.setdefault(row["week"], {"week": row["week"], "planned": 0, "done": 0, "why": Counter[str]()})
        week["planned"] += row["planned"]
        week["done"] += row["done"]
        week["why"].update(row["why"])
    return [week | {"why": dict(week["why"].most_common())} for _, week in sorted(weeks.items())]

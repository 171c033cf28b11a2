"""`xinglin preview`: what one person would receive from a plan, day by day, by the live code and a clock that stands still."""

from __future__ import annotations

import asyncio
import datetime as dt
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.channels.memory import Sent
from bot.config import merged
from bot.copying import FOLDER
from bot.simulate import WHY
from bot.stories.world import World, person_id
from handlers.contract import stored
from handlers.services.care import dates, journeys, planning
from handlers.services.care.days import WEEKDAYS, local
from playbooks.library import Library
from playbooks.schema.common import Review, Stage
from playbooks.schema.journey import DATED, Journey, Step
from playbooks.schema.source import Broken, Problem, read
from storage.queries import care, due, people, profile

STAFF, STAFF_ROOM = "小林", "工作人员群"
ALARM = re.compile(r"#收到 \d+")
ANSWERED_AFTER = dt.timedelta(minutes=20)


class Says(BaseModel):
    """What the person writes of themself, and when."""

    model_config = ConfigDict(extra="forbid")
    at: dt.datetime
    text: str


class Profile(BaseModel):
    """The person of a preview, as written in a YAML file; everything may be left out."""

    model_config = ConfigDict(extra="forbid")
    name: str = "张姐"
    zone: str = "Asia/Shanghai"
    start: dt.datetime = dt.datetime(2026, 3, 2, 9, 0)
    consent: bool = True
    facts: dict[str, str] = Field(default_factory=dict)
    day: dt.date | None = None
    """The date the plan counts from, for plans that count from one."""
    answers: dict[str, str] = Field(default_factory=dict)
    """Step → what they answer."""
    says: tuple[Says, ...] = ()
    config: dict[str, Any] = Field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Moment:
    """One thing in the calendar: `kind` is sent, said, staff or missed; `why` says why nothing was sent."""

    at: dt.datetime
    kind: str
    text: str
    step: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Preview:
    journey: Journey
    profile: Profile
    moments: tuple[Moment, ...]
    anchor: dt.date

    def days(self) -> list[tuple[str, list[Moment]]]:
        """(the day as one says it, what happens on it), in order."""
        found: dict[dt.date, list[Moment]] = {}
        for one in self.moments:
            found.setdefault(local(one.at, self.profile.zone).date(), []).append(one)
        return [(self._day(day), moments) for day, moments in sorted(found.items())]

    def _day(self, day: dt.date) -> str:
        away = (day - self.anchor).days
        number = f"第 {away + 1} 天" if away >= 0 else f"前 {-away} 天"
        return f"{number}　{day.month}月{day.day}日 周{WEEKDAYS[day.weekday()]}"


def read_profile(path: Path | None) -> Profile:
    """The person in this file; raises Broken with every mistake and its line."""
    if path is None:
        return Profile()
    document = read(path, str(path))
    try:
        found = Profile.model_validate(document.data or {})
        ZoneInfo(found.zone)
    except ValidationError as error:
        say = {"extra_forbidden": "没有这个字段，可以写 name zone start consent facts day answers says config"}
        problems = [document.problem(tuple(one["loc"]), say.get(one["type"], "写法不对")) for one in error.errors()]
        raise Broken(problems) from None
    except (KeyError, ValueError):
        raise Broken([document.problem(("zone",), "没有这个时区，例如 Asia/Shanghai")]) from None
    return found


def preview(library: Library, journey_id: str, person: Profile) -> Preview:
    """Walk one person through a plan to its end; raises Broken when there is no such plan or an answer is for no question."""
    written = library.journeys.get(journey_id)
    if written is None:
        raise Broken([Problem(journey_id, 1, "", f"没有叫 {journey_id} 的计划，有：{'、'.join(library.journeys)}")])
    journey = written.model_copy(update={"review": Review(stage=Stage.SAMPLE)})  # also what nobody has signed yet
    library = Library.of([*(one for one in library.all() if one is not written), journey])
    questions = {one.id for one in journey.steps if one.ask}
    if strange := sorted(set(person.answers) - questions):
        say = f"answers 里的 {strange[0]} 不是会提问的步骤，会提问的有：{'、'.join(sorted(questions)) or '没有'}"
        raise Broken([Problem(journey_id, 1, "", say)])
    return asyncio.run(_walk(library, journey, person))


async def _walk(library: Library, journey: Journey, person: Profile) -> Preview:
    zone = ZoneInfo(person.zone)
    start = person.start.replace(tzinfo=zone).astimezone(dt.UTC)
    config = merged({"community": {"zone": person.zone}, "playbooks": {"serve_samples": True}}, person.config)
    staff = {STAFF: {"roles": ["manager", "adviser"]}}
    world = World(start, {person.name: {}, **staff}, {STAFF_ROOM: [STAFF]}, config, library)
    await world.start()
    try:
        if person.consent:
            await world.give_consent([person.name])
        _begin(world, journey, person, start)
        moments = await _through(world, journey, person)
        anchor = _counted_from(world, person)
        return Preview(
            journey, person, tuple(sorted([*moments, *_missed(world, person)], key=lambda one: one.at)), anchor
        )
    finally:
        await world.close()


def _begin(world: World, journey: Journey, person: Profile, start: dt.datetime) -> None:
    """Put the person on the plan."""
    before = max((-one.when.offset for one in journey.steps if one.when.offset < 0), default=0)
    today = local(start, person.zone).date()
    with world.app.database.transaction() as work:
        scene = world.desk.scene(work)
        somebody = people.by_platform(work, "memory", person_id(person.name))
        if somebody is None:
            raise LookupError(person.name)
        people.change(work, somebody.id, zone=person.zone)
        somebody.zone = person.zone
        for name, value in person.facts.items():
            profile.set_fact(work, somebody.id, name, value, start)
        if journey.anchor in DATED:
            day = person.day or today + dt.timedelta(days=before + 1 if before else 0)
            dates.tell(scene, somebody, journey.anchor, day, [journey.id])
        else:
            journeys.enrol(scene, somebody, journey.id, start)


def _counted_from(world: World, person: Profile) -> dt.date:
    """The day the plan counts from in the end, wherever it was moved to."""
    with world.app.database.reading() as work:
        somebody = people.by_platform(work, "memory", person_id(person.name))
        rounds = care.enrolments(work, somebody.id, "journey") if somebody else []
    return local(rounds[0].anchor if rounds else world.clock.now(), person.zone).date()


async def _through(world: World, journey: Journey, person: Profile) -> list[Moment]:
    """Walk to the plan's end; the person answers and writes as the profile says."""
    zone = ZoneInfo(person.zone)
    said = sorted((one.at.replace(tzinfo=zone).astimezone(dt.UTC), one.text, "") for one in person.says)
    found = [_moment(one, person) for one in await world.wait(dt.timedelta())]
    while (moment := await world.app.next_event()) is not None and _running(world, person):
        if said and said[0][0] <= moment:
            at, text, step = said.pop(0)
            found += [_moment(one, person) for one in await world.until(max(at, world.clock.now()))]
            found.append(Moment(world.clock.now(), "said", text, step))
            found += [_moment(one, person) for one in await world.say(person.name, text)]
            await _taken(world, found)
            continue
        sent = await world.until(moment)
        found += [_moment(one, person) for one in sent]
        await _taken(world, found)
        for asking in _asked(world, journey, person, sent):
            said.append((world.clock.now() + ANSWERED_AFTER, person.answers[asking.id], asking.id))
            said.sort()
    return [one for one in found if one.text]


async def _taken(world: World, found: list[Moment]) -> None:
    """An alarm is taken at once, so that the calendar shows it and not the ladder; what follows stays locked."""
    if found and found[-1].kind == "staff" and (number := ALARM.search(found[-1].text)):
        await world.say(STAFF, number[0])


def _running(world: World, person: Profile) -> bool:
    with world.app.database.reading() as work:
        somebody = people.by_platform(work, "memory", person_id(person.name))
        return somebody is not None and bool(care.running(work, somebody.id, "journey"))


def _asked(world: World, journey: Journey, person: Profile, sent: list[Sent]) -> list[Step]:
    rules = set(world.by_of(sent).values()) if sent else set()
    named = {f"journey:{journey.id}:{one.id}": one for one in journey.steps if one.ask and one.id in person.answers}
    return [step for rule, step in named.items() if rule in rules]


def _moment(sent: Sent, person: Profile) -> Moment:
    mine = sent.delivery.person == person_id(person.name)
    return Moment(sent.at, "sent" if mine else "staff", sent.delivery.text)


def _missed(world: World, person: Profile) -> list[Moment]:
    """The steps that were not sent, and why."""
    found = []
    with world.app.database.reading() as work:
        somebody = people.by_platform(work, "memory", person_id(person.name))
        for enrolment in care.enrolments(work, somebody.id, "journey") if somebody else []:
            for row in due.of(work, planning.STEP, stored(enrolment.id)).values():
                if row["state"] != "done":
                    why = WHY.get(row["reason"], row["reason"] or "还没到")
                    found.append(Moment(row["planned"], "missed", "", row["data"]["step"], why))
    return found


def as_text(found: Preview) -> str:
    """The calendar for a terminal."""
    marks = {"sent": "→", "said": "←", "staff": "⚑", "missed": "—"}
    lines = [f"{found.journey.title}（{found.profile.name}）"]
    for day, moments in found.days():
        lines += ["", day]
        for one in moments:
            first, *rest = (one.text or f"{one.step} 没发：{one.why}").splitlines()
            lines.append(f"  {local(one.at, found.profile.zone):%H:%M} {marks[one.kind]} {first}")
            lines += [f"          {line}" for line in rest]
    return "\n".join(lines)


def as_page(found: Preview) -> str:
    """The calendar as a page that looks like the chat."""
    pages = Environment(loader=FileSystemLoader(FOLDER), autoescape=True)
    return pages.get_template("preview.html").render(
        found=found, clock=lambda at: f"{local(at, found.profile.zone):%H:%M}"
    )


def as_rows(found: Preview) -> list[dict[str, str]]:
    """One plain row a moment."""
    return [
        {
            "at": local(one.at, found.profile.zone).isoformat(),
            "kind": one.kind,
            "step": one.step,
            "text": one.text,
            "why": one.why,
        }
        for one in found.moments
    ]

"""How long a medicine lasts, from words; and when to say that it is running out. Nothing here says how much to take."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from sqlalchemy.engine import RowMapping

from handlers.contract import Handled, Kind, Later, OnDoubt, Scene, Skip, stored, to_person
from handlers.services.care.chinese_number import to_number
from handlers.services.care.days import at, local
from handlers.services.care.life import ADMITTED
from handlers.services.care.replies import MEDICINE
from handlers.services.care.when.chinese_time import N
from storage.queries import due, people
from storage.queries import stock as rows
from storage.tables.people import Person
from storage.tables.stock import Stock

KIND = "refill"
HOUR, OVER = "10:00", "20:00"
LONGEST, LONGEST_NAME, MOST_DAYS, MOST_KINDS = 40, 20, 400, 20
HALF = 0.5
ANY = "药"
SATURDAY = 5
UNIT = r"(?:片|粒|颗|支|瓶|袋|贴|针|丸|滴|包|盒|板|毫升|ml|个单位|单位)"
_ASKS = re.compile(r"[?？吗呢]|怎么|什么|能不能|可不可以|要不要|够不够|多少|如果|要是|过期|提醒")
_LEFT = re.compile(
    rf"(?:剩下?|剩余|有|够|能)(?:吃|用|打|滴|服)?(?:剩下?)?了?(?:大概|大约|差不多)?(?P<count>{N}|半)个?(?P<unit>{UNIT}|天|日|周|星期|礼拜|月)"
)
_BEFORE = (
    "现在",
    "目前",
    "家里",
    "吃的",
    "用的",
    "大概",
    "大约",
    "差不多",
    "还",
    "只",
    "就",
    "我",
    "的",
    "，",
    ",",
    "、",
)
"""Words around the name of the thing."""
_A_DAY = re.compile(
    rf"(?:每[天日]|一[天日])(?:(?P<times>{N})[次回顿])?[，,]?(?:每次|一次|各)?(?:吃|用|打|滴|服|喝|贴|注射)?(?:(?P<per>{N})(?P<unit>{UNIT}))?"
)
_BOX = re.compile(rf"[，,]?每?一?[盒板瓶包](?P<per>{N})(?P<unit>{UNIT})")
_OF_IT = ("的量", "的药", "的", "了")
_LEFT_OVER = re.compile(r"还|够|能|剩|只")
"""Without one of these, 有三天 is how long something has gone on."""
_NO_NAME = re.compile(r"[没不忘停断吃用打服喝做换开买疼痛发来去了]|面包|饼干|姜|肉|糖")
_SPANS = {"天": 1, "日": 1, "周": 7, "星期": 7, "礼拜": 7, "月": 30}


@dataclass(frozen=True, slots=True)
class Told:
    """What somebody said: `days` it lasts; or pieces, and how many go in a day (None: not said)."""

    what: str
    days: float | None = None
    pieces: float | None = None
    unit: str = ""
    a_day: float | None = None


def told(text: str) -> Told | None:
    """阿司匹林还剩20片，每天吃1片; 还有五天的药; 眼药水还能用5天. None for anything else."""
    text = text.replace(" ", "").rstrip("。！!")
    found = _LEFT.search(text) if len(text) <= LONGEST and not _ASKS.search(text) else None
    if found is None:
        return None
    what, unit, rest = _name(text[: found.start()]), found["unit"], text[found.end() :]
    if not what:  # 还剩三片阿司匹林，每天一片: the other way round
        what, _, rest = rest.removeprefix("的").replace(",", "，").partition("，")
        what = _name(what.removesuffix("了"))
    if len(what) > LONGEST_NAME or any(one.isdigit() for one in what) or _NO_NAME.search(what):
        return None
    if unit not in _SPANS:
        return _pieces(what or ANY, found["count"], unit, rest)
    over = _LEFT_OVER.search(text[: found.end()])
    if over is None or (rest and rest not in _OF_IT) or not MEDICINE.search(what):
        return None
    count = HALF if found["count"] == "半" else to_number(found["count"]) or 0
    return Told(what, days=count * _SPANS[unit])


def _name(text: str) -> str:
    """The thing itself, without the small words around it."""
    before = ""
    while before != text:
        before = text
        for word in _BEFORE:
            text = text.removeprefix(word).removesuffix(word)
    return text


def _pieces(what: str, count: str, unit: str, rest: str) -> Told | None:
    """So many pieces, or boxes of so many; what follows may only say how many go in a day."""
    pieces = to_number(count)
    if box := _BOX.match(rest):
        pieces, unit, rest = (pieces or 0) * (to_number(box["per"]) or 0), box["unit"], rest[box.end() :]
    daily = _A_DAY.search(rest)
    if not MEDICINE.search(what + unit) or (rest.strip("，,。了") and daily is None):
        return None
    same = daily is not None and daily["unit"] in (None, unit)  # 2支 at 20单位 a day: nobody here knows how long
    return Told(what, pieces=pieces, unit=unit, a_day=_times(daily) if daily is not None and same else None)


def _times(daily: re.Match[str]) -> float | None:
    times, per = (to_number(daily[name]) if daily[name] else None for name in ("times", "per"))
    return None if per is None else (times or 1) * per


def known(scene: Scene, person_id: int, what: str) -> Stock | None:
    """What was told of this before."""
    return next((one for one in rows.of(scene.work, person_id) if same_name(what, one.what)), None)


def same_name(one: str, other: str) -> bool:
    """降压药 and 我的降压药 are one thing; a bare 药 is only itself."""
    return one == other or (ANY not in (one, other) and (one in other or other in one))


def keep(scene: Scene, person: Person, said: Told, before: Stock | None) -> Stock | None:
    """Keep it and plan the warning; None when nobody can say from this how long it lasts."""
    a_day = said.a_day or (before.a_day if before is not None and said.unit == before.unit else None)
    days = said.days if said.days is not None else said.pieces / a_day if said.pieces and a_day else None
    if days is None or not 0 < days <= MOST_DAYS:
        return None
    today = local(scene.now, person.zone).date()
    row = before or Stock(person_id=stored(person.id), what=said.what, lasts=today, at=scene.now)
    row.a_day, row.unit = a_day, said.unit or row.unit
    row.lasts, row.at = today + dt.timedelta(days=max(int(days) - 1, 0)), scene.now
    row = scene.work.add(row)
    plan(scene, person, row)
    return row


def forget(scene: Scene, person_id: int, rest: str = "") -> list[str]:
    """Drop one thing, or all of it; returns their names."""
    gone = [row for row in rows.of(scene.work, person_id) if not rest or same_name(rest, row.what)]
    names = [row.what for row in gone]
    for row in gone:
        due.cancel(scene.work, KIND, stored(row.id), scene.now, "stopped")
        rows.drop(scene.work, row)
    return names


def warning_at(scene: Scene, person: Person, row: Stock) -> dt.datetime | None:
    """At ten on a working day some days before the last; tomorrow when that has passed; None when it ends today."""
    tomorrow = local(scene.now, person.zone).date() + dt.timedelta(days=1)
    day = row.lasts - dt.timedelta(days=scene.settings.reminders.refill_days_before)
    while day.weekday() >= SATURDAY:
        day -= dt.timedelta(days=1)
    day = max(day, tomorrow)
    return at(day, HOUR, person.zone) if day <= row.lasts else None


def plan(scene: Scene, person: Person, row: Stock) -> None:
    """One warning for one stock; another count is another warning."""
    for slot in due.of(scene.work, KIND, stored(row.id)).values():
        if slot["state"] == "waiting":
            due.free(scene.work, slot["id"], "moved", scene.now)
    moment = warning_at(scene, person, row)
    if moment is not None:
        key = f"{KIND}:{row.id}:{scene.now:%Y%m%dT%H%M%S}"
        expires = at(row.lasts, OVER, person.zone)
        due.plan(scene.work, [due.slot(key, KIND, moment, ref=row.id, person_id=person.id, expires=expires)])


def refill_due(scene: Scene, slot: RowMapping) -> Handled | Skip | Later:
    """It is running out: said once, when a hospital is open."""
    row, person = rows.one(scene.work, slot["ref"]), people.person(scene.work, slot["person_id"])
    if row is None or person is None or not person.consented:
        return Skip("gone")
    if person.life == ADMITTED:
        tomorrow = local(scene.now, person.zone).date() + dt.timedelta(days=1)
        return Later(at(tomorrow, HOUR, person.zone)) if tomorrow <= row.lasts else Skip(ADMITTED)
    if person.life or person.unsubscribed:
        return Skip(person.life or "unsubscribed")
    left = (row.lasts - local(scene.now, person.zone).date()).days + 1
    text = scene.words("refill/low", what=row.what, days=left, lasts=row.lasts, unit=row.unit)
    message = to_person(
        row.person_id,
        text,
        kind=Kind.REMINDER,
        by=KIND,
        key=slot["key"],
        expires=at(row.lasts, OVER, person.zone),
        on_doubt=OnDoubt.ASK_STAFF,
    )
    return Handled(KIND, (message,))

"""复诊一页纸: what is on it, whatever somebody has or has not recorded, and that it always fits the page."""

from __future__ import annotations

import asyncio
import datetime as dt
import io
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from structlog.testing import capture_logs

from bot import wiring
from bot.config import load as load_config
from bot.visiting import save
from handlers.contract import Picture, stored
from handlers.services.care import sheet
from handlers.services.pictures import draw
from handlers.services.sheet_drawing import EDGE, HIGH, WIDE
from storage.queries import audit, bookings, people
from storage.tables.visits import VisitSheet
from tests.unit.slots import DAILY, DAY, EIGHT, HOUR, community


async def drawn(world: Any) -> Picture:
    with world.app.database.transaction() as work:
        scene, person = world.desk.scene(work), people.person(work, 1)
        assert person is not None
        return sheet.page(scene, person, sheet.of(scene, 1))


def test_the_page_counts_what_was_recorded_and_what_was_missed() -> None:
    async def go() -> None:
        with capture_logs():
            async with community(reminders={"ask_again_times": 0}) as world:
                await world.say("张姐", DAILY)
                for day, reading in enumerate(["打卡 血压 150/95", "打卡 血压 128/80", "打卡 血压 118/76"]):
                    await world.until(EIGHT + day * DAY + HOUR)
                    await world.say("张姐", reading)
                    if day != 1:
                        await world.say("张姐", "吃了")
                data = (await drawn(world)).data
        high = next(one for one in data["series"] if one["name"].endswith("高压") or "收缩" in one["name"])
        assert high["values"] == (118.0, 118.0, 150.0, pytest.approx(132.0)) and (high["days"], high["out"]) == (3, 1)
        assert data["reminders"] == [("吃药", 3, 2, 1)]

    asyncio.run(go())


def test_somebody_who_recorded_nothing_has_a_page_too() -> None:
    async def go() -> None:
        with capture_logs():
            async with community() as world:
                found = await drawn(world)
        assert found.data["series"] == [] and found.data["reminders"] == []
        with Image.open(io.BytesIO(draw(found.drawing, found.data))) as image:
            assert image.size == (WIDE, HIGH)

    asyncio.run(go())


@pytest.mark.parametrize(("lines", "words"), [(2, 60), (5, 60), (5, 5), (0, 0)])
def test_the_fullest_page_leaves_its_foot_free(lines: int, words: int) -> None:
    start = dt.date(2026, 2, 1)
    points = [((start + dt.timedelta(days=day)).isoformat(), 100.0 + day) for day in range(30)]
    row = {"name": "血压 高压", "unit": "mmHg", "points": points, "first": "2026-02-01", "last": "2026-03-02"}
    row |= {"values": (129.0, 100.0, 129.0, 114.5), "band": (90.0, 140.0), "days": 30, "out": 0}
    data = {"name": "张姐", "span": "2月1日—3月2日", "visit": "", "place": "", "made": ""}
    data |= {"questions": ["问" * words] * lines, "unwell": [("2月3日", "疼" * words)] * lines}
    data |= {"series": [row] * sheet.MOST_SERIES, "reminders": [("吃药", 30, 20, 10)] * sheet.MOST_REMINDERS}
    with Image.open(io.BytesIO(draw("sheet", data))) as image:
        band = image.convert("L").crop((EDGE, HIGH - 96, WIDE - EDGE, HIGH - 88))
        assert band.getextrema() == (255, 255), "something runs into the foot"


def test_the_terminal_saves_only_what_its_owner_lets_us_see(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XINGLIN_KEY", raising=False)
    url = f"sqlite:///{tmp_path / 'a.db'}"
    changed = {"database": {"url": url}, "key_file": str(tmp_path / "key"), "faq": {"encoder": "none", "cache": None}}
    config, page = load_config(None, changed), tmp_path / "page.pdf"
    now = dt.datetime.now(dt.UTC)
    with closing(wiring.open_database(config)) as database, database.transaction() as work:
        person = people.meet(work, "memory", "wx-张姐", "张姐", now)
        work.add(VisitSheet(person_id=stored(person.id)))
    assert save(config, "张姐", page) is None and not page.exists()
    with closing(wiring.open_database(config)) as database, database.transaction() as work:
        kept = bookings.sheet(work, 1)
        assert kept is not None
        kept.shared_until = now + DAY
    assert save(config, "张姐", page) == "张姐" and page.read_bytes().startswith(b"%PDF")
    with closing(wiring.open_database(config)) as database, database.reading() as work:
        assert [(one.command, one.about) for one in audit.newest(work, 9)] == [("xinglin visit", 1)]

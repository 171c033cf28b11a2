"""复诊一页纸 from the database alone, for the terminal."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from bot import records, wiring
from bot.config import Config
from handlers.contract import stored
from handlers.services.care import sheet
from handlers.services.pictures import DRAWINGS
from storage.queries import audit, bookings

DOTS_AN_INCH = 150


def save(config: Config, named: str, path: Path) -> str | None:
    """Write the page as PDF; returns whose it is, None when they do not let us see it. The look is audited."""
    with closing(wiring.open_database(config)) as database:
        desk = wiring.desk(config, database, wiring.clock(config, database))
        with database.transaction() as work:
            person, scene = records.whom(work, named), desk.scene(work)
            kept = bookings.sheet(work, stored(person.id))
            if kept is None or not sheet.shared(scene, kept):
                return None
            picture = sheet.page(scene, person, kept)
            audit.add(work, records.done("xinglin visit", person, scene.now))
            name = person.name
    DRAWINGS[picture.drawing](picture.data).save(path, "PDF", resolution=DOTS_AN_INCH)
    return name

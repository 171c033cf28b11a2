"""The continuity sheet from the database alone: for the terminal, while the bot is down."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager

from jinja2 import Environment, FileSystemLoader

from bot import records, wiring
from bot.config import Config
from bot.copying import FOLDER
from handlers.by_hand import contacted as by_hand
from handlers.contract import Scene
from handlers.services.care.days import shown
from handlers.services.staff import continuity
from storage.queries import audit, people

NOBODY = 0
"""Somebody at the terminal, whom we do not know."""
ALL = 10_000


def sheet(config: Config) -> list[str]:
    """All sections, whole."""
    with _scene(config) as scene:
        found = continuity.sheet(scene)
        for one in people.people(scene.work, continuity.looked_at(found)).values():
            audit.add(scene.work, records.done("xinglin continuity", one, scene.now))
        return continuity.texts(scene, found, ALL)


def page(config: Config, texts: Sequence[str]) -> str:
    """The same as a page to print."""
    environment = Environment(loader=FileSystemLoader(FOLDER), autoescape=True)
    with closing(wiring.open_database(config)) as database:
        at = shown(wiring.clock(config, database).now(), config.community.zone)
    return environment.get_template("continuity.html").render(community=config.community.name, at=at, texts=texts)


def contacted(config: Config, named: Sequence[str]) -> list[tuple[str, int]]:
    """These people know: (name, how many messages they are spared)."""
    with _scene(config) as scene:
        persons = [records.whom(scene.work, one) for one in named]
        for one in persons:
            audit.add(scene.work, records.done("xinglin continuity", one, scene.now))
        return [(one.name, by_hand(scene, one.id, NOBODY)) for one in persons]


@contextmanager
def _scene(config: Config) -> Iterator[Scene]:
    with closing(wiring.open_database(config)) as database:
        desk = wiring.desk(config, database, wiring.clock(config, database))
        with database.transaction() as work:
            yield desk.scene(work)

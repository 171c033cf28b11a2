"""The composition root: makes the parts and hands each what it needs."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Mapping

from bot.app import CLOCK_SETTING, App
from bot.channels.base import Channel
from bot.clock import Clock, DemoClock, SystemClock
from bot.config import Config, database_url, place
from bot.desk import Desk
from handlers.services.care.days import at, local
from handlers.words import Words
from playbooks.library import Library
from playbooks.schema.load import load
from storage.keys import load_keys
from storage.migrate import upgrade
from storage.queries import erasures, staff
from storage.types import keyring
from storage.work import Database

DEMO_STARTS = "08:00"
KEY_CHECK = "key_check"


def open_database(config: Config) -> Database:
    """The configured database, brought to the newest schema; the key is loaded first."""
    keyring.use(*load_keys(place(config.key_file), os.environ.get("XINGLIN_KEY")))
    database = Database(database_url(config))
    upgrade(database)
    with database.transaction() as work:
        if staff.setting(work, KEY_CHECK) is None:  # raises KeyMissing when another key sealed it
            staff.set_setting(work, KEY_CHECK, "ok", SystemClock().now())
    erasures.keep(database)
    return database


def library(config: Config) -> Library:
    """All playbooks of the configured folders; raises Broken."""
    return load([place(folder) for folder in config.playbooks.folders])


def desk(config: Config, database: Database, clock: Clock, found: Library | None = None) -> Desk:
    """Settings, words, and the index over what may be served."""
    return Desk(config, database, clock, Words(), found or library(config))


def clock(config: Config, database: Database) -> Clock:
    """Real time, or the demo's movable clock: where it stood last, at first at the next eight in the morning."""
    if config.channel not in ("web", "console") or not config.web.demo:
        return SystemClock()
    with database.reading() as work:
        seconds = staff.setting(work, CLOCK_SETTING)
    if seconds is not None:
        return DemoClock(dt.timedelta(seconds=seconds))
    made = DemoClock()
    made.jump(_next_morning(made.now(), config.community.zone))
    with database.transaction() as work:
        staff.set_setting(work, CLOCK_SETTING, made.ahead.total_seconds(), made.now())
    return made


def _next_morning(now: dt.datetime, zone: str) -> dt.datetime:
    day = local(now, zone).date()
    today = at(day, DEMO_STARTS, zone)
    return today if today > now else at(day + dt.timedelta(days=1), DEMO_STARTS, zone)


def app(made: Desk, channels: Mapping[str, Channel], live: bool = True) -> App:
    return App(made, channels, live)

"""Looking into a deployment's database from the shell: outbox, due, one person's data, figures."""

from __future__ import annotations

import datetime as dt
import json
from contextlib import closing
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from bot import copying, wiring
from bot.clock import Clock
from bot.config import Config
from bot.desk import Desk
from handlers.services.care.days import shown
from handlers.services.community.figures import figures
from handlers.services.community.figures import period as named_period
from handlers.services.pictures import draw
from storage.queries import audit, erasures, people, personal
from storage.queries import due as due_rows
from storage.queries import outbox as outbox_rows
from storage.tables.people import Person
from storage.tables.staff import Audit
from storage.work import Work

Rows = list[dict[str, Any]]


def _desk(config: Config) -> Desk:
    database = wiring.open_database(config)
    clock: Clock = wiring.clock(config, database)
    return wiring.desk(config, database, clock)


def show(rows: Rows, as_json: bool, console: Console) -> None:
    """Print rows as a table, or one JSON object a line."""
    if as_json:
        for row in rows:
            print(json.dumps(row, ensure_ascii=False))
        return
    if not rows:
        console.print("没有。")
        return
    table = Table(*rows[0])
    for row in rows:
        table.add_row(*("" if value is None else str(value) for value in row.values()))
    console.print(table)


def outbox(config: Config, state: str | None, limit: int) -> Rows:
    """The newest messages without their words."""
    zone = config.community.zone
    with wiring.open_database(config).reading() as work:
        found = outbox_rows.latest(work, limit, state)
    return [
        {
            "id": row["id"],
            "state": row["state"],
            "reason": row["reason"],
            "kind": row["kind"],
            "by": row["by"],
            "person": row["person_id"],
            "room": row["room_id"],
            "after": shown(row["after"], zone),
            "tries": row["attempts"],
        }
        for row in found
    ]


def due(config: Config, limit: int) -> Rows:
    """The soonest slots."""
    zone = config.community.zone
    with wiring.open_database(config).reading() as work:
        found = due_rows.upcoming(work, limit)
    return [
        {
            "id": row["id"],
            "at": shown(row["at"], zone),
            "kind": row["kind"],
            "person": row["person_id"],
            "key": row["key"],
        }
        for row in found
    ]


def whom(work: Work, named: str) -> Person:
    """The one person meant; raises LookupError when there is none, or more than one."""
    if named.isdigit() and (person := people.person(work, int(named))):
        return person
    found = [one for one in people.everybody(work) if named in (one.platform_id, one.name)]
    if len(found) == 1:
        return found[0]
    ids = "、".join(f"{one.id}（{one.platform_id}）" for one in found)
    raise LookupError(f"有 {len(found)} 位叫“{named}”，请用编号：{ids}" if found else f"没有找到“{named}”")


def name(config: Config, named: str) -> str:
    with closing(wiring.open_database(config)) as database, database.reading() as work:
        return whom(work, named).name


def export(config: Config, named: str) -> dict[str, Any]:
    """All data of one person, and that it was taken out."""
    with closing(wiring.open_database(config)) as database:
        now = wiring.clock(config, database).now()
        with database.transaction() as work:
            person = whom(work, named)
            audit.add(work, done("xinglin export", person, now))
            return personal.export(work, person)


def page(config: Config, found: dict[str, Any]) -> str:
    """What `export` found as a page for its owner."""
    with closing(wiring.open_database(config)) as database:
        now = wiring.clock(config, database).now()
    return copying.page(found, config.community.name, config.community.zone, now)


def erase(config: Config, named: str) -> dict[str, int]:
    """Delete everything of one person; returns table → rows deleted."""
    with closing(wiring.open_database(config)) as database:
        now = wiring.clock(config, database).now()
        with database.transaction() as work:
            person = whom(work, named)
            audit.add(work, done("xinglin erase", person, now))
            gone = personal.erase(work, person, now)
        erasures.keep(database)
    return gone


def done(command: str, person: Person, now: dt.datetime) -> Audit:
    """Somebody at the terminal, whom we do not know."""
    return Audit(at=now, person_id=0, command=command, arguments="", result="done", about=person.id)


def audit_state(config: Config) -> tuple[int, tuple[int, int | None] | None]:
    """(how many rows, where the chain is broken)."""
    with closing(wiring.open_database(config)) as database, database.reading() as work:
        return audit.count(work), audit.broken_at(work)


def report(config: Config, period: str, picture: Path | None) -> Rows:
    """Figures of a span; also as a picture when a path is given."""
    desk = _desk(config)
    with desk.database.reading() as work:
        scene = desk.scene(work)
        span = named_period(scene, period)
        found = figures(scene, span)
    if picture is not None:
        rows = [[one.name, one.now, one.before] for one in found]
        picture.write_bytes(draw("figures", {"title": config.community.name, "span": span.name, "rows": rows}))
    return [{"项目": one.name, span.name: one.now, "上期": one.before} for one in found]

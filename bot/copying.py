"""Everything we hold of one person as a page that they can read."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader

from handlers.services.care.days import local
from storage.data_map import data_map

FOLDER = Path(__file__).parent.parent / "templates" / "web"
LOOKED_AT = {"at": "何时", "by": "谁", "command": "用哪个命令"}


def page(found: dict[str, Any], community: str, zone: str, now: dt.datetime) -> str:
    """HTML from what `personal.export` gives; titles and columns in the words of the data map."""
    environment = Environment(loader=FileSystemLoader(FOLDER), autoescape=True)
    parts = [_part(table, rows, zone) for table, rows in found.items()]
    name = found["person"][0]["name"]
    template = environment.get_template("copy.html")
    return template.render(name=name, community=community, at=_wall(now, zone), parts=parts)


def _part(table: str, rows: list[dict[str, Any]], zone: str) -> dict[str, Any]:
    known = data_map().get(table)
    labels = {name: label.removesuffix("（加密）") for name, label in known.columns.items()} if known else LOOKED_AT
    told = [{name: _cell(value, zone) for name, value in row.items() if name != "person_id"} for row in rows]
    return {
        "title": known.what if known else "谁看过您的资料",
        "rows": [[(labels.get(name, name), text) for name, text in row.items() if text] for row in told],
    }


def _cell(value: Any, zone: str) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False)
    return _moment(value, zone) if isinstance(value, str) else str(value)


def _moment(text: str, zone: str) -> str:
    """2026-03-02 00:00:00+00:00 on the wall clock of the community; other words as they are."""
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        return text
    return _wall(moment, zone) if moment.tzinfo else text


def _wall(moment: dt.datetime, zone: str) -> str:
    wall = local(moment, zone)
    return f"{wall.year}年{wall.month}月{wall.day}日 {wall:%H:%M}"

"""When our account or the program is down: the sheet from the database alone, and nothing said twice on return."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
import structlog
from typer.testing import CliRunner

from bot import wiring
from bot.cli import app
from bot.config import Config
from bot.config import load as load_config
from storage.queries import due, outbox, people
from storage.tables.care import Reminder

NOW = dt.datetime.now(dt.UTC).replace(microsecond=0)
HOUR = dt.timedelta(hours=1)
DAY = 24 * HOUR


@pytest.fixture()
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Config:
    """甲 takes pills every day; an hour ago, nobody said so."""
    monkeypatch.delenv("XINGLIN_KEY", raising=False)
    url = f"sqlite:///{tmp_path / 'a.db'}"
    made = load_config(None, {"database": {"url": url}, "key_file": str(tmp_path / "key"), "web": {"demo": False}})
    database = wiring.open_database(made)
    with database.transaction() as work:
        person = people.meet(work, "memory", "wx-甲", "甲", NOW)
        first = NOW - DAY - HOUR
        row = work.add(
            Reminder(person_id=person.id, what="吃药<b>", rule="FREQ=DAILY", said="每天", first=first, created_at=first)
        )
        due.plan(work, [due.slot("r", "reminder", NOW - HOUR, ref=row.id, person_id=person.id)])
    database.close()
    return made


def test_the_sheet_is_printed_and_who_was_contacted_is_spared(
    config: Config, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    request.addfinalizer(structlog.reset_defaults)  # the commands' logs go to a terminal that is closed then
    settings = tmp_path / "c.yaml"
    url = config.database.url
    settings.write_text(
        f"database:\n  url: {url}\nkey_file: {config.key_file}\nfaq: {{encoder: none, cache: null}}\nweb: {{demo: false}}\n"
    )

    def say(*words: str) -> str:
        found = CliRunner().invoke(app, ["continuity", *words, "--config", str(settings)])
        assert found.exit_code == 0, found.output
        return found.output.replace("\n", "")

    page = tmp_path / "sheet.html"
    assert "吃药提醒：1 件" in say("--html", str(page))
    assert "吃药&lt;b&gt;" in page.read_text() and "<b>" not in page.read_text()
    assert "甲 记为已联系，1 条不再补发" in say("--contacted", "甲")
    database = wiring.open_database(config)
    with database.reading() as work:
        assert outbox.latest(work, 10) == []
        (slot,) = due.upcoming(work, 10)
        assert slot["planned"] == NOW - HOUR + DAY
        assert due.counts(work)["reminder", "by_hand", ""] == 1
    database.close()

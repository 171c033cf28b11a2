"""Brings a database to the newest schema (Alembic)."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from storage.work import Database

SCRIPTS = Path(__file__).parent / "migrations"


def config(database: Database) -> Config:
    """Alembic's configuration, without an ini file."""
    made = Config()
    made.set_main_option("script_location", str(SCRIPTS))
    made.attributes["engine"] = database.engine
    return made


def upgrade(database: Database) -> bool:
    """Run the migrations that are missing; True when there were any."""
    made = config(database)
    with database.engine.connect() as connection:
        now = MigrationContext.configure(connection).get_current_revision()
    if now == ScriptDirectory.from_config(made).get_current_head():
        return False
    command.upgrade(made, "head")
    return True

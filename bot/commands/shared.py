"""What all commands share: where they print, their common options, reading the settings."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from bot import config as configuration
from bot.config import Config
from bot.logs import configure

out, err = Console(), Console(stderr=True)
ConfigOption = Annotated[Path | None, typer.Option("--config", help="设置文件，默认用项目里的 config.yaml。")]
JsonOption = Annotated[bool, typer.Option("--json", help="输出 JSON。")]


def group() -> typer.Typer:
    """For a file of commands; `bot/cli.py` takes them in with `app.add_typer(group)`."""
    return typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode="rich")


def load(path: Path | None, **overrides: Any) -> Config:
    """The settings; logs are kept to errors, for a command's output is for people or machines."""
    config = configuration.load(path, overrides)
    configure(config.logs.level if overrides.get("live") else "error", config.logs.json_lines)
    return config


def print_json(data: Any) -> None:
    print(json.dumps(data, ensure_ascii=False))


def show(found: dict[str, Any], names: tuple[str, ...]) -> None:
    """A two-column table of these figures."""
    table = Table("项目", "结果")
    for name in names:
        value = found[name]
        table.add_row(
            name, "  ".join(f"{key} {count}" for key, count in value.items()) if isinstance(value, dict) else str(value)
        )
    out.print(table)

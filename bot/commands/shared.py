"""What all commands share: where they print, their common options, reading the settings."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import Progress, TaskID
from rich.table import Table

from bot import config as configuration
from bot.config import Config
from bot.logs import configure
from playbooks.library import Library

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


def pairs() -> Table:
    """A two-column table that breaks long Chinese instead of cutting it."""
    table = Table(show_header=False)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    return table


def show(found: Mapping[str, Any], names: Sequence[str], called: Mapping[str, str]) -> None:
    """A table of these figures by their Chinese names; groups of figures one a line."""
    table = pairs()
    for name in names:
        table.add_row(called.get(name, name), _shown(found[name], called))
    out.print(table)


def _shown(value: Any, called: Mapping[str, str]) -> str:
    if not isinstance(value, Mapping):
        return str(value)
    nested = any(isinstance(one, Mapping) for one in value.values())
    parts = (f"{called.get(name, name)} {_shown(one, called)}" for name, one in value.items())
    return ("\n" if nested else "，").join(parts)


Told = Callable[[int, int], None]
"""Is told how many are done, and of how many."""


@contextmanager
def progress() -> Iterator[Callable[[str], Told]]:
    """Title → a bar on a terminal, drawn at the first word of it; nothing anywhere else."""
    shown = Progress(console=err, transient=True, disable=not err.is_terminal)

    def bar(title: str) -> Told:
        tasks: list[TaskID] = []

        def told(done: int, total: int) -> None:
            shown.start()
            if not tasks:
                tasks.append(shown.add_task(title, total=total))
            shown.update(tasks[0], completed=done, total=total)

        return told

    try:
        yield bar
    finally:
        shown.stop()


def encode(config: Config, library: Library) -> Library:
    """Encode the phrasings that are not known yet where people can see how far it is; the first start takes seconds."""
    from handlers.index import encode as encoding

    with progress() as bar:
        encoding(library, config, bar(READING))
    return library


READING = "第一次读问法"

"""The `xinglin` command. Errors are one line and exit 2. Commands about playbooks and questions are in `bot/commands/`."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import track

from bot import config as configuration
from bot.commands import asking, community, continuity, playbooks, safety, time, vault, visit
from bot.commands.mistakes import said
from bot.commands.shared import ConfigOption, JsonOption, encode, err, load, out
from bot.logs import configure
from playbooks.schema.source import Broken

app = typer.Typer(
    name="xinglin",
    help="杏林：患者社群的微信群助手。",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)
UsageError: type[Any] = typer.BadParameter.__mro__[1]  # typer has a click of its own, and no name for this class
for more in (
    playbooks.commands,
    asking.commands,
    community.commands,
    safety.commands,
    time.commands,
    vault.commands,
    continuity.commands,
    visit.commands,
):
    app.add_typer(more)


def main() -> None:
    """Entry point: turns the errors that people can mend into one line each and exit 2."""
    try:
        sys.exit(app(standalone_mode=False) or 0)
    except UsageError as error:
        if say := said(error):
            err.print(f"写法有误：{say}（看用法：xinglin --help）", style="red", markup=False, soft_wrap=True)
        sys.exit(2)
    except (typer.Abort, KeyboardInterrupt):
        sys.exit(130)
    except Broken as broken:
        for problem in broken.problems:
            err.print(str(problem), style="red", markup=False, highlight=False, soft_wrap=True)
        sys.exit(2)
    except (OSError, LookupError, RuntimeError) as error:
        err.print(f"出错了：{error}", style="red", markup=False, highlight=False)
        sys.exit(2)


@app.command()
def run(
    config: ConfigOption = None,
    channel: Annotated[str | None, typer.Option(help="web、console 或 wechaty；默认按设置。")] = None,
    port: Annotated[int | None, typer.Option(envvar="PORT", help="网页聊天的端口。")] = None,
) -> None:
    """启动杏林，按 Ctrl-C 停止。"""
    from bot import wiring
    from bot.serve import serve

    overrides: dict[str, Any] = {"channel": channel} if channel else {}
    if port:
        overrides["web"] = {"port": port}
    found = configuration.load(config, overrides)
    configure("warning" if found.channel == "console" else found.logs.level, found.logs.json_lines)
    asyncio.run(serve(found, encode(found, wiring.library(found))))


@app.command()
def replay(
    files: Annotated[list[Path], typer.Argument(help="故事文件。")],
    as_json: JsonOption = False,
    transcript: Annotated[bool, typer.Option("--transcript", help="把整段对话打印出来。")] = False,
    config: ConfigOption = None,
) -> None:
    """演一遍故事，看是否都如期望。有不符的退出码是 1。"""
    from bot import wiring
    from bot.stories.replay import replay_all

    library = wiring.library(load(config))
    passed = replay_all(files, library, config, as_json=as_json, transcript=transcript)
    raise typer.Exit(0 if passed else 1)


@app.command()
def outbox(
    state: Annotated[str | None, typer.Option(help="只看一种状态：waiting、sent、failed、unknown……")] = None,
    limit: int = 20,
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """看最近的发件和结果（不显示内容）。"""
    from bot import records

    records.show(records.outbox(load(config), state, limit), as_json, out)


@app.command()
def due(limit: int = 20, as_json: JsonOption = False, config: ConfigOption = None) -> None:
    """看接下来要发生的事。"""
    from bot import records

    records.show(records.due(load(config), limit), as_json, out)


@app.command()
def export(
    person: Annotated[str, typer.Argument(help="成员编号、平台编号或名字。")],
    html: Annotated[Path | None, typer.Option(help="另存为看得懂的网页。")] = None,
    config: ConfigOption = None,
) -> None:
    """导出一位成员的全部数据（JSON），也可以另存网页。"""
    from bot import records

    settings = load(config)
    found = records.export(settings, person)
    if html is not None:
        html.write_text(records.page(settings, found), encoding="utf-8")
        err.print(f"网页写好了：{html}")
    print(json.dumps(found, ensure_ascii=False, indent=1))


@app.command()
def erase(
    person: Annotated[str, typer.Argument(help="成员编号、平台编号或名字。")],
    yes: Annotated[bool, typer.Option("--yes", help="不再询问。")] = False,
    config: ConfigOption = None,
) -> None:
    """删除一位成员的全部数据，不能恢复。"""
    from bot import records

    settings = load(config)
    name = records.name(settings, person)
    if not yes and not typer.confirm(f"确定删除“{name}”的全部数据吗？删除后不能恢复"):
        raise typer.Exit(1)
    for table, count in track(list(records.erase(settings, person).items()), "删除", console=err, transient=True):
        out.print(f"{table}: {count}")
    out.print(f"“{name}”的数据已删除。")


@app.command()
def report(
    period: Annotated[str, typer.Argument(help="今天、昨天、本周、上周或本月。")] = "今天",
    as_json: JsonOption = False,
    picture: Annotated[Path | None, typer.Option(help="另存为图片。")] = None,
    config: ConfigOption = None,
) -> None:
    """看社群的数字。"""
    from bot import records

    found = records.report(load(config), period, picture)
    records.show(found, as_json, out)

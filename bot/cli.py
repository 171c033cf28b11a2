"""The `xinglin` command. Errors are one line and exit 2."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import Progress, track
from rich.table import Table

from bot import config as configuration
from bot.config import Config, place
from bot.logs import configure
from playbooks.schema.source import Broken, Problem

app = typer.Typer(
    name="xinglin",
    help="杏林：患者社群的微信群助手。",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)
UsageError: type[Any] = typer.BadParameter.__mro__[1]  # typer has a click of its own, and no name for this class
out, err = Console(), Console(stderr=True)
ConfigOption = Annotated[Path | None, typer.Option("--config", help="设置文件，默认用项目里的 config.yaml。")]
JsonOption = Annotated[bool, typer.Option("--json", help="输出 JSON。")]


def main() -> None:
    """Entry point: turns the errors that people can mend into one line each and exit 2."""
    try:
        sys.exit(app(standalone_mode=False) or 0)
    except UsageError as error:
        err.print(f"写法有误：{error.format_message()}（看用法：xinglin --help）", style="red", markup=False)
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


def _load(path: Path | None, **overrides: Any) -> Config:
    config = configuration.load(path, overrides)
    configure(config.logs.level if overrides.get("live") else "error", config.logs.json_lines)
    return config


def _print_json(data: Any) -> None:
    print(json.dumps(data, ensure_ascii=False))


@app.command()
def run(
    config: ConfigOption = None,
    channel: Annotated[str | None, typer.Option(help="web、console 或 wechaty；默认按设置。")] = None,
    port: Annotated[int | None, typer.Option(envvar="PORT", help="网页聊天的端口。")] = None,
) -> None:
    """启动杏林，按 Ctrl-C 停止。"""
    from bot.serve import serve

    overrides: dict[str, Any] = {"channel": channel} if channel else {}
    if port:
        overrides["web"] = {"port": port}
    found = configuration.load(config, overrides)
    configure("warning" if found.channel == "console" else found.logs.level, found.logs.json_lines)
    asyncio.run(serve(found))


@app.command()
def ask(
    text: Annotated[str, typer.Argument(help="患者会怎么问。")],
    room: Annotated[str | None, typer.Option(help="在哪个群里问；不写就是私聊。")] = None,
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """试一句话：看由谁应答、答什么。"""
    from bot.asking import ask as asking

    found = asyncio.run(asking(_load(config), text, room))
    if as_json:
        _print_json(found)
        return
    table = Table("项目", "结果", show_header=False)
    for title, value in (
        ("处理", found["route"]),
        ("条目", found["faq"] or "—"),
        ("相似度", found["score"] or "—"),
        ("相近", "、".join(f"{one['question']} {one['score']:.2f}" for one in found["candidates"]) or "—"),
        ("回答", found["answer"] or "（不出声）"),
    ):
        table.add_row(title, str(value))
    out.print(table)


@app.command()
def check(
    paths: Annotated[list[Path] | None, typer.Argument(help="内容文件夹或文件；默认按设置。")] = None,
    as_json: JsonOption = False,
    lock: Annotated[bool, typer.Option("--lock", help="登记新内容的指纹。")] = False,
    config: ConfigOption = None,
) -> None:
    """检查内容：格式、引用、例子、指纹。有问题时退出码是 1。"""
    from bot.checking import check as checking
    from bot.checking import shown
    from playbooks.lock import write_lock

    settings = _load(config)
    folders = paths or [place(folder) for folder in settings.playbooks.folders]
    if missing := [path for path in folders if not path.exists()]:
        raise Broken([Problem(str(path), 1, "", "没有这个文件或文件夹") for path in missing])
    found = checking(folders, settings)
    added = write_lock(found.library) if lock and not found.problems else 0
    notes = [] if lock else found.notes
    if as_json:
        _print_json(
            {
                "ok": not found.problems,
                "entries": len(found.library.all()),
                "locked": added,
                "problems": [shown(one) for one in found.problems],
                "notes": [shown(one) for one in notes],
            }
        )
    else:
        for one in (*found.problems, *notes):
            out.print(str(one), markup=False, highlight=False, soft_wrap=True)
        say = f"{len(found.problems)} 处要改" if found.problems else "没有问题"
        out.print(f"共 {len(found.library.all())} 条内容，{say}。" + (f"登记了 {added} 条。" if lock else ""))
    raise typer.Exit(1 if found.problems else 0)


@app.command()
def schema(
    folder: Annotated[Path, typer.Argument(help="写到哪里。")] = configuration.ROOT / "playbooks/schema/json",
) -> None:
    """写出各类内容的 JSON Schema，编辑器可据此补全和划线。"""
    from playbooks.library import KINDS

    folder.mkdir(parents=True, exist_ok=True)
    for kind, model in KINDS.items():
        text = json.dumps(model.model_json_schema(), ensure_ascii=False, indent=1)
        (folder / f"{kind}.schema.json").write_text(text + "\n", encoding="utf-8")
    out.print(f"写好了 {len(KINDS)} 个文件：{folder}")


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

    library = wiring.library(_load(config))
    passed = replay_all(files, library, config, as_json=as_json, transcript=transcript)
    raise typer.Exit(0 if passed else 1)


@app.command()
def simulate(
    days: Annotated[int, typer.Option(min=1, max=400)] = 30,
    people: Annotated[int, typer.Option(min=1, max=100_000)] = 50,
    seed: int = 1,
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """快进一个虚拟社群，每条提醒都要有下落。"""
    from bot import wiring
    from bot.simulate import simulate as simulating

    library = wiring.library(_load(config))
    with Progress(console=err, transient=True) as progress:
        task = progress.add_task("模拟", total=days)
        found = simulating(days, people, seed, library, lambda day: progress.update(task, completed=day))
    if as_json:
        _print_json(found)
    else:
        _show(
            found,
            (
                "people",
                "days",
                "messages_in",
                "messages_out",
                "check_ins",
                "reminders",
                "planned",
                "ended",
                "unaccounted",
                "seconds",
            ),
        )
    raise typer.Exit(1 if found["unaccounted"] else 0)


def _show(found: dict[str, Any], names: tuple[str, ...]) -> None:
    table = Table("项目", "结果")
    for name in names:
        value = found[name]
        table.add_row(
            name, "  ".join(f"{key} {count}" for key, count in value.items()) if isinstance(value, dict) else str(value)
        )
    out.print(table)


@app.command(name="eval")
def evaluate(
    folder: Annotated[Path, typer.Argument(help="含 faq.jsonl 等四个文件的文件夹。")],
    adjudicated: Annotated[list[Path] | None, typer.Option(help="复核过的标注（可写多个）。")] = None,
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """在一组题上量一量检索：答对多少、错答多少，和几种简单办法比。"""
    from bot import wiring
    from bot.evaluate import evaluate as evaluating

    settings = _load(config)
    found = evaluating(folder, wiring.library(settings), settings, adjudicated or ())
    if as_json:
        _print_json(found)
    else:
        _show(found, tuple(found))


@app.command()
def outbox(
    state: Annotated[str | None, typer.Option(help="只看一种状态：waiting、sent、failed、unknown……")] = None,
    limit: int = 20,
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """看最近的发件和结果（不显示内容）。"""
    from bot import records

    records.show(records.outbox(_load(config), state, limit), as_json, out)


@app.command()
def due(limit: int = 20, as_json: JsonOption = False, config: ConfigOption = None) -> None:
    """看接下来要发生的事。"""
    from bot import records

    records.show(records.due(_load(config), limit), as_json, out)


@app.command()
def export(
    person: Annotated[str, typer.Argument(help="成员编号、平台编号或名字。")], config: ConfigOption = None
) -> None:
    """导出一位成员的全部数据（JSON）。"""
    from bot import records

    print(json.dumps(records.export(_load(config), person), ensure_ascii=False, indent=1))


@app.command()
def erase(
    person: Annotated[str, typer.Argument(help="成员编号、平台编号或名字。")],
    yes: Annotated[bool, typer.Option("--yes", help="不再询问。")] = False,
    config: ConfigOption = None,
) -> None:
    """删除一位成员的全部数据，不能恢复。"""
    from bot import records

    settings = _load(config)
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

    found = records.report(_load(config), period, picture)
    records.show(found, as_json, out)

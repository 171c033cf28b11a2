"""Commands that run ahead of the clock: one person's plan, or a whole community."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from bot.commands.shared import ConfigOption, JsonOption, err, group, load, out, print_json, progress, show

commands = group()
SIMULATED = {
    "people": "人数",
    "days": "天数",
    "messages_in": "收到的消息",
    "messages_out": "发出的消息",
    "check_ins": "打卡",
    "reminders": "提醒",
    "planned": "计划的事",
    "ended": "结果",
    "unaccounted": "没有下落的",
    "rules": "规则做过几次",
    "pushes": "一个人收到的主动消息",
    "memory_mb": "内存（MB）",
    "seconds": "用时（秒）",
}


@commands.command()
def preview(
    journey: Annotated[str, typer.Argument(help="计划的 id，例如 knee-30。")],
    person: Annotated[Path | None, typer.Option(help="一个人的情况（YAML）；不写就是一位什么都照做的张姐。")] = None,
    html: Annotated[Path | None, typer.Option(help="另存为网页。")] = None,
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """看一个人在一个计划里会收到什么，一天一天看；没发的写明原因。"""
    from bot import wiring
    from bot.preview import as_page, as_rows, as_text, read_profile
    from bot.preview import preview as previewing

    found = previewing(wiring.library(load(config)), journey, read_profile(person))
    if html is not None:
        html.write_text(as_page(found), encoding="utf-8")
        err.print(f"网页写好了：{html}", markup=False)
    if as_json:
        print_json(as_rows(found))
    elif html is None:
        out.print(as_text(found), markup=False, highlight=False, soft_wrap=True)


@commands.command()
def simulate(
    days: Annotated[int, typer.Option(min=1, max=400)] = 30,
    people: Annotated[int, typer.Option(min=1, max=100_000)] = 50,
    seed: int = 1,
    journey: Annotated[str | None, typer.Option(help="只走这一个计划，人人都在上面；可以上万人。")] = None,
    workers: Annotated[int, typer.Option(min=1, max=16, help="和 --journey 一起用：分几个进程走。")] = 1,
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """快进一个虚拟社群，每一步都要有下落：发了，或者为什么没发。"""
    from bot import wiring
    from bot.rehearse import rehearse
    from bot.simulate import simulate as simulating

    settings = load(config)
    library = wiring.library(settings)
    with progress() as bar:
        if journey is not None:
            found = rehearse(journey, days, people, seed, library, workers, bar("模拟"))
        else:
            found = simulating(days, people, seed, library, bar("模拟"))
    if as_json:
        print_json(found)
    else:
        show(found, tuple(name for name in SIMULATED if name in found), SIMULATED)
        out.print(_calendar(found["calendar"]))
    raise typer.Exit(1 if found["unaccounted"] or found.get("pushes", {}).get("over_cap") else 0)


def _calendar(weeks: list[dict[str, Any]]) -> Table:
    """A line a week: what was planned, what of it was done, and why the rest was not."""
    from bot.simulate import WHY

    table = Table("从周一起", "计划", "做了", "没做和原因")
    for week in weeks:
        why = "，".join(f"{WHY.get(reason, reason)} {count}" for reason, count in week["why"].items())
        table.add_row(week["week"], str(week["planned"]), str(week["done"]), why)
    return table

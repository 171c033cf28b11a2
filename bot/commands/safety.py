"""The command that measures how well red flags are seen."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from bot.commands.shared import ConfigOption, JsonOption, group, load, out, print_json

commands = group()
GROUPS = {"core": "核心急症", "rest": "其余急症", "plain": "平常的话", "trap": "陷阱", "ask": "过去了、怕以后"}
HALVES = {"dev": "开发", "test": "检验"}
DANGER = ("core", "rest", "ask")


@commands.command()
def safety(
    folder: Annotated[Path, typer.Argument(help="标好的句子，danger/ 和 ordinary/ 两个文件夹。")] = Path(
        "tests/safety"
    ),
    wrong: Annotated[bool, typer.Option("--wrong", help="列出开发那一半里没认出的和误报的。")] = False,
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """量一量急症认得准不准：漏了多少、误报多少，按急症分，带 95% 界限。"""
    from bot import wiring
    from bot.alarms import Look, measure, sentences

    found = measure(sentences(folder), Look(wiring.library(load(config))))
    if as_json:
        print_json(found)
        return
    out.print(_groups(found))
    out.print(_themes(found))
    for one in found["wrong"] if wrong else ():
        if one["half"] == "dev":
            out.print(f"{GROUPS[one['group']]}：{one['said']}　{'、'.join(one['seen']) or '没认出'}", markup=False)


def _groups(found: dict[str, Any]) -> Table:
    table = Table("一半", "类", "句数", "没认出/误报", "比例", "95% 界限", title="急症识别")
    for half, groups in found["groups"].items():
        for name, title in GROUPS.items():
            if name in groups:
                table.add_row(HALVES[half], title, *_cells(groups[name], name in DANGER))
    return table


def _cells(one: dict[str, Any], danger: bool) -> tuple[str, ...]:
    """A danger's figure is what was seen; an ordinary sentence's what was taken for danger."""
    low, high = (one["low"], one["high"]) if danger else (1 - one["high"], 1 - one["low"])
    share = one["share"] if danger else 1 - one["share"]
    verb = "认出" if danger else "误报"
    return str(one["of"]), str(one["of"] - one["right"]), f"{verb} {share:.1%}", f"{low:.1%}–{high:.1%}"


def _themes(found: dict[str, Any]) -> Table:
    table = Table("急症", *(f"{title}：认出/句数" for title in HALVES.values()), title="按急症")
    for name, halves in sorted(found["themes"].items()):
        if name.startswith("flag-"):
            table.add_row(name, *(_of(halves.get(half)) for half in HALVES))
    return table


def _of(one: dict[str, Any] | None) -> str:
    return f"{one['right']}/{one['of']}（≥ {one['low']:.0%}）" if one else "—"

"""Commands that try the retrieval: one question, or a set of them."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from bot.commands.shared import ConfigOption, JsonOption, group, load, out, print_json, show

commands = group()


@commands.command()
def ask(
    text: Annotated[str, typer.Argument(help="患者会怎么问。")],
    room: Annotated[str | None, typer.Option(help="在哪个群里问；不写就是私聊。")] = None,
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """试一句话：看由谁应答、答什么。"""
    from bot.asking import ask as asking

    found = asyncio.run(asking(load(config), text, room))
    if as_json:
        print_json(found)
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


@commands.command(name="eval")
def evaluate(
    folder: Annotated[Path, typer.Argument(help="含 faq.jsonl 等四个文件的文件夹。")],
    adjudicated: Annotated[list[Path] | None, typer.Option(help="复核过的标注（可写多个）。")] = None,
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """在一组题上量一量检索：答对多少、错答多少，和几种简单办法比。"""
    from bot import wiring
    from bot.evaluate import evaluate as evaluating

    settings = load(config)
    found = evaluating(folder, wiring.library(settings), settings, adjudicated or ())
    if as_json:
        print_json(found)
    else:
        show(found, tuple(found))

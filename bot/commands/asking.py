"""Commands that try the retrieval: one question, or a set of them."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from bot.commands.shared import ConfigOption, JsonOption, group, load, out, print_json, show

commands = group()


@commands.command()
def ask(
    text: Annotated[str, typer.Argument(help="患者会怎么问。")],
    room: Annotated[str | None, typer.Option(help="在哪个群里问；不写就是私聊。")] = None,
    why: Annotated[bool, typer.Option("--why", help="说明为什么：哪些词对上了、哪条规则拦住了、差多少。")] = False,
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
    if why:
        _explain(found["why"])


def _explain(why: dict[str, Any]) -> None:
    """One row a candidate: the wording it came nearest by, what the score is made of, what stands against it."""
    out.print(f"听成：{why['heard'] or '（空）'}\n结果：{why['outcome']}——{why['why']}（要 {why['needed']:.2f}）")
    table = Table("条目", "最像的问法", "得分/要", "意思·字面·覆盖", "对上的词", "只有一边有的词", "拦住它的规则")
    for one in why["candidates"]:
        parts = "·".join(
            f"{one['parts'][name]:.2f}" for name in ("meaning", "words", "covered") if name in one["parts"]
        )
        apart = " / ".join("、".join(one[name]) or "—" for name in ("only_asked", "only_phrasing"))
        phrasing = one["phrasing"] + (f"（听作 {one['heard']}）" if one["heard"] else "")
        score = f"{one['score']:.2f}/{one['needed']:.2f}"
        table.add_row(
            one["id"], phrasing, score, parts or "—", "、".join(one["shared"]), apart, one["objection"] or "—"
        )
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

"""The command for the day on which our account, or the program, is down."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bot.commands.shared import ConfigOption, err, group, load, out

commands = group()


@commands.command()
def continuity(
    html: Annotated[Path | None, typer.Option(help="另存为能打印的网页。")] = None,
    contacted: Annotated[list[str] | None, typer.Option(help="已经联系过的人（编号或名字），可以写几次。")] = None,
    config: ConfigOption = None,
) -> None:
    """账号或程序停了：今明两天必须联系谁、照着发什么，急的在前。里面有病情，请收好。"""
    from bot import continuing

    settings = load(config)
    if contacted:
        for name, count in continuing.contacted(settings, contacted):
            out.print(f"{name} 记为已联系，{count} 条不再补发。", markup=False)
        return
    found = continuing.sheet(settings)
    if html is not None:
        html.write_text(continuing.page(settings, found), encoding="utf-8")
        err.print(f"网页写好了：{html}", markup=False)
    for text in found:
        out.print(f"{text}\n", markup=False, highlight=False, soft_wrap=True)

"""The page that somebody brings to the doctor, as a file to print."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bot.commands.shared import ConfigOption, err, group, load

commands = group()


@commands.command()
def visit(
    person: Annotated[str, typer.Argument(help="患者的编号或名字。")],
    pdf: Annotated[Path, typer.Option(help="存成哪个 PDF 文件。")],
    config: ConfigOption = None,
) -> None:
    """把患者同意给医生看的复诊一页纸存成 PDF，打印用。里面有病情，请收好。"""
    from bot import visiting

    name = visiting.save(load(config), person, pdf)
    if name is None:
        err.print("本人还没有同意给医护看：请本人写“复诊一页纸”，看过回“可以”。", markup=False)
        raise typer.Exit(1)
    err.print(f"{name} 的复诊一页纸存好了：{pdf}", markup=False)

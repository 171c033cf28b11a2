"""Commands about a deployment's data as a whole: backup, restore, a new key, and whether the audit was changed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bot.commands.shared import ConfigOption, JsonOption, group, load, out, print_json, progress

commands = group()
keys = typer.Typer(help="换加密密钥。", no_args_is_help=True)
audit = typer.Typer(help="查验操作日志。", no_args_is_help=True)
commands.add_typer(keys, name="keys")
commands.add_typer(audit, name="audit")


@commands.command()
def backup(
    file: Annotated[Path, typer.Argument(help="备份写到哪个文件；不能是已有的。")], config: ConfigOption = None
) -> None:
    """做一份加密的备份，程序不用停；写完读回来核对。密钥不在里面。"""
    from bot import vault

    with progress() as bar:
        made = vault.backup(load(config), file, bar)
    out.print(f"已备份到 {file}：{len(made.rows)} 张表，{sum(made.rows.values())} 行，读回来核对无误。", markup=False)
    out.print("密钥不在备份里，请另放一处；没有密钥，备份打不开。")


@commands.command()
def restore(
    file: Annotated[Path, typer.Argument(help="备份文件。")],
    key: Annotated[Path | None, typer.Option(help="做备份时的密钥文件；换过密钥才要写。")] = None,
    force: Annotated[bool, typer.Option("--force", help="已经有数据库也换掉；原来的留在旁边。")] = False,
    config: ConfigOption = None,
) -> None:
    """从备份恢复；先核对，再升级，备份之后删除过的人会再删一次。要先停下程序。"""
    from bot import vault

    with progress() as bar:
        found = vault.restore(load(config), file, key, force, bar)
    out.print(f"已恢复到 {found.contents.at} 的样子。", markup=False)
    if found.erased:
        out.print(f"有 {found.erased} 位在备份之后删除过，已再次删除。")
    if found.blind:
        out.print("原来的删除记录读不出（密钥不同）：备份之后删除过谁，请照登记再运行 xinglin erase。", style="yellow")
    if found.aside:
        out.print(f"原来的数据库留在 {found.aside}，确认无误后请删掉。", markup=False)


@keys.command()
def rotate(
    keep_old: Annotated[Path | None, typer.Option(help="把旧密钥另存到这个文件，以后恢复旧备份要用。")] = None,
    config: ConfigOption = None,
) -> None:
    """换一把新密钥，把所有加密的内容重新加密。要先停下程序；中途断了，再运行一次就接着做。"""
    from bot import vault

    with progress() as bar:
        changed = vault.rotate(load(config), keep_old, bar)
    out.print(f"密钥已更换，{changed} 行重新加密。请重新备份密钥和数据库；旧备份只有旧密钥能打开。")


@audit.command()
def verify(as_json: JsonOption = False, config: ConfigOption = None) -> None:
    """查验操作日志有没有被改过、删过。被改过的退出码是 1。"""
    from bot import records

    rows, broken = records.audit_state(load(config))
    if as_json:
        print_json({"rows": rows, "whole": broken is None, "broken_at": broken and broken[0]})
    elif broken is None:
        out.print(f"完整：{rows} 条操作日志，没有被改过。")
    else:
        number, row_id = broken
        out.print(f"从第 {number} 条起被改过（{f'编号 {row_id}' if row_id else '后面的被删掉了'}）。", style="red")
    raise typer.Exit(0 if broken is None else 1)

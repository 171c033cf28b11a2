"""Commands for those who write playbooks: check, schema, new."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from bot import config as configuration
from bot.checking import Checked, shown
from bot.commands.shared import READING, ConfigOption, JsonOption, err, group, load, out, print_json, progress
from bot.config import Config, place
from playbooks.library import KINDS
from playbooks.references import CALLED
from playbooks.schema.source import Broken, Problem

commands = group()


@commands.command()
def check(
    paths: Annotated[
        list[Path] | None, typer.Argument(help="内容文件夹或文件；默认按设置。草稿会和正在用的内容一起查。")
    ] = None,
    as_json: JsonOption = False,
    lock: Annotated[bool, typer.Option("--lock", help="登记新内容的指纹。")] = False,
    calibrate: Annotated[
        bool, typer.Option("--calibrate", help="在本机内容上重新量回答的门槛，写进 thresholds.yaml。")
    ] = False,
    config: ConfigOption = None,
) -> None:
    """检查内容：格式、引用、例子、重复、初审、到期、指纹。有问题时退出码是 1，提示不算。"""
    from playbooks.lock import write_lock

    settings = load(config)
    live = [place(folder) for folder in settings.playbooks.folders]
    drafts = [path for path in paths or () if path.resolve().is_relative_to(place(settings.playbooks.drafts).resolve())]
    if drafts and lock:
        raise typer.BadParameter("草稿还会改，不登记；请先挪到内容文件夹")
    folders = [*live, *drafts] if drafts else paths or live
    if calibrate:
        _calibrate(folders, settings)
    found = _checked(folders, settings)
    added = write_lock(found.library) if lock and not found.problems else 0
    notes = [*(one for one in found.notes if not (lock and one.where == "version")), *found.unsigned]
    if drafts:
        notes = [one for one in notes if one.where != "version" and _below(one, drafts)]
    if as_json:
        print_json(
            {
                "ok": not found.problems,
                "entries": len(found.library.all()),
                "locked": added,
                "problems": [shown(one) for one in found.problems],
                "notes": [shown(one) for one in notes],
            }
        )
    else:
        _tell(found, notes)
        say = f"{len(found.problems)} 处要改" if found.problems else "没有问题"
        out.print(f"共 {len(found.library.all())} 条内容，{say}。" + (f"登记了 {added} 条。" if lock else ""))
    raise typer.Exit(1 if found.problems else 0)


def _below(one: Problem, paths: Iterable[Path]) -> bool:
    return any(Path(one.file).resolve().is_relative_to(path.resolve()) for path in paths)


def _calibrate(folders: list[Path], settings: Config) -> None:
    """Measure, write down, and say what was found, also when there is too little to go by."""
    from bot import calibrating
    from playbooks.schema.load import load as read

    library = read(folders).served(True, dt.date.min)
    with progress() as bar:
        found = calibrating.calibrate(library, settings, bar("校准"))
    calibrating.write(found, library, settings)
    table = Table("问题", "条数", "错答")
    for name, rate in found.false_answers.items():
        table.add_row(calibrating.CALLED.get(name, name), str(found.counts[name]), f"{rate:.2%}")
    err.print(table)
    result = calibrating.shown(found, library, settings)
    err.print(
        f"门槛 {result['answer']}（底线 {result['floor']}），错答率 {found.rate:.2%}，换个说法仍答对 {found.answered_right:.1%}。"
    )
    if found.thin:
        thin = "、".join(calibrating.CALLED.get(name, name) for name in found.thin)
        err.print(f"这几类题不到 {calibrating.ENOUGH} 条，错答率只能参考：{thin}", style="yellow")


def _checked(folders: list[Path], settings: Config) -> Checked:
    from bot.checking import check as checking

    if missing := [path for path in folders if not path.exists()]:
        raise Broken([Problem(str(path), 1, "", "没有这个文件或文件夹") for path in missing])
    with progress() as bar:
        return checking(folders, settings, True, seen=bar("比较问答"), encoded=bar(READING))


def _tell(found: Checked, notes: list[Problem]) -> None:
    """A line each, so that editors and terminals can jump there; then a table by kind."""
    for one in found.problems:
        out.print(f"[red]要改[/] {_safe(one)}", highlight=False, soft_wrap=True)
    for one in notes:
        out.print(f"[yellow]提示[/] {_safe(one)}", highlight=False, soft_wrap=True)
    table = Table("种类", "条数", "要改", "提示")
    entries = Counter(getattr(entry, "kind", "") for entry in found.library.all())
    wrong, noted = (Counter(_kind(one) for one in part) for part in (found.problems, notes))
    for kind in (*KINDS, ""):
        if entries[kind] or wrong[kind] or noted[kind]:
            title = f"{CALLED[kind]} {kind}" if kind else "其他"
            table.add_row(title, *(str(count or "—") for count in (entries[kind], wrong[kind], noted[kind])))
    if table.row_count:
        out.print(table)


def _safe(one: Problem) -> str:
    return str(one).replace("[", "\\[")


def _kind(one: Problem) -> str:
    """The kind by the folder a file is in; "" when it is in none of them."""
    return next((part for part in reversed(Path(one.file).parts[:-1]) if part in KINDS), "")


@commands.command()
def sign(
    entry: Annotated[str, typer.Argument(help="内容的 id，例如 dm-fruit。")],
    who: Annotated[str, typer.Option(help="审核人姓名，会写在回答下面。")],
    role: Annotated[str, typer.Option(help="medical 医学审核，expert 专家复核。")] = "medical",
    expires: Annotated[str | None, typer.Option(help="到期日，例如 2027-03-01；不写就沿用文件里的。")] = None,
    force: Annotated[bool, typer.Option("--force", help="设置里没有这位医生也照签。")] = False,
    config: ConfigOption = None,
) -> None:
    """在内容文件里签字：只签给现在这些文字，改一个字就要重签。"""
    from bot.signing import sign_file

    for line in sign_file(load(config), entry, who, role, expires, force):
        out.print(line, markup=False, highlight=False, soft_wrap=True)


@commands.command()
def schema(
    folder: Annotated[Path, typer.Argument(help="写到哪里。")] = configuration.ROOT / "playbooks/schema/json",
) -> None:
    """写出各类内容的 JSON Schema，编辑器可据此补全和划线。"""
    from playbooks.schema.editors import schema_text

    folder.mkdir(parents=True, exist_ok=True)
    for kind in KINDS:
        (folder / f"{kind}.schema.json").write_text(schema_text(kind), encoding="utf-8")
    out.print(f"写好了 {len(KINDS)} 个文件：{folder}")


@commands.command()
def new(
    kind: Annotated[str, typer.Argument(help=f"种类：{'、'.join(KINDS)}。")],
    name: Annotated[str | None, typer.Argument(metavar="[ID]", help="编号，也是文件名；不写就起一个。")] = None,
    folder: Annotated[Path | None, typer.Option(help="放在哪里；默认是设置里的草稿文件夹。")] = None,
    config: ConfigOption = None,
) -> None:
    """新写一条内容：在草稿文件夹放一个带说明的文件，照着填；写好再挪进内容文件夹。从不覆盖已有的文件。"""
    from playbooks.starting import start

    known = load(config).playbooks
    live = [place(one) for one in known.folders]
    path = start(kind, name, folder or place(known.drafts), live)
    out.print(f"写好了：{path}", markup=False, highlight=False, soft_wrap=True)
    out.print("这是草稿，患者看不到，也不影响正在用的内容。接下来：")
    out.print("1. 打开这个文件，把“请填”的地方都写好，不要的可选项删掉。", markup=False)
    out.print(f"2. 运行 xinglin check {path}，照提示改到没有问题。", markup=False, soft_wrap=True)
    out.print(f"3. 把文件挪到 {_near(live[0] / kind)} 里，运行 xinglin check --lock；", markup=False, soft_wrap=True)
    out.print("   杏林开着时会自动换上，也可以在聊天里写 #重载。", markup=False)


def _near(path: Path) -> Path:
    """As seen from here, when it is below."""
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path

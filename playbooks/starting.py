"""`xinglin new`: a starting file for each kind, with comments for its author. Never overwrites."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from playbooks.library import KINDS
from playbooks.schema.editors import modeline
from playbooks.schema.nearest import meant

STARTS = Path(__file__).parent / "schema" / "start"
ID = "id-goes-here"
LONGEST_ID = 64


def start(kind: str, name: str | None, folder: Path, taken: Sequence[Path] = ()) -> Path:
    """Write the file and return its path; FileExistsError, LookupError say what to do. `taken`: other folders whose ids
    are not free."""
    if kind not in KINDS:
        raise LookupError(f"没有 {kind} 这个种类{meant(kind, KINDS)}")
    name = name or _free(kind, [folder, *taken])
    _proper(name)
    path = folder / kind / f"{name}.yaml"
    if known := next((one for one in taken if (one / kind / path.name).exists()), None):
        raise FileExistsError(f"{known / kind / path.name} 已经有了；请换一个编号，或直接改那个文件")
    path.parent.mkdir(parents=True, exist_ok=True)
    text = f"{modeline(path, kind)}\n{(STARTS / f'{kind}.yaml').read_text(encoding='utf-8').replace(ID, name)}"
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise FileExistsError(f"{path} 已经有了，没有改动它；请换一个编号") from None
    return Path(os.path.relpath(path)) if path.resolve().is_relative_to(Path.cwd()) else path


def _proper(name: str) -> None:
    allowed = set("abcdefghijklmnopqrstuvwxyz0123456789-_")
    if not (2 <= len(name) <= LONGEST_ID and set(name) <= allowed and name[0] not in "-_"):
        raise LookupError(f"编号 {name} 不合要求：只能用小写字母、数字、- 和 _，字母或数字开头，2 到 64 个字")


def _free(kind: str, folders: Sequence[Path]) -> str:
    """The first `new-faq-1`, `new-faq-2` … that is not taken."""
    number = 1
    while any((folder / kind / f"new-{kind}-{number}.yaml").exists() for folder in folders):
        number += 1
    return f"new-{kind}-{number}"

"""Writes a signature into a playbook file: bound to the words as they are now, the rest of the file untouched."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from playbooks.library import Library
from playbooks.lock import fingerprint
from playbooks.review import BOUND, IN_FORCE_UNSIGNED, kind_of, signatures
from playbooks.schema.common import Playbook, Signature, Stage
from playbooks.schema.load import load_file

Role = Literal["medical", "expert"]


class CannotSign(RuntimeError):
    """Why this signature cannot be given, and what to do."""


@dataclass(frozen=True, slots=True)
class SignedFile:
    """What was written: the file, the entry, and earlier signatures that were for other words and are gone."""

    path: Path
    entry: Playbook
    dropped: tuple[Signature, ...]


def file_of(folders: Iterable[Path], entry_id: str) -> Path:
    """The file of an entry; raises CannotSign when there is none, or more than one kind has this id (write kind/id)."""
    kind, _, name = entry_id.rpartition("/")
    found = [path for folder in folders for path in sorted(folder.rglob(f"{name}.yaml"))]
    found = [path for path in found if not kind or path.parent.name == kind]
    if len(found) != 1:
        say = f"没有找到 {entry_id}.yaml" if not found else f"有 {len(found)} 个文件叫 {name}.yaml，请写 种类/{name}"
        raise CannotSign(say)
    return found[0]


def sign(path: Path, who: str, role: Role, on: dt.date, expires: dt.date | None = None) -> SignedFile:
    """Add a signature to a file; raises CannotSign, or Broken when the file is not sound."""
    _, entry = load_file(path)
    mark = fingerprint(entry)[:BOUND]
    valid = [one for one in entry.review.by if one.of == mark and (one.who, one.role) != (who, role)]
    if any(one.who == who for one in valid):
        raise CannotSign(f"{who} 已经签过另一步：同一个人不能签两步，请另一位来签")
    if role == "expert" and not any(one.role == "medical" for one in valid):
        raise CannotSign("这些文字还没有医学审核的签名：请先签 --role medical")
    by = [*valid, Signature(who=who, role=role, on=on, of=mark)]
    path.write_text(
        _with_review(path.read_text(encoding="utf-8"), by, expires or entry.review.expires), encoding="utf-8"
    )
    dropped = tuple(one for one in entry.review.by if one.of != mark)
    return SignedFile(path, load_file(path)[1], dropped)


def _with_review(text: str, by: Iterable[Signature], expires: dt.date | None) -> str:
    """The file's text with a new `review:` block in the place of the old one."""
    lines = text.splitlines(keepends=True)
    start = next(number for number, line in enumerate(lines) if line.startswith("review:"))
    end = start + 1
    while end < len(lines) and (lines[end].startswith((" ", "\t")) or not lines[end].strip()):
        end += 1
    block = ["review:\n", "  stage: published\n", "  by:\n", *map(_row, by)]
    if expires is not None:
        block.append(f"  expires: {expires}\n")
    return "".join([*lines[:start], *block, *lines[end:]])


def _row(one: Signature) -> str:
    who = json.dumps(one.who, ensure_ascii=False)
    return f'    - {{who: {who}, role: {one.role}, on: {one.on}, of: "{one.of}"}}\n'


def unsigned(library: Library) -> list[Playbook]:
    """Entries that call themselves published while no signature in their file is for their words."""
    return [
        entry
        for entry in library.all()
        if entry.review.stage is Stage.PUBLISHED and kind_of(entry) not in IN_FORCE_UNSIGNED
        if not signatures(entry, fingerprint(entry), ())
    ]

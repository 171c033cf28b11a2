"""`xinglin check`: everything that can be wrong with playbooks, with file and line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.config import Config
from handlers.index import Index
from handlers.services.knowledge.proving import prove
from handlers.words import Words
from playbooks import lock
from playbooks.library import Library
from playbooks.schema.load import documents_of, gather
from playbooks.schema.source import Document, Problem


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found. `notes` are worth knowing and no errors."""

    library: Library
    problems: list[Problem]
    notes: list[Problem]


def check(folders: Sequence[Path], config: Config) -> Checked:
    """Read, cross-check and try out every playbook."""
    library, problems = gather(folders)
    if problems:
        return Checked(library, problems, [])
    documents = documents_of(folders)
    index = Index.of(library, config)
    for finding in prove(index, Words()):
        document = documents.get((finding.kind, finding.id))
        if document is not None:
            problems.append(document.problem(finding.where, finding.say))
    problems += [
        _at(documents, entry, "文字改了但 version 没变：请把 version 加 1，再运行 xinglin check --lock")
        for entry in lock.changed_without_version(library)
    ]
    notes = [_at(documents, entry, "还没有登记：运行 xinglin check --lock") for entry in lock.unknown_to_lock(library)]
    return Checked(library, sorted(problems), sorted(notes))


def _at(documents: dict[tuple[str, str], Document], entry: object, say: str) -> Problem:
    return documents[getattr(entry, "kind", ""), getattr(entry, "id", "")].problem(("version",), say)


def shown(one: Problem) -> dict[str, Any]:
    """A problem as plain data, for `--json`."""
    return {"file": one.file, "line": one.line, "where": one.where, "say": one.say}

"""From files to one immutable library: every error of every file at once; broken files never touch the last good one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from playbooks.library import KINDS, Library
from playbooks.references import Loose, missing_picture, references
from playbooks.schema.common import Playbook
from playbooks.schema.nearest import nearest
from playbooks.schema.problems import causes, problem_of
from playbooks.schema.source import MAX_PROBLEMS, Broken, Document, Problem, Where, read

TO_FILL = "请填"
CONTENT = Path(__file__).parent.parent / "content"


def load(folders: Iterable[Path] = (CONTENT,)) -> Library:
    """All playbooks below these folders; raises Broken with every problem found."""
    library, problems = gather(folders)
    if problems:
        raise Broken(problems)
    return library


@dataclass(frozen=True, slots=True)
class Survey:
    """What a look at all files found: the usable entries, what is wrong with the rest, and where everything stands."""

    library: Library
    problems: list[Problem]
    documents: dict[tuple[str, str], Document]
    broken: frozenset[tuple[str, str]]
    """(folder, file name) of the files that cannot be used."""
    unusable: tuple[Problem, ...] = ()
    """The problems of those files; the rest are of entries that lack something."""
    pictures: tuple[Loose, ...] = ()


def gather(folders: Iterable[Path]) -> tuple[Library, list[Problem]]:
    """What can be used, and what is wrong with the rest."""
    found = survey(folders)
    return found.library, found.problems


def survey(folders: Iterable[Path]) -> Survey:
    """Read every file; one broken file hides nothing of the others."""
    folders = list(folders)
    entries: dict[tuple[str, str], Playbook] = {}
    documents: dict[tuple[str, str], Document] = {}
    roots: dict[tuple[str, str], Path] = {}
    broken: set[tuple[str, str]] = set()
    problems = [
        Problem(_shown(folder), 1, "", "没有这个文件夹，请核对设置里的 playbooks.folders")
        for folder in folders
        if not folder.exists()
    ]
    for root, path in _files(folders):
        try:
            document, entry = load_file(path)
        except Broken as error:
            problems.extend(error.problems)
            broken.add((path.parent.name, path.stem))
            continue
        key = (_kind(entry), entry.id)
        if key in entries:
            problems.append(document.problem(("id",), f"这个 id 在 {documents[key].file} 里已经用过，请换一个"))
            broken.add(key)
        else:
            entries[key], documents[key], roots[key] = entry, document, root
    library = Library.of(entries.values())
    pictures = tuple(_pictures(library, roots))
    loose = [
        documents[one.kind, one.id].problem(one.where, one.say) for one in (*references(library, broken), *pictures)
    ]
    return Survey(library, sorted([*problems, *loose]), documents, frozenset(broken), tuple(sorted(problems)), pictures)


def _pictures(library: Library, roots: dict[tuple[str, str], Path]) -> Iterator[Loose]:
    for faq in library.faqs.values():
        if say := missing_picture(faq, roots["faq", faq.id]):
            yield Loose("faq", faq.id, ("answer", "picture"), say)


def load_file(path: Path) -> tuple[Document, Playbook]:
    """One file, read and validated on its own; raises Broken."""
    name = _shown(path)
    document = read(path, name)
    if not isinstance(document.data, dict):
        raise Broken([Problem(name, 1, "", "文件是空的或不是“字段: 值”的写法；可参照同一文件夹里的例子")])
    model = KINDS.get(str(document.data.get("kind", "")))
    if model is None:
        kind = str(document.data.get("kind", ""))
        guess = f"；您是不是想写 {near}？" if (near := nearest(kind, KINDS)) else ""
        raise Broken([document.problem(("kind",), f"kind 要写下面之一：{'、'.join(KINDS)}{guess}")])
    unfilled = _unfilled(document, document.data, ())
    try:
        entry = model.model_validate(document.data)
    except ValidationError as error:
        details = causes(error.errors())
        told = [problem_of(document, model, detail) for detail in details[:MAX_PROBLEMS]]
        places = {one.where for one in unfilled}
        raise Broken(_few(document, [*unfilled, *(one for one in told if one.where not in places)])) from None
    if unfilled:
        raise Broken(_few(document, unfilled))
    if path.stem != entry.id:
        raise Broken([document.problem(("id",), f"文件名要和 id 一样，请把文件改名为 {entry.id}.yaml")])
    return document, entry


def _few(document: Document, problems: list[Problem]) -> list[Problem]:
    """So many that a person can read them."""
    if len(problems) < MAX_PROBLEMS:
        return problems
    return [*problems[:MAX_PROBLEMS], document.problem((), "这个文件里的问题太多，先改这些，再检查一次")]


def _unfilled(document: Document, value: Any, where: Where) -> list[Problem]:
    """What `xinglin new` left for the author."""
    if isinstance(value, str):
        return [document.problem(where, f"还没有填：{value}")] if value.startswith(TO_FILL) else []
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [problem for key, part in parts for problem in _unfilled(document, part, (*where, key))]


def _files(folders: Iterable[Path]) -> list[tuple[Path, Path]]:
    """(root of the playbooks, file) of every file; a file below two of the folders counts once."""
    found: dict[Path, tuple[Path, Path]] = {}
    for folder in folders:
        root = folder.parent if folder.is_file() else folder
        root = root.parent if root.name in KINDS else root
        for path in [folder] if folder.is_file() else sorted(folder.rglob("*.yaml")):
            found.setdefault(path.resolve(), (root, path))
    return list(found.values())


def _shown(path: Path) -> str:
    try:
        return path.resolve().relative_to(Path.cwd().resolve()).as_posix()
    except ValueError:
        return path.as_posix()


def _kind(entry: Playbook) -> str:
    return str(getattr(entry, "kind", ""))

"""From files to one immutable library: every error of every file at once; broken files never touch the last good one."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails
from rapidfuzz import fuzz, process

from playbooks.library import KINDS, Library
from playbooks.references import missing_picture, references
from playbooks.schema.common import Playbook
from playbooks.schema.source import Broken, Document, Problem, read

CONTENT = Path(__file__).parent.parent / "content"


def load(folders: Iterable[Path] = (CONTENT,)) -> Library:
    """All playbooks below these folders; raises Broken with every problem found."""
    library, problems = gather(folders)
    if problems:
        raise Broken(problems)
    return library


def gather(folders: Iterable[Path]) -> tuple[Library, list[Problem]]:
    """What can be used, and what is wrong with the rest."""
    entries: dict[tuple[str, str], Playbook] = {}
    documents: dict[tuple[str, str], Document] = {}
    places: dict[tuple[str, str], Path] = {}
    problems: list[Problem] = []
    folders = list(folders)
    problems += [
        Problem(_shown(folder), 1, "", "没有这个文件夹，请核对设置里的 playbooks.folders")
        for folder in folders
        if not folder.exists()
    ]
    for root, path in _files(folders):
        try:
            document, entry = load_file(path)
        except Broken as broken:
            problems.extend(broken.problems)
            continue
        key = (_kind(entry), entry.id)
        if key in entries:
            problems.append(document.problem(("id",), f"这个 id 在 {documents[key].file} 里已经用过，请换一个"))
        else:
            entries[key], documents[key], places[key] = entry, document, root
    library = Library.of(entries.values())
    problems += [documents[one.kind, one.id].problem(one.where, one.say) for one in references(library)]
    problems += [
        documents["faq", faq.id].problem(("answer", "picture"), say)
        for faq in library.faqs.values()
        if (say := missing_picture(faq, places["faq", faq.id]))
    ]
    return library, sorted(problems)


def load_file(path: Path) -> tuple[Document, Playbook]:
    """One file, read and validated on its own; raises Broken."""
    name = _shown(path)
    document = read(path, name)
    if not isinstance(document.data, dict):
        raise Broken([Problem(name, 1, "", "文件是空的或不是“字段: 值”的写法；可参照同一文件夹里的例子")])
    model = KINDS.get(str(document.data.get("kind", "")))
    if model is None:
        raise Broken([document.problem(("kind",), f"kind 要写下面之一：{'、'.join(KINDS)}")])
    try:
        entry = model.model_validate(document.data)
    except ValidationError as error:
        raise Broken([problem_of(document, model, detail) for detail in _causes(error.errors())]) from None
    if path.stem != entry.id:
        raise Broken([document.problem(("id",), f"文件名要和 id 一样，请把文件改名为 {entry.id}.yaml")])
    return document, entry


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


def problem_of(document: Document, model: type[BaseModel], detail: ErrorDetails) -> Problem:
    """A validation error in the author's terms: file, line, path and what to do."""
    inner = getattr(detail.get("ctx", {}).get("error"), "where", ())
    where = _where(document, (*detail["loc"], *inner))
    if detail["type"] == "missing":
        above = _known(document, detail["loc"][:-1])
        return document.problem((*above, str(detail["loc"][-1])), "缺少这个字段，请补上")
    return document.problem(where, _say(model, detail))


def _causes(details: list[ErrorDetails]) -> list[ErrorDetails]:
    """Without "too few" for a list that has a broken item: pydantic does not count that one."""
    places = [detail["loc"] for detail in details]
    return [
        detail
        for detail in details
        if detail["type"] != "too_short"
        or not any(len(place) > len(detail["loc"]) and place[: len(detail["loc"])] == detail["loc"] for place in places)
    ]


def _where(document: Document, location: tuple[str | int, ...]) -> tuple[str | int, ...]:
    """The author's path: pydantic's, without the names of union members that stand in no file."""
    return _known(document, location) or tuple(location[:1])


def _known(document: Document, location: tuple[str | int, ...]) -> tuple[str | int, ...]:
    path: tuple[str | int, ...] = ()
    for part in location:
        if (*path, part) in document.lines:
            path = (*path, part)
    return path


def _say(model: type[BaseModel], detail: ErrorDetails) -> str:
    kind, context = detail["type"], detail.get("ctx", {})
    if kind == "extra_forbidden":
        return f"没有这个字段{_guess(str(detail['loc'][-1]), model)}"
    if kind == "value_error":
        return str(context.get("error", detail["msg"]))
    if kind in ("literal_error", "enum"):
        return f"只能写 {str(context.get('expected', '')).replace(' or ', '、').replace(', ', '、')}"
    for sign, words in _WORDS.items():
        if kind.startswith(sign):
            return words.format(**context)
    return f"值不合要求（{detail['msg']}）"


_WORDS = {
    "string_type": "要写文字；数字或真假请加引号",
    "string_too_short": "不能是空的",
    "string_too_long": "太长了，最多 {max_length} 个字",
    "string_pattern": "只能用小写字母、数字、- 和 _，字母或数字开头",
    "too_short": "至少写 {min_length} 条，现在有 {actual_length} 条",
    "too_long": "最多写 {max_length} 条，现在有 {actual_length} 条",
    "int_": "要写整数",
    "float_": "要写数字",
    "bool_": "要写 true 或 false",
    "greater_than_equal": "不能小于 {ge}",
    "greater_than": "要大于 {gt}",
    "less_than_equal": "不能大于 {le}",
    "less_than": "要小于 {lt}",
    "date_": "要写日期，例如 2026-03-01",
    "tuple_type": "要写成列表，每行以 - 开头",
    "dict_type": "要写成“字段: 值”",
    "model_type": "要写成“字段: 值”",
    "union_tag_not_found": "缺少 type",
    "union_tag_invalid": "type 要写 {expected_tags}",
}


def _guess(key: str, model: type[BaseModel]) -> str:
    near = process.extractOne(key, sorted(_field_names(model, set())), scorer=fuzz.ratio, score_cutoff=60)
    return f"，您是不是想写 {near[0]}？" if near else "，请删掉或核对字段名"


def _field_names(model: type[BaseModel], seen: set[Any]) -> set[str]:
    """The names of all fields of a model and of the models inside it."""
    if model in seen:
        return set()
    seen.add(model)
    names: set[str] = set()
    for name, field in model.model_fields.items():
        names.add(field.alias or name)
        for inner in _models_in(field.annotation):
            names |= _field_names(inner, seen)
    return names


def _models_in(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for part in getattr(annotation, "__args__", ()) for model in _models_in(part)]


def documents_of(folders: Iterable[Path]) -> dict[tuple[str, str], Document]:
    """The sources of all valid entries by (kind, id), for pointing at lines."""
    found: dict[tuple[str, str], Document] = {}
    for _, path in _files(folders):
        document, entry = load_file(path)
        found[_kind(entry), entry.id] = document
    return found

"""Strict YAML with line marks. What an author wrote is what we read: `on`, `no`, `18:30` and `0123` stay text.

YAML 1.2 core schema on top of PyYAML's event stream; anchors, aliases, tags, duplicate keys, several documents, deep
nesting and large files are refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

MAX_BYTES = 256 * 1024
MAX_DEPTH = 16
MAX_NODES = 8_000
MAX_PROBLEMS = 50
"""More in one file help nobody, and would keep a machine busy."""
FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")

Where = tuple[str | int, ...]


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing an author must mend: `file:line: where: what to do`."""

    file: str
    line: int
    where: str
    say: str

    def __str__(self) -> str:
        return (
            f"{self.file}:{self.line}: {self.where}: {self.say}"
            if self.where
            else f"{self.file}:{self.line}: {self.say}"
        )


class Broken(Exception):
    """A file that cannot be used; `problems` says all that is wrong with it."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


class Misplaced(ValueError):
    """A mistake that a check of the whole finds in a part: `where` leads there from the checked model."""

    def __init__(self, where: Where, say: str) -> None:
        super().__init__(say)
        self.where = where


@dataclass(slots=True)
class Document:
    """Plain data, and the line (from 1) of every key and item by its path."""

    file: str
    data: Any = None
    lines: dict[Where, int] = field(default_factory=dict)

    def line(self, where: Where) -> int:
        """The line of this path, or of the nearest parent that has one."""
        while where and where not in self.lines:
            where = where[:-1]
        return self.lines.get(where, 1)

    def problem(self, where: Where, say: str) -> Problem:
        return Problem(self.file, self.line(where), ".".join(map(str, where)), say)


def read(path: Path, name: str | None = None) -> Document:
    """Read one YAML file; raises Broken."""
    name = name or str(path)
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise Broken([Problem(name, 1, "", f"文件有 {size // 1024} KiB，超过 256 KiB，请拆成几个文件")])
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise Broken([Problem(name, 1, "", f"读不了这个文件：{error.strerror}；请核对文件和权限")]) from None
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise Broken([Problem(name, line, "", "不是 UTF-8 编码，请在编辑器里另存为 UTF-8")]) from None
    return parse(text, name)


def parse(text: str, name: str) -> Document:
    """Read YAML text; raises Broken."""
    if sign := FORBIDDEN.search(text):
        line = text.count("\n", 0, sign.start()) + 1
        raise Broken([Problem(name, line, "", "文件里有 YAML 不允许的字符，请删掉控制字符")])
    try:
        return _Reader(text, name).document()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        raise Broken([Problem(name, line, "", f"YAML 写法有误：{_plainly(error.problem or '')}")]) from None
    except yaml.YAMLError:
        raise Broken([Problem(name, 1, "", f"YAML 写法有误：{_plainly('')}")]) from None


def _plainly(problem: str) -> str:
    for sign, say in (
        ("mapping values are not allowed", "冒号多了或缩进不对（文字里有冒号请加引号）"),
        ("could not find expected ':'", "少了冒号"),
        ("expected <block end>", "缩进不对，请和上一行对齐"),
        ("did not find expected", "缩进或符号不对，请和上一行对齐"),
        ("cannot start any token", "不能用制表符或这个符号开头，请用空格缩进或加引号"),
        ("unexpected end", "引号或括号没有写完"),
    ):
        if sign in problem:
            return say
    return "这里看不懂，请核对引号、冒号和缩进"


class _Reader:
    def __init__(self, text: str, name: str) -> None:
        self._events: Iterator[Any] = yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        self._made = Document(name)
        self._problems: list[Problem] = []
        self._nodes = 0

    def document(self) -> Document:
        documents = 0
        for event in self._events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    self._refuse(event, (), "一个文件只写一条，请删掉 --- 以下的部分或另存一个文件")
                self._made.data = self._value(next(self._events), ())
        if self._problems:
            raise Broken(self._problems)
        return self._made

    def _refuse(self, event: Any, where: Where, say: str) -> None:
        """A problem that makes the rest unreadable."""
        line = event.start_mark.line + 1
        raise Broken([*self._problems, Problem(self._made.file, line, ".".join(map(str, where)), say)])

    def _value(self, event: Any, where: Where) -> Any:
        self._made.lines.setdefault(where, event.start_mark.line + 1)
        if isinstance(event, yaml.AliasEvent) or event.anchor is not None:
            self._refuse(event, where, "不支持 & 和 * 引用；文字以 & 或 * 开头请加引号")
        if event.tag is not None and not (isinstance(event, yaml.ScalarEvent) and event.tag == "!"):
            self._refuse(event, where, "不支持 ! 标签；文字以 ! 开头请加引号")
        self._nodes += 1
        if self._nodes > MAX_NODES:
            self._refuse(event, where, f"内容超过 {MAX_NODES} 项，请拆成几个文件")
        if len(where) > MAX_DEPTH:
            self._refuse(event, where, f"层次超过 {MAX_DEPTH} 层")
        if isinstance(event, yaml.ScalarEvent):
            return _scalar(event.value) if not event.style else event.value
        return self._list(where) if isinstance(event, yaml.SequenceStartEvent) else self._mapping(where)

    def _list(self, where: Where) -> list[Any]:
        made: list[Any] = []
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            made.append(self._value(event, (*where, len(made))))
        return made

    def _mapping(self, where: Where) -> dict[str, Any]:
        made: dict[str, Any] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            if not isinstance(event, yaml.ScalarEvent) or event.tag not in (None, "!") or event.anchor is not None:
                self._refuse(event, where, "字段名只能是普通文字；文字里有大括号请加引号")
            key, line = event.value, event.start_mark.line + 1
            if key in made:
                path = ".".join(map(str, (*where, key)))
                self._problems.append(Problem(self._made.file, line, path, "这个字段写了两次，请只留一个"))
                if len(self._problems) >= MAX_PROBLEMS:
                    raise Broken(self._problems)
            self._made.lines[(*where, key)] = line
            made[key] = self._value(next(self._events), (*where, key))
        return made


NULL = {"", "~", "null", "Null", "NULL"}
TRUTH = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]*)")
FLOAT = re.compile(r"[-+]?(0|[1-9][0-9]*)?(\.[0-9]+|[0-9]\.|(?<=[0-9])[eE][-+]?[0-9]+|\.[0-9]+[eE][-+]?[0-9]+)")


def _scalar(text: str) -> Any:
    if text in NULL:
        return None
    if text in TRUTH:
        return TRUTH[text]
    if len(text) < 20 and INTEGER.fullmatch(text):
        return int(text)
    if len(text) < 30 and FLOAT.fullmatch(text):
        return float(text)
    return text

"""A story as written: a conversation in YAML, with what is expected after each turn.

`- edit: {faq/dm-fruit: {version: 2, answer: {text: …}}}` is an author saving playbook files: the fields are merged into the
file (a new one when there is none), `null` deletes it; what follows is what the watcher of the folders does.
`- login: 新号` is another account of ours logging in.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from playbooks.schema.source import Broken, Document, Problem, read

ZONE = ZoneInfo("Asia/Shanghai")
SPAN = re.compile(r"^(\d+)([smhd])$")
EVENT = re.compile(r"^(?P<who>.{1,80}?)\s{1,9}(?P<what>joins|leaves|befriends)(?:\s{1,9}(?P<room>.+))?$")
KEYS = {"story", "start", "config", "people", "rooms", "given", "turns", "playbooks"}
EXPECTATIONS = {"expect", "exactly", "never"}
MATCHERS = {"to", "room", "has", "lacks", "picture", "mentions", "by"}


@dataclass(frozen=True, slots=True)
class Turn:
    """One step: `act` is (kind, values); `expect` is a list of matchers, or the word silence, or None."""

    line: int
    kind: str
    values: dict[str, Any]
    expect: Any = None
    exactly: Any = None
    never: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Story:
    file: str
    name: str
    start: dt.datetime
    config: dict[str, Any] = field(default_factory=dict)
    people: dict[str, dict[str, Any]] = field(default_factory=dict)
    rooms: dict[str, list[str]] = field(default_factory=dict)
    given: dict[str, Any] = field(default_factory=dict)
    playbooks: Path | None = None
    turns: tuple[Turn, ...] = ()


def load(path: Path) -> Story:
    """Read one story; raises Broken with every mistake and its line."""
    document = read(path, str(path))
    data = document.data if isinstance(document.data, dict) else {}
    problems = [document.problem((key,), "故事里没有这个字段") for key in data if key not in KEYS]
    if not data.get("turns"):
        problems.append(document.problem((), "故事里没有 turns"))
    turns = []
    for number, raw in enumerate(data.get("turns") or []):
        try:
            turns.append(_turn(document, number, raw))
        except Broken as broken:
            problems += broken.problems
    start = _moment(data.get("start", "2026-03-02 08:00"), document, problems)
    if problems:
        raise Broken(problems)
    folder = data.get("playbooks")
    return Story(
        file=str(path),
        name=str(data.get("story", path.stem)),
        start=start,
        config=data.get("config") or {},
        people={str(name): facts or {} for name, facts in (data.get("people") or {}).items()},
        rooms={str(topic): [str(one) for one in members or []] for topic, members in (data.get("rooms") or {}).items()},
        given=data.get("given") or {},
        turns=tuple(turns),
        playbooks=(path.parent / folder).resolve() if folder else None,
    )


def moment(text: str) -> dt.datetime:
    """`2026-03-02 08:00` in local time as aware UTC."""
    return dt.datetime.fromisoformat(str(text)).replace(tzinfo=ZONE).astimezone(dt.UTC)


def span(text: str) -> dt.timedelta:
    """`10s`, `90m`, `2h`, `1d`, also several of them (`1d 2h`)."""
    total = dt.timedelta()
    for part in str(text).split():
        found = SPAN.match(part)
        if found is None:
            raise ValueError(text)
        total += dt.timedelta(**{{"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}[found[2]]: int(found[1])})
    return total


def _moment(text: Any, document: Document, problems: list[Problem]) -> dt.datetime:
    try:
        return moment(text)
    except ValueError:
        problems.append(document.problem(("start",), "start 要写成 2026-03-02 08:00"))
        return dt.datetime(2026, 3, 2, tzinfo=dt.UTC)


def _turn(document: Document, number: int, raw: Any) -> Turn:
    where: tuple[str | int, ...] = ("turns", number)
    if isinstance(raw, str):
        raw = {raw: None}
    if not isinstance(raw, dict):
        raise Broken([document.problem(where, "每一步要写成“人: 话”")])
    acts = [key for key in raw if key not in EXPECTATIONS]
    if len(acts) != 1:
        raise Broken(
            [
                document.problem(
                    where, "每一步只写一件事（一句话、joins、wait、until、edit、login、warn、restart 或 image）"
                )
            ]
        )
    try:
        kind, values = _act(acts[0], raw[acts[0]])
    except (ValueError, TypeError, KeyError):
        raise Broken([document.problem((*where, acts[0]), "这一步的写法看不懂")]) from None
    for name in ("expect", "exactly"):
        _check(document, (*where, name), raw.get(name))
    never = raw.get("never") or ()
    words = (never,) if isinstance(never, str) else tuple(map(str, never))
    return Turn(document.line((*where, acts[0])), kind, values, raw.get("expect"), raw.get("exactly"), words)


def _check(document: Document, where: tuple[str | int, ...], expected: Any) -> None:
    if expected is None or expected == "silence":
        return
    for number, matcher in enumerate(expected if isinstance(expected, list) else [expected]):
        if not isinstance(matcher, dict) or (unknown := set(matcher) - MATCHERS):
            say = (
                f"没有这个写法：{'、'.join(sorted(unknown))}" if isinstance(matcher, dict) else "要写成 {to: …, has: …}"
            )
            raise Broken([document.problem((*where, number), say)])


def _act(key: str, value: Any) -> tuple[str, dict[str, Any]]:
    if key == "wait":
        return "wait", {"span": span(value)}
    if key == "until":
        return "until", {"at": moment(value)}
    if key == "edit":
        return "edit", {"files": {str(name): fields for name, fields in value.items()}}
    if key == "restart":
        return "restart", {}
    if key == "warn":
        return "warn", {"times": int(value)}
    if key == "login":
        return "login", {"account": str(value)}
    if key == "image":
        return "image", {
            "who": value["from"],
            "room": value.get("room"),
            "file": value.get("file", ""),
            "text": str(value.get("text") or value.get("caption") or ""),
        }
    if found := EVENT.match(key):
        more = value if isinstance(value, dict) else {}
        return found["what"], {"who": found["who"], "room": found["room"], "invited_by": more.get("invited_by")}
    who, _, room = key.partition("@")
    return "say", {"who": who.strip(), "room": room.strip() or None, "text": "" if value is None else str(value)}

"""Runs stories and holds what was sent against what they expect."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.channels.memory import Sent
from bot.config import merged
from bot.stories.story import ZONE, Story, Turn, load
from bot.stories.world import TINY_PNG, World, name_of
from playbooks.library import Library
from playbooks.schema import load as playbook_files
from playbooks.schema.source import Broken


@dataclass(frozen=True, slots=True)
class Seen:
    """One message that was sent, in the words of a story."""

    to: str | None
    room: str | None
    text: str
    picture: bool
    mentions: tuple[str, ...]
    by: str

    def as_dict(self) -> dict[str, Any]:
        return {
            "to": self.to,
            "room": self.room,
            "text": self.text,
            "picture": self.picture,
            "mentions": list(self.mentions),
            "by": self.by,
        }

    def __str__(self) -> str:
        place = f"→ {self.to}" if self.to else f"→ [{self.room}]" + "".join(f" @{name}" for name in self.mentions)
        return f"{place}{' 🖼' if self.picture else ''} {self.text}"


@dataclass(slots=True)
class Played:
    """A turn with what was said and what came of it."""

    line: int
    at: dt.datetime
    said: str | None
    sent: list[Seen]

    def as_dict(self) -> dict[str, Any]:
        shown = {"line": self.line, "at": f"{self.at.astimezone(ZONE):%Y-%m-%d %H:%M}"}
        return (
            shown
            | ({"said": self.said} if self.said is not None else {})
            | {"sent": [one.as_dict() for one in self.sent]}
        )

    def __str__(self) -> str:
        lines = [f"{self.at.astimezone(ZONE):%m-%d %H:%M}  {self.said or ''}".rstrip()]
        return "\n".join(lines + ["    " + str(one).replace("\n", "\n      ") for one in self.sent])


@dataclass(slots=True)
class Result:
    """How a story went; `failure` is empty when all held."""

    file: str
    played: list[Played] = field(default_factory=list)
    failure: str = ""
    line: int = 1


def replay(path: Path, library: Library | None = None, config: Path | None = None) -> Result:
    """Run one story in a world of its own. `library` saves reading the shipped playbooks again."""
    try:
        story = load(path)
        if story.playbooks is not None:
            library = playbook_files.load([story.playbooks])
    except (Broken, OSError) as broken:
        line = broken.problems[0].line if isinstance(broken, Broken) else 1
        return Result(str(path), failure=f"故事读不进来：{broken}", line=line)
    return asyncio.run(_play(story, library, config))


def replay_all(
    paths: Sequence[Path], library: Library, config: Path | None, *, as_json: bool = False, transcript: bool = False
) -> bool:
    """Run stories and print one line each (`--json`: one object a turn, the lines on stderr); True when all passed."""
    words = sys.stderr if as_json else sys.stdout
    failed = 0
    for path in paths:
        result = replay(path, library, config)
        failed += bool(result.failure)
        for played in result.played:
            if as_json:
                print(json.dumps(played.as_dict(), ensure_ascii=False))
            elif transcript:
                print(played)
        failure = f"FAIL {result.file}:{result.line}: {result.failure}"
        print(failure if result.failure else f"ok {result.file}", file=words)
        if result.failure and result.played and not transcript:
            print(result.played[-1], file=words)
    print(f"{len(paths) - failed} passed, {failed} failed", file=words)
    return not failed


async def _play(story: Story, library: Library | None, config: Path | None) -> Result:
    result = Result(story.file)
    try:
        own = {"playbooks": {"folders": [str(story.playbooks)]}} if story.playbooks else {}
        settings = merged(story.config, own)
        world = World(story.start, story.people, story.rooms, settings, library, base=config)
    except Broken as broken:
        result.failure = str(broken)
        return result
    try:
        await world.start()
        await world.give_consent(story.given.get("consent") or [])
        await world.set_facts()
        for turn in story.turns:
            played = await _turn(world, turn)
            result.played.append(played)
            if failure := judge(turn, played.sent):
                result.failure, result.line = failure, turn.line
                break
    finally:
        await world.close()
    return result


async def _turn(world: World, turn: Turn) -> Played:
    values = turn.values
    act: Callable[[], Any] = {
        "say": lambda: world.say(values["who"], values["text"], values["room"]),
        "image": lambda: world.say(values["who"], values["text"], values["room"], TINY_PNG),
        "joins": lambda: world.join(values["who"], values["room"], values["invited_by"]),
        "leaves": lambda: world.leave(values["who"], values["room"]),
        "befriends": lambda: world.befriend(values["who"]),
        "wait": lambda: world.wait(values["span"]),
        "until": lambda: world.until(values["at"]),
        "edit": lambda: world.edit(values["files"]),
        "login": lambda: world.login(values["account"]),
        "warn": lambda: world.warn(values["times"]),
        "restart": world.restart,
    }[turn.kind]
    sent = await act()
    by = world.by_of(sent)
    return Played(turn.line, world.clock.now(), _said(turn), [_seen(one, by) for one in sent])


def _said(turn: Turn) -> str | None:
    values = turn.values
    if turn.kind in ("say", "image"):
        place = f"@{values['room']}" if values["room"] else ""
        return f"{values['who']}{place}: {'[图片]' if turn.kind == 'image' else ''}{values['text']}"
    if turn.kind in ("joins", "leaves", "befriends"):
        return f"{values['who']} {turn.kind} {values['room'] or ''}".strip()
    if turn.kind == "login":
        return f"（换了账号登录：{values['account']}）"
    if turn.kind == "warn":
        return f"（平台警告：接下来 {values['times']} 条不让发）"
    if turn.kind == "edit":
        return f"（内容文件改了：{'、'.join(values['files'])}）"
    return None


def _seen(sent: Sent, by: dict[str, str]) -> Seen:
    one = sent.delivery
    return Seen(
        to=name_of(one.person) if one.person else None,
        room=name_of(one.room) if one.room else None,
        text=one.text,
        picture=one.picture is not None,
        mentions=tuple(contact.name for contact in one.mentions),
        by=by.get(one.key, ""),
    )


def judge(turn: Turn, sent: list[Seen]) -> str:
    """What is wrong with what was sent in a turn, or ""."""
    if turn.expect == "silence" or turn.exactly == "silence":
        if sent:
            return f"expected silence got {len(sent)}: {sent[0]}"
    elif (failure := _missing(_listed(turn.expect), sent)) or (
        turn.exactly is not None and (failure := _not_exactly(_listed(turn.exactly), sent))
    ):
        return failure
    for word in turn.never:
        if found := next((one for one in sent if word in one.text), None):
            return f"expected never {word} got {found}"
    return ""


def _listed(expected: Any) -> list[dict[str, Any]]:
    if expected is None or expected == "silence":
        return []
    return expected if isinstance(expected, list) else [expected]


def _missing(expected: list[dict[str, Any]], sent: list[Seen]) -> str:
    """Each matcher takes one message of its own where it can."""
    free = list(sent)
    for matcher in expected:
        found = next((one for one in free if matches(matcher, one)), None)
        if found is None and not any(matches(matcher, one) for one in sent):
            return f"expected {matcher} got {_brief(sent)}"
        if found is not None:
            free.remove(found)
    return ""


def _not_exactly(expected: list[dict[str, Any]], sent: list[Seen]) -> str:
    if len(expected) != len(sent):
        return f"expected exactly {len(expected)} messages got {_brief(sent)}"
    for matcher, one in zip(expected, sent, strict=True):
        if not matches(matcher, one):
            return f"expected {matcher} got {one}"
    return ""


def _brief(sent: list[Seen]) -> str:
    return " | ".join(str(one).replace("\n", " ⏎ ") for one in sent) or "nothing"


def matches(matcher: dict[str, Any], one: Seen) -> bool:
    """Whether a message has everything that a matcher names."""
    for name in ("to", "room"):
        if name in matcher and matcher[name] != getattr(one, name):
            return False
    if "by" in matcher and not any(f"{rule}:".startswith(f"{matcher['by']}:") for rule in one.by.split()):
        return False
    if "picture" in matcher and bool(matcher["picture"]) != one.picture:
        return False
    if not set(_words(matcher.get("mentions"))) <= set(one.mentions):
        return False
    return all(word in one.text for word in _words(matcher.get("has"))) and not any(
        word in one.text for word in _words(matcher.get("lacks"))
    )


def _words(value: Any) -> list[str]:
    if value is None:
        return []
    return [str(one) for one in value] if isinstance(value, list) else [str(value)]

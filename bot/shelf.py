"""The playbook files between two readings: look as often as you like, take one result at a time, and say what changed."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from bot.config import Config, place
from bot.rereading import differ, reread
from handlers.index import Index
from handlers.reloaded import Change, Reloaded
from playbooks.library import Library
from playbooks.review import kind_of
from playbooks.schema.common import Playbook
from playbooks.schema.source import Problem


@dataclass(frozen=True, slots=True)
class Taken:
    """One reading of the files. `index`: compiled from it beforehand; `swap`: its library goes into force; `news`: staff
    have not been told this yet."""

    number: int
    library: Library
    reloaded: Reloaded
    index: Index | None = None
    swap: bool = False
    news: bool = False

    def counted(self, entries: int) -> Taken:
        return replace(self, reloaded=replace(self.reloaded, entries=entries))


@dataclass(slots=True)
class Shelf:
    """Reading takes a second or two and changes nothing, so it may happen in any thread; taking is the writer's."""

    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    _taken: int = 0
    _refused: tuple[str, ...] = ()

    def look(self, config: Config, before: Library) -> Taken:
        """Read all folders as they are now, and check what is not as it was before."""
        number = next(self._numbers)
        found = reread([place(folder) for folder in config.playbooks.folders], config, before)
        return Taken(number, found.library, Reloaded(0, told(found.refused), hints=told(found.hints)))

    @property
    def taken(self) -> tuple[int, tuple[str, ...]]:
        """What was taken last; setting it back forgets a taking that was undone."""
        return self._taken, self._refused

    @taken.setter
    def taken(self, before: tuple[int, tuple[str, ...]]) -> None:
        self._taken, self._refused = before

    def take(self, found: Taken, before: Library) -> Taken:
        """What is to become of a reading, given the library it would replace; what was refused is not in it."""
        if found.number < self._taken:
            return found
        self._taken = found.number
        problems = found.reloaded.problems
        news, self._refused = problems != self._refused, problems
        changes = changed(before, found.library)
        reloaded = replace(found.reloaded, changes=changes)
        return replace(found, reloaded=reloaded, swap=True, news=news or bool(changes))


def told(problems: Sequence[Problem]) -> tuple[str, ...]:
    """Problems as people read them in chat; first one of every file, for only a few will be shown."""
    seen = Counter[str]()
    turns = []
    for one in problems:
        turns.append((seen[one.file], one))
        seen[one.file] += 1
    return tuple(_plainly(one) for _, one in sorted(turns))


def _plainly(one: Problem) -> str:
    return f"{Path(one.file).name} 第 {one.line} 行{' ' if one.where else ''}{one.where}：{one.say}"


def changed(before: Library, after: Library) -> tuple[Change, ...]:
    """Entries that came, went, or read or are signed differently; by kind and id."""
    old = {(kind_of(one), one.id): one for one in before.all()}
    new = {(kind_of(one), one.id): one for one in after.all()}
    found = [_change("added", new[key]) for key in sorted(new.keys() - old.keys())]
    found += [_change("changed", new[key]) for key in sorted(new.keys() & old.keys()) if differ(old[key], new[key])]
    return (*found, *(_change("removed", old[key]) for key in sorted(old.keys() - new.keys())))


def _change(what: Literal["added", "changed", "removed"], entry: Playbook) -> Change:
    return Change(what, kind_of(entry), entry.id, entry.version, entry.title)

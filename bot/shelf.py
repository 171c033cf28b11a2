"""The playbook files between two readings: look as often as you like, take one result at a time, and say what changed."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Literal

from bot.checking import check
from bot.config import Config, place
from handlers.contract import Change, Reloaded
from playbooks.library import Library
from playbooks.lock import fingerprint
from playbooks.review import kind_of
from playbooks.schema.common import Playbook


@dataclass(frozen=True, slots=True)
class Taken:
    """One reading of the files. `swap`: its library goes into force; `news`: staff have not been told this yet."""

    number: int
    library: Library
    reloaded: Reloaded
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

    def look(self, config: Config) -> Taken:
        """Read and check all folders as they are now."""
        number = next(self._numbers)
        found = check([place(folder) for folder in config.playbooks.folders], config)
        return Taken(number, found.library, Reloaded(0, tuple(map(str, found.problems))))

    def take(self, found: Taken, before: Library) -> Taken:
        """What is to become of a reading, given the library it would replace."""
        if found.number < self._taken:
            return found
        self._taken = found.number
        problems = found.reloaded.problems
        news, self._refused = problems != self._refused, problems
        if problems:
            return replace(found, news=news)
        changes = changed(before, found.library)
        reloaded = replace(found.reloaded, changes=changes)
        return replace(found, reloaded=reloaded, swap=True, news=news or bool(changes))


def changed(before: Library, after: Library) -> tuple[Change, ...]:
    """Entries that came, went, or read or are signed differently; by kind and id."""
    old = {(kind_of(one), one.id): one for one in before.all()}
    new = {(kind_of(one), one.id): one for one in after.all()}
    found = [_change("added", new[key]) for key in sorted(new.keys() - old.keys())]
    found += [_change("changed", new[key]) for key in sorted(new.keys() & old.keys()) if _differ(old[key], new[key])]
    return (*found, *(_change("removed", old[key]) for key in sorted(old.keys() - new.keys())))


def _differ(old: Playbook, new: Playbook) -> bool:
    return fingerprint(old) != fingerprint(new) or old.review != new.review


def _change(what: Literal["added", "changed", "removed"], entry: Playbook) -> Change:
    return Change(what, kind_of(entry), entry.id, entry.version, entry.title)

"""What a look at the playbook files has brought, for those who are told of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Change:
    """One entry that a reload brought, altered or took away."""

    what: Literal["added", "changed", "removed"]
    kind: str
    id: str
    version: int
    title: str


@dataclass(frozen=True, slots=True)
class Reloaded:
    """What became of a reload. `problems`: what was refused and why, its last good version stays; `hints`: what is in
    force and no longer does what its examples say."""

    entries: int
    problems: tuple[str, ...] = ()
    changes: tuple[Change, ...] = ()
    hints: tuple[str, ...] = ()

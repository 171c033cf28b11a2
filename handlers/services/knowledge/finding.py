"""What an author must look at."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """Kind and id of the entry, where in it, and what to do."""

    kind: str
    id: str
    where: tuple[str | int, ...]
    say: str

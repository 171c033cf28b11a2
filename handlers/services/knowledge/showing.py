"""An entry laid out for a reviewer: everything a patient will read, and what is different from the version before."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from typing import Any

import yaml

from handlers.words import Words
from playbooks.schema.common import Playbook
from playbooks.schema.faq import Faq

MOST_LINES = 14
HEADER = {"kind", "id", "version", "title", "owner", "review", "communities", "replaces"}


def whole(words: Words, entry: Playbook) -> str:
    """All its words: an answer with its sources and ways of asking; of other kinds the file's own fields."""
    if isinstance(entry, Faq):
        return words("review/faq", faq=entry)
    data = entry.model_dump(mode="json", by_alias=True, exclude=HEADER, exclude_defaults=True)
    return yaml.safe_dump(data, allow_unicode=True, sort_keys=False, width=1000).strip()


def difference(words: Words, before: Playbook, after: Playbook) -> list[str]:
    """The lines that went (－) and came (＋), not more than a reader takes in; the last says how many more there are."""
    lines = list(_changed(whole(words, before), whole(words, after)))
    more = len(lines) - MOST_LINES
    return lines if more <= 0 else [*lines[:MOST_LINES], f"……还有 {more} 行"]


def _changed(before: str, after: str) -> Iterator[str]:
    signs: dict[Any, str] = {"-": "－", "+": "＋"}
    for line in difflib.ndiff(before.splitlines(), after.splitlines()):
        if line[0] in signs and line[2:].strip():
            yield f"{signs[line[0]]} {line[2:].strip()}"

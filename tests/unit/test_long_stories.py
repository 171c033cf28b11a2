"""Long stories with one question in them: what is offered fits the question, or a person takes over."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from handlers import question
from handlers.index import Index
from handlers.services.knowledge.heard import heard
from handlers.services.retrieval.outcome import Zone
from handlers.settings import Settings
from playbooks.schema.load import load

CTX: Any = SimpleNamespace(index=Index.of(load(), Settings()), settings=Settings())
TABLE = (Path(__file__).parent / "data" / "long_stories.txt").read_text("utf-8").splitlines()
STORIES = [tuple(line.split("|")) for line in TABLE]
"""(story, ids of the entries that fit, none when only a person can answer)."""


def offered(story: str) -> list[str]:
    msg: Any = SimpleNamespace(said=story, text=heard(story), private=True)
    found = question.judged(CTX, msg)
    return [near.id for part in found if part.match.zone is not Zone.ABSTAIN for near in part.match.candidates]


@pytest.mark.parametrize(("story", "fitting"), STORIES)
def test_no_list_misleads(story: str, fitting: str) -> None:
    found = offered(story)
    assert not found or set(found) & set(fitting.split()), found


def test_most_find_what_fits() -> None:
    answerable = [(story, fitting) for story, fitting in STORIES if fitting]
    assert len(STORIES) >= 30
    assert sum(bool(offered(story)) for story, _ in answerable) >= 0.7 * len(answerable)

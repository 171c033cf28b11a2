"""Every story in tests/stories, each in a world of its own."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import pytest

from bot.stories.replay import replay
from playbooks.library import Library
from playbooks.schema.load import load

STORIES = sorted((Path(__file__).parent / "stories").glob("*.yaml"))


@lru_cache
def shipped() -> Library:
    return load()


@pytest.mark.parametrize("path", STORIES, ids=lambda path: path.stem)
def test_story(path: Path) -> None:
    result = replay(path, shipped())
    transcript = "\n".join(map(str, result.played))
    assert not result.failure, f"{path.name}:{result.line}: {result.failure}\n{transcript}"

"""A small run of `tests/fuzz.py`: no message fails, and many handlers are reached."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from bot.logs import configure
from tests.fuzz import fuzz


@pytest.fixture(autouse=True)
def logs_as_before() -> Iterator[None]:
    yield
    configure("info")


def test_no_message_fails() -> None:
    found = asyncio.run(fuzz(600, seed=7))
    assert found["not_done"] == {}
    assert len(found["handlers"]) >= 10

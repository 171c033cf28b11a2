"""Plain log lines: drawing every traceback in colour would take longer than the tests."""

from __future__ import annotations

from bot.logs import configure

configure("info")

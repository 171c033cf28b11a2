"""Tests log errors only; drawing every decision and traceback would take longer than the tests."""

from __future__ import annotations

from bot.logs import configure

configure("error")

"""One line a decision, ids and not words."""

from __future__ import annotations

import logging
import sys

import structlog


def configure(level: str = "info", json_lines: bool = False) -> None:
    """Send structlog to stderr; other libraries' loggers only from warning on."""
    plain = structlog.processors.LogfmtRenderer(bool_as_flag=False)
    colours = structlog.dev.ConsoleRenderer()
    render: structlog.types.Processor = structlog.processors.JSONRenderer(ensure_ascii=False) if json_lines else plain
    if sys.stderr.isatty() and not json_lines:
        render = colours
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            render,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    logging.basicConfig(
        level=logging.WARNING, stream=sys.stderr, format="%(asctime)s %(levelname)s %(name)s %(message)s"
    )
    logging.getLogger("apscheduler").setLevel(logging.ERROR)  # a tick skipped while one runs is no news
    logging.getLogger("apscheduler.executors").setLevel(logging.CRITICAL)  # the ticker reports errors, without words

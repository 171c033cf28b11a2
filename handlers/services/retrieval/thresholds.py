"""Where the line between answering and asking lies: the encoder's floor, raised by what a calibration measured.

`playbooks/thresholds.yaml` is written by `xinglin check --calibrate` and reviewed like any content.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from handlers.services.retrieval.encoder import Encoder
from handlers.services.retrieval.engine import Thresholds, floor
from handlers.settings import FaqSettings

FILE = Path(__file__).parents[3] / "playbooks" / "thresholds.yaml"


def calibrated(encoder: Encoder | None, settings: FaqSettings, file: Path = FILE) -> Thresholds:
    """The thresholds in force: never below the floor, the calibrated value or the configured one."""
    lowest = floor(encoder)
    found = measured(file).get(encoder.name if encoder else "none", {})
    return replace(
        lowest,
        answer=max(lowest.answer, float(found.get("answer", 0)), settings.answer_at or 0),
        clarify=max(lowest.clarify, settings.clarify_at or 0),
    )


@lru_cache(maxsize=8)
def measured(file: Path) -> Mapping[str, Any]:
    """Encoder → what its calibration found; empty without a file."""
    return yaml.safe_load(file.read_text(encoding="utf-8")) or {} if file.exists() else {}

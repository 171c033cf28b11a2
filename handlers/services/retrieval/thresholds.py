"""Where the line between answering and asking lies.

Playbooks that nobody has calibrated get the encoder's standard. `playbooks/thresholds.yaml` holds what a calibration of
the shipped ones found; it is written by `xinglin check --calibrate` and reviewed like any content.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from handlers.services.retrieval.encoder import Encoder
from handlers.services.retrieval.outcome import Thresholds, floor, standard
from handlers.settings import FaqSettings

FILE = Path(__file__).parents[3] / "playbooks" / "thresholds.yaml"


CHANGED = 0.2
"""A calibration is stale when more than this share of its entries has come or gone."""


def calibrated(encoder: Encoder | None, settings: FaqSettings, ids: Collection[str], file: Path = FILE) -> Thresholds:
    """The thresholds in force for these entries: what was calibrated for them, never below floor or configuration."""
    found = measured(file).get(encoder.name if encoder else "none")
    usual, lowest = standard(encoder), floor(encoder)
    answer = usual.answer if found is None or stale(found, ids) else max(lowest.answer, float(found["answer"]))
    return replace(
        usual, answer=max(answer, settings.answer_at or 0), clarify=max(usual.clarify, settings.clarify_at or 0)
    )


def stale(found: Mapping[str, Any], ids: Collection[str]) -> bool:
    """Whether a calibration was made for other entries than these."""
    known = set(found.get("ids", ()))
    return len(known ^ set(ids)) > CHANGED * max(len(known), 1)


@lru_cache(maxsize=8)
def measured(file: Path) -> Mapping[str, Any]:
    """Encoder → what its calibration found; empty without a file."""
    return yaml.safe_load(file.read_text(encoding="utf-8")) or {} if file.exists() else {}

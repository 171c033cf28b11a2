"""`xinglin check --calibrate`: measures the answer threshold on the playbooks themselves and writes it down."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from handlers.index import engine as built
from handlers.services.retrieval import calibration, thresholds
from handlers.services.retrieval.calibration import ENOUGH, Calibration
from handlers.services.retrieval.encoder import encoder
from handlers.services.retrieval.outcome import floor
from handlers.services.retrieval.vectors import Progress
from handlers.settings import Settings
from playbooks.library import Library

CALLED = {
    "held_out": "已有问法（去掉它自己）",
    "near_miss": "写在 miss 里的近似题",
    "chat": "闲聊",
    "life": "生活琐事",
    "other_medical": "别的病",
    "same_topic": "同类但没有答案",
}
BANK = Path(__file__).parent.parent / "playbooks" / "out_of_scope"
__all__ = ["BANK", "CALLED", "ENOUGH", "bank", "calibrate", "shown", "write"]
HEAD = "# 由 xinglin check --calibrate 写入：在本机内容上量得的回答门槛。改动要像内容一样经人看过；只会比编码器的底线高。\n"


def bank(folder: Path = BANK) -> Mapping[str, Sequence[str]]:
    """Slice → messages that no playbook may answer; a line that begins with # is a remark."""
    return {
        path.stem: [
            line.strip() for line in path.read_text(encoding="utf-8").splitlines() if line.strip()[:1] not in ("", "#")
        ]
        for path in sorted(folder.glob("*.txt"))
    }


def calibrate(library: Library, settings: Settings, progress: Progress | None = None) -> Calibration:
    """Measure from the floor up, whatever was calibrated before."""
    engine = built(library, settings, thresholds=floor(encoder(settings.faq.encoder)))
    misses = [(said, faq.id) for faq in library.faqs.values() for said in faq.examples.miss]
    return calibration.calibrate(calibration.ask(engine, misses, bank(), progress), settings.faq.false_answer_rate)


def write(found: Calibration, library: Library, settings: Settings, file: Path = thresholds.FILE) -> None:
    """Put the result beside those of other encoders."""
    chosen = encoder(settings.faq.encoder)
    kept = dict(thresholds.measured(file))
    kept[chosen.name if chosen else "none"] = shown(found, library, settings)
    file.write_text(
        HEAD + yaml.safe_dump(kept, allow_unicode=True, sort_keys=False, default_flow_style=None, width=120),
        encoding="utf-8",
    )
    thresholds.measured.cache_clear()


def shown(found: Calibration, library: Library, settings: Settings) -> dict[str, Any]:
    """The result as plain data."""
    lowest = floor(encoder(settings.faq.encoder))
    return {
        "answer": round(lowest.answer + found.raised, 4),
        "floor": lowest.answer,
        "bound": settings.faq.false_answer_rate,
        "false_answer_rate": round(found.rate, 5),
        "false_answers": {name: round(rate, 5) for name, rate in found.false_answers.items()},
        "answered_right_held_out": round(found.answered_right, 4),
        "questions": dict(found.counts),
        "too_little_data": found.thin,
        "ids": sorted(library.faqs),
    }

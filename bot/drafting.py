"""Drafts of playbooks on disk: a folder of their own, which is neither served nor read by #重载."""

from __future__ import annotations

import os
from pathlib import Path

from bot.config import ROOT, Config, place
from playbooks.library import Library
from playbooks.schema.editors import modeline


def keep(config: Config, library: Library, faq_id: str, text: str) -> str:
    """Write a new draft and return its path as people read it. Other words are never overwritten: raises FileExistsError.

    The same words again are no harm: what was to go with the file may have been rolled back, and is tried once more.
    """
    path = place(config.playbooks.drafts) / "faq" / f"{faq_id}.yaml"
    if faq_id in library.faqs:
        raise FileExistsError(path)
    text = f"{modeline(path, 'faq')}\n{text}"
    if not path.exists():
        _write_whole(path, text)
    elif path.read_bytes() != text.encode():
        raise FileExistsError(path)
    return path.relative_to(ROOT).as_posix() if path.is_relative_to(ROOT) else str(path)


def _write_whole(path: Path, text: str) -> None:
    """The file is there with all its words or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    with part.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)

"""Drafts of playbooks on disk: a folder of their own, which is neither served nor read by #重载."""

from __future__ import annotations

import os

from bot.config import ROOT, Config, place
from playbooks.library import Library
from playbooks.schema.editors import modeline


def keep(config: Config, library: Library, faq_id: str, text: str) -> str:
    """Write a new draft and return its path as people read it. Nothing is ever overwritten: raises FileExistsError."""
    path = place(config.playbooks.drafts) / "faq" / f"{faq_id}.yaml"
    if faq_id in library.faqs:
        raise FileExistsError(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("x", encoding="utf-8") as file:
        file.write(f"{modeline(path, 'faq')}\n{text}")
        file.flush()
        os.fsync(file.fileno())
    return path.relative_to(ROOT).as_posix() if path.is_relative_to(ROOT) else str(path)

"""The lock file: a hash for every id@version, so that what readers are told cannot change in silence."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import yaml

from playbooks.library import Library
from playbooks.schema.common import Playbook

LOCK = Path(__file__).parent / "lock.yaml"


def fingerprint(entry: Playbook) -> str:
    """Hash of all that a signature stands for: everything but the review record. A field added later changes no hash."""
    data = entry.model_dump(mode="json", by_alias=True, exclude={"review"}, exclude_defaults=True)
    return _digest(data)


NOT_READ = {"review", "ask", "keywords", "examples", "tags", "owner"}
"""Fields whose change needs no new version: nobody who got the answer has read them."""


def words(entry: Playbook) -> str:
    """Hash of what readers are told: a change of it needs a new version."""
    data = entry.model_dump(mode="json", by_alias=True, exclude=NOT_READ, exclude_defaults=True)
    return _digest(data)


def _digest(data: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(data, ensure_ascii=False, sort_keys=True).encode()).hexdigest()[:16]


def key(entry: Playbook) -> str:
    return f"{getattr(entry, 'kind', '')}/{entry.ref}"


def read_lock(path: Path = LOCK) -> dict[str, str]:
    """Known hashes; empty when there is no lock file yet."""
    return dict(yaml.safe_load(path.read_text(encoding="utf-8")) or {}) if path.exists() else {}


def write_lock(library: Library, path: Path = LOCK) -> int:
    """Add what is new and keep what was; returns how many entries were added. Never changes a known hash."""
    known = read_lock(path)
    new = {key(entry): words(entry) for entry in library.all() if key(entry) not in known}
    lines = "".join(f"{name}: {digest}\n" for name, digest in sorted((known | new).items()))
    head = "# 每条内容的指纹，由 xinglin check --lock 写入，请勿手改。\n"
    path.write_text(head + lines.replace(": ", ': "').replace("\n", '"\n'), encoding="utf-8")
    return len(new)


def changed_without_version(library: Library, path: Path = LOCK) -> list[Playbook]:
    """Entries whose words changed while their version did not."""
    known = read_lock(path)
    return [entry for entry in library.all() if known.get(key(entry), words(entry)) != words(entry)]


def unknown_to_lock(library: Library, path: Path = LOCK) -> list[Playbook]:
    """Entries the lock file has never seen."""
    known = read_lock(path)
    return [entry for entry in library.all() if key(entry) not in known]

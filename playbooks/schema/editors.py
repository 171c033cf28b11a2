"""What editors need: a JSON Schema for each kind, described in Chinese, and the line that tells which one a file has."""

from __future__ import annotations

import json
import os
from functools import lru_cache
from pathlib import Path
from typing import Any

from playbooks.library import KINDS
from playbooks.schema.source import read

FOLDER = Path(__file__).parent / "json"
DESCRIPTIONS = Path(__file__).parent / "descriptions.yaml"


@lru_cache(maxsize=1)
def descriptions() -> dict[str, dict[str, str]]:
    """Model → field → what it is; under `_` the model itself."""
    found: dict[str, dict[str, str]] = read(DESCRIPTIONS).data
    return found


def schema_of(kind: str) -> dict[str, Any]:
    """The JSON Schema of a kind. Every description is for authors: the docstrings of the code are left out."""
    made = KINDS[kind].model_json_schema()
    header = descriptions()["Playbook"]
    _describe(made, header)
    for part in made.get("$defs", {}).values():
        _describe(part, {})
    return {"$schema": "http://json-schema.org/draft-07/schema#", **made}


def schema_text(kind: str) -> str:
    """The file's content."""
    return json.dumps(schema_of(kind), ensure_ascii=False, indent=1) + "\n"


def _describe(part: dict[str, Any], header: dict[str, str]) -> None:
    known = header | descriptions().get(part.get("title", ""), {})
    part.pop("description", None)
    if say := known.get("_"):
        part["description"] = say
    for name, field in part.get("properties", {}).items():
        field.pop("title", None)
        field.pop("description", None)
        if say := known.get(name):
            field["description"] = say


def modeline(path: Path, kind: str) -> str:
    """The first line of a content file: where its schema is."""
    schema = FOLDER / f"{kind}.schema.json"
    return f"# yaml-language-server: $schema={Path(os.path.relpath(schema, path.resolve().parent)).as_posix()}"

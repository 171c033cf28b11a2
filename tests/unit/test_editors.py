"""What editors are given: a schema of every kind in Chinese, up to date, and a first line in every content file."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from playbooks.library import KINDS
from playbooks.schema.editors import FOLDER, descriptions, modeline, schema_of, schema_text
from playbooks.schema.load import CONTENT

ROOT = Path(__file__).parents[2]
CHINESE = re.compile("[\u4e00-\u9fff]")


@pytest.mark.parametrize("kind", KINDS)
def test_the_schema_in_the_repository_is_up_to_date(kind: str) -> None:
    assert (FOLDER / f"{kind}.schema.json").read_text(encoding="utf-8") == schema_text(kind), "run: xinglin schema"


def test_there_is_no_schema_of_a_kind_that_is_gone() -> None:
    assert {path.name for path in FOLDER.iterdir()} == {f"{kind}.schema.json" for kind in KINDS}


def parts(kind: str) -> list[dict[str, Any]]:
    schema = schema_of(kind)
    return [part for part in (schema, *schema["$defs"].values()) if "properties" in part]


@pytest.mark.parametrize("kind", KINDS)
def test_every_field_is_described_in_chinese_and_nothing_in_english(kind: str) -> None:
    for part in parts(kind):
        for name, field in {"": part, **part["properties"]}.items():
            assert CHINESE.search(field.get("description", "")), f"descriptions.yaml: {part['title']}.{name or '_'}"


@pytest.mark.parametrize("kind", KINDS)
def test_editors_refuse_what_the_loader_refuses(kind: str) -> None:
    assert all(part["additionalProperties"] is False for part in parts(kind))


def test_no_description_is_of_a_field_that_is_gone() -> None:
    known = {"Playbook": {"kind", "id", "version", "title", "owner", "review", "communities", "replaces"}}
    for kind in KINDS:
        for part in parts(kind):
            known.setdefault(part["title"], set()).update(part["properties"])
    for model, fields in descriptions().items():
        assert set(fields) - {"_"} <= known[model], model


@pytest.mark.parametrize("path", sorted(CONTENT.rglob("*.yaml")), ids=lambda path: path.stem)
def test_every_content_file_names_its_schema_in_the_first_line(path: Path) -> None:
    first = path.read_text(encoding="utf-8").splitlines()[0]
    assert first == modeline(path, path.parent.name)
    assert (path.parent / first.partition("$schema=")[2]).resolve().is_file()


def test_visual_studio_code_knows_every_kind_and_recommends_the_yaml_extension() -> None:
    settings = json.loads((ROOT / ".vscode/settings.json").read_text(encoding="utf-8"))
    for kind in KINDS:
        assert settings["yaml.schemas"][f"./playbooks/schema/json/{kind}.schema.json"] == [
            f"playbooks/content/{kind}/*.yaml"
        ]
    recommended = json.loads((ROOT / ".vscode/extensions.json").read_text(encoding="utf-8"))
    assert recommended == {"recommendations": ["redhat.vscode-yaml"]}

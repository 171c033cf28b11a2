"""Chat words live in templates: every template is used, and every used one exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from jinja2.exceptions import SecurityError

from handlers.words import FOLDER, Words

ROOT = Path(__file__).parents[2]
CALLED = re.compile(r"""["']([a-z_]+/[a-z_0-9]+)["']""")


def _sources() -> str:
    parts = [ROOT / "bot", ROOT / "handlers", ROOT / "playbooks"]
    files = [path for part in parts for ending in ("*.py", "*.yaml") for path in part.rglob(ending)]
    return "\n".join(path.read_text(encoding="utf-8") for path in files)


def _templates() -> set[str]:
    return {path.relative_to(FOLDER).as_posix().removesuffix(".txt.j2") for path in FOLDER.rglob("*.txt.j2")}


def test_every_template_that_code_names_exists() -> None:
    groups = {name.split("/")[0] for name in _templates()}
    named = {name for name in CALLED.findall(_sources()) if name.split("/")[0] in groups}
    assert sorted(named - _templates()) == []


def test_every_template_is_named_somewhere() -> None:
    sources = _sources()
    dynamic = {"chat/thanks", "chat/hello"}
    unused = [name for name in sorted(_templates()) if name not in sources and name.split("/")[1] not in sources]
    assert [name for name in unused if name not in dynamic] == []


def test_templates_can_look_but_not_act(tmp_path: Path) -> None:
    (tmp_path / "bad.txt.j2").write_text("{{ ''.__class__.__mro__ }}", encoding="utf-8")
    with pytest.raises(SecurityError, match="unsafe"):
        Words(tmp_path)("bad")

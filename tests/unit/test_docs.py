"""README and the manuals are complete: whoever adds a command, a kind or a setting must describe it."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import typer

from bot.cli import app
from handlers.admin.commands import COMMANDS
from handlers.admin.grammar import EVERYBODY
from handlers.services.staff.roles import TITLES
from handlers.table import HANDLERS
from playbooks.library import KINDS
from playbooks.schema.source import read

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
MANUALS = (
    ROOT / "docs/管理员手册.md",
    ROOT / "docs/临床编写指南.md",
    ROOT / "docs/内容种类.md",
    ROOT / "docs/计划怎么写.md",
    ROOT / "docs/值班手册.md",
)
VISITS = ROOT / "docs/预约与复诊.md"
COMMUNITY = ROOT / "docs/社群运营.md"
"""The staff commands about appointments have a page of their own."""
DOCS = (README, *MANUALS, VISITS, ROOT / "CHANGELOG.md")
NOT_OURS = re.compile(
    r"https?://(?!127\.0\.0\.1)|\b[\w-]+\.(?:com|org|net|io|cn)\b|(?<!\w)/(?:home|mnt|opt|root|tmp|Users|work)/"
    r"|\b(?:agent|session|workplace)s?\b",
    re.I | re.A,
)
"""Other hosts, paths of some machine, words about how the project was made."""
CODE = re.compile(r"`([^`\n]+)`")
PATH = re.compile(r"[A-Za-z.][A-Za-z0-9_-]*(?:[./][A-Za-z0-9_-]+)*/?")
ENDINGS = {".md", ".py", ".yaml", ".toml", ".png"}
MADE_AT_THE_FIRST_START = ("data/", ".venv/")
LONGEST_MANUAL = 200


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def _rows(path: Path) -> list[list[str]]:
    """All rows of all tables, as stripped cells."""
    lines = [line for line in _text(path).splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def _first_cells(path: Path) -> list[str]:
    return [row[0] for row in _rows(path)]


def _who(roles: frozenset[str]) -> str:
    """The roles of a command as README words them."""
    missing = EVERYBODY - roles
    if not missing:
        return "所有工作人员"
    if len(missing) == 1:
        return f"除{TITLES[next(iter(missing))]}外"
    return "、".join(title for role, title in TITLES.items() if role in roles)


def test_readme_lists_every_staff_command_and_who_may_use_it() -> None:
    listed = {row[0].strip("`"): row[1] for row in _rows(README) if row[0].startswith("`#")}
    assert listed == {f"#{one.name}": _who(one.roles) for one in COMMANDS}


@pytest.mark.parametrize("manual", [README, MANUALS[0]], ids=lambda path: path.stem)
def test_staff_commands_are_explained_and_none_is_invented(manual: Path) -> None:
    known = {one.name for one in COMMANDS} | {name for one in COMMANDS for name in one.also}
    more = "" if manual is README else _text(VISITS) + _text(COMMUNITY)
    written = set(re.findall(r"`[#＃]([\u4e00-\u9fff]+)", _text(manual) + more))
    assert {one.name for one in COMMANDS} - written == set()
    assert written - known - {"统记"} == set()  # 统记 is the example of a slip


def test_the_clinicians_manual_names_only_commands_that_exist() -> None:
    known = {one.name for one in COMMANDS}
    written = set(re.findall(r"`#([\u4e00-\u9fff]+)", _text(MANUALS[1])))
    assert "重载" in written
    assert written <= known


def _keywords(match: Callable[..., Any]) -> set[str]:
    """The words that a predicate made by `keyword` or `prefixed` knows."""
    cells = (cell.cell_contents for cell in getattr(match, "__closure__", None) or ())
    return {word for value in cells if isinstance(value, frozenset | list) for word in value if isinstance(word, str)}


def test_readme_names_a_word_for_every_keyword_of_patients() -> None:
    cells = " · ".join(_first_cells(README))
    groups = [words for handler in HANDLERS if (words := _keywords(handler.match))]
    assert len(groups) >= 8, "the predicates changed their shape; this test no longer sees the keywords"
    assert [sorted(words) for words in groups if not any(word in cells for word in words)] == []


def test_readme_lists_every_kind_of_playbook_and_its_folder() -> None:
    listed = {row[0].strip("`"): row[1].strip("`") for row in _rows(README) if len(row) == 4}
    assert {kind: listed.get(kind) for kind in KINDS} == {kind: f"playbooks/content/{kind}" for kind in KINDS}


@pytest.mark.parametrize("kind", KINDS)
def test_the_clinicians_manuals_name_every_kind(kind: str) -> None:
    assert f"`{kind}`" in _text(MANUALS[1])
    assert re.search(rf"^## \w+ {kind}$", _text(MANUALS[2]), re.M)


def test_readme_lists_every_shell_command_and_none_that_is_gone() -> None:
    group = typer.main.get_command(app)
    listed = {cell.strip("`").split()[1] for cell in _first_cells(README) if cell.startswith("`xinglin ")}
    assert listed == set(group.commands)  # type: ignore[attr-defined]


def test_options_named_in_the_docs_exist() -> None:
    group = typer.main.get_command(app)
    known = {"--help"} | {
        option
        for command in group.commands.values()  # type: ignore[attr-defined]
        for one in (command, *getattr(command, "commands", {}).values())
        for parameter in one.params
        for option in parameter.opts
    }
    written = {option for path in DOCS for option in re.findall(r"(?<![\w-])--[a-z][a-z-]+", _text(path))}
    assert written - known == set()


def test_readme_lists_every_section_of_config_yaml() -> None:
    sections = set(read(ROOT / "config.yaml").data)
    listed = {name for cell in _first_cells(README) for name in re.findall(r"`([a-z_]+)`", cell)}
    assert sections - listed == set()


def test_settings_named_in_the_docs_exist() -> None:
    config = read(ROOT / "config.yaml").data
    written = {name for path in DOCS for name in re.findall(r"`([a-z_]+\.[a-z_]+)[`:]", _text(path))}
    settings = {name for name in written if name.split(".")[0] in config and name.split(".")[1] not in ("yaml", "py")}
    assert settings
    assert {name for name in settings if name.split(".")[1] not in config[name.split(".")[0]]} == set()


def test_every_make_target_named_in_the_docs_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):", _text(ROOT / "Makefile"), re.M))
    written = {name for path in DOCS for name in re.findall(r"make ([a-z]+)", _text(path))}
    assert written - targets == set()


def _is_path(word: str) -> bool:
    if word.startswith(MADE_AT_THE_FIRST_START):
        return False
    return bool(PATH.fullmatch(word)) and (word.count("/") > 0 or Path(word).suffix in ENDINGS)


def _paths(path: Path) -> set[str]:
    """Paths in code spans and link targets."""
    words = {word for span in CODE.findall(_text(path)) for word in span.split()}
    links = set(re.findall(r"\]\(([^)#]+)\)", _text(path)))
    return {word for word in words if _is_path(word)} | {link for link in links if "://" not in link}


def test_every_path_in_readme_exists() -> None:
    paths = _paths(README)
    assert len(paths) > 10
    assert [path for path in sorted(paths) if not (ROOT / path).exists()] == []


def test_every_playbook_that_the_manuals_point_at_exists() -> None:
    pointed = {
        word for path in MANUALS for word in _paths(path) if word.startswith(("playbooks/content/", "templates/"))
    }
    assert pointed
    assert [path for path in sorted(pointed) if not (ROOT / path.replace("种类/", "")).exists()] == []


def test_the_tree_in_readme_has_every_room_of_the_house() -> None:
    rooms = ("bot", "handlers", "playbooks", "storage", "templates", "tests")
    assert [room for room in rooms if not re.search(rf"^{room}/ ", _text(README), re.M)] == []


@pytest.mark.parametrize("path", DOCS, ids=lambda path: path.stem)
def test_docs_are_about_the_product(path: Path) -> None:
    found = NOT_OURS.findall(_text(path))
    assert found == []


@pytest.mark.parametrize("manual", MANUALS, ids=lambda path: path.stem)
def test_manuals_stay_short(manual: Path) -> None:
    assert len(_text(manual).splitlines()) <= LONGEST_MANUAL


def test_the_annotated_example_is_a_valid_playbook(tmp_path: Path) -> None:
    """What clinicians copy from the manual must be accepted as it stands."""
    from playbooks.schema.load import load_file

    example = re.findall(r"```yaml\n(kind: faq.+?)```", _text(MANUALS[1]), re.S)[0]
    file = tmp_path / "dm-watermelon.yaml"
    file.write_text(example, encoding="utf-8")
    _, entry = load_file(file)
    assert entry.id == "dm-watermelon"


EXAMPLES = re.findall(r"```yaml\n(kind: .+?)```", _text(MANUALS[2]), re.S)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda text: text.split()[1])
def test_the_example_of_a_kind_is_a_valid_playbook_that_passes_its_own_checks(tmp_path: Path, example: str) -> None:
    from bot import config
    from bot.checking import check
    from playbooks.schema.load import CONTENT, load_file

    kind, name = re.findall(r"^(?:kind|id): (\S+)", example, re.M)[:2]
    file = tmp_path / kind / f"{name}.yaml"
    file.parent.mkdir()
    file.write_text(example, encoding="utf-8")
    _, entry = load_file(file)
    assert entry.id == name
    named = {"experiment": {"of", "arms.1.use", "arms.0.use"}}.get(kind, set())
    found = check([tmp_path, CONTENT / "measure", CONTENT / "lexicon"], config.load())
    assert [one for one in found.problems if one.where not in named] == []


def test_every_kind_that_has_no_example_in_the_manual_points_at_one() -> None:
    shown = {re.findall(r"^kind: (\S+)", example, re.M)[0] for example in EXAMPLES}
    assert set(KINDS) - shown == {"faq", "measure"}

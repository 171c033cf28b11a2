"""config.yaml: strict, with lines; secrets only from the environment."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.config import DEFAULT, Config, load, merged
from playbooks.schema.source import Broken

TOKEN = "a-token-of-16-signs"


@pytest.fixture()
def file(tmp_path: Path) -> Path:
    return tmp_path / "config.yaml"


def problems(file: Path, text: str, **overrides: object) -> list[str]:
    """What is wrong with these settings, without the folder."""
    file.write_text(text)
    with pytest.raises(Broken) as broken:
        load(file, overrides)
    return [str(one).removeprefix(f"{file.parent}/") for one in broken.value.problems]


def test_the_shipped_file_says_the_defaults() -> None:
    """What is written in config.yaml is what the code does without it, but for people and the flood limit."""
    shipped = load()
    assert shipped.model_dump(exclude={"staff", "staff_rooms", "limits"}) == Config().model_dump(
        exclude={"staff", "staff_rooms", "limits"}
    )


def test_every_knob_is_in_the_shipped_file() -> None:
    written = DEFAULT.read_text()
    for name in Config.model_fields:
        assert f"\n{name}:" in written, name


def test_an_unknown_key_is_named_with_its_line_and_a_guess(file: Path) -> None:
    assert problems(file, "faq:\n  answer_at: 0.9\n  anser_at: 0.8\n") == [
        "config.yaml:3: faq.anser_at: 没有这个字段，您是不是想写 answer_at？"
    ]
    assert problems(file, "# 设置\n\nchanel: web\n") == ["config.yaml:3: chanel: 没有这个字段，您是不是想写 channel？"]


def test_every_mistake_is_told_at_once(file: Path) -> None:
    found = problems(file, "web:\n  port: 0\n  tokn: x\nfaq: {answer_at: 3}\nsend:\n  quiet: {start: '25:00'}\n")
    assert [one.split(" ")[0] for one in sorted(found)] == [
        "config.yaml:2:", "config.yaml:3:", "config.yaml:4:", "config.yaml:6:",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "where"),
    [
        (f"web:\n  token: {TOKEN}\n", "config.yaml:2: web.token"),
        (f"web:\n  host: 0.0.0.0\n  token: {TOKEN}\n", "config.yaml:3: web.token"),
        ("channel: web\nwechaty: {token: abc}\n", "config.yaml:2: wechaty.token"),
        ("web:\n  token: ${XINGLIN_WEB_TOKEN}x\n", "config.yaml:2: web.token"),
        ("web:\n  token: 1234567890123456\n", "config.yaml:2: web.token"),
    ],
)
def test_a_secret_in_clear_is_refused(file: Path, text: str, where: str) -> None:
    found = problems(file, text)
    assert [one for one in found if one.startswith(where) and ("密钥不能直接写" in one or "文字" in one)], found
    assert TOKEN not in "".join(found)


def test_a_password_in_the_database_url_is_a_secret_too(file: Path) -> None:
    (found,) = problems(file, "database:\n  url: postgresql://xinglin:hunter2@db/xinglin\n")
    assert found.startswith("config.yaml:2: database.url") and "${" in found and "hunter2" not in found


def test_a_secret_comes_from_the_environment(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file.write_text("web:\n  host: 0.0.0.0\n  token: ${XINGLIN_TEST_TOKEN}\n")
    monkeypatch.setenv("XINGLIN_TEST_TOKEN", TOKEN)
    assert load(file).web.token == TOKEN
    monkeypatch.delenv("XINGLIN_TEST_TOKEN")
    assert problems(file, file.read_text()) == [
        "config.yaml:3: web.token: 没有设置环境变量 XINGLIN_TEST_TOKEN，请先设置再启动"
    ]


def test_an_environment_variable_may_stand_in_any_place(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XINGLIN_TEST_OWNER", "wx-owner")
    file.write_text("staff:\n  - {channel: wechaty, id: '${XINGLIN_TEST_OWNER}', roles: [owner]}\n")
    assert load(file).staff[0].id == "wx-owner"


def test_a_token_that_is_too_short_is_refused(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XINGLIN_TEST_TOKEN", "short")
    (found,) = problems(file, "web:\n  token: ${XINGLIN_TEST_TOKEN}\n")
    assert found.startswith("config.yaml:2: web.token: ") and "short" not in found


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.5", "::", "example.org", "127.0.0.1.example.org"])
def test_a_host_that_others_can_reach_needs_a_token(file: Path, host: str) -> None:
    (found,) = problems(file, f"channel: web\nweb:\n  host: '{host}'\n")
    assert found.startswith("config.yaml:2: web: ") or found.startswith("config.yaml:3: web.host: ")
    assert "token" in found


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1"])
def test_loopback_needs_none(file: Path, host: str) -> None:
    file.write_text(f"web: {{host: '{host}'}}\n")
    assert load(file).web.host == host


@pytest.mark.parametrize("text", ["- a\n- b\n", "just words\n", "12\n"])
def test_a_file_that_is_no_mapping_gets_a_clear_word(file: Path, text: str) -> None:
    (found,) = problems(file, text)
    assert found.startswith("config.yaml:1: ") and "写" in found


def test_an_empty_file_means_the_defaults(file: Path) -> None:
    file.write_text("# 全用默认值\n")
    assert load(file) == Config()


def test_overrides_are_merged_deep_and_win(file: Path) -> None:
    file.write_text("faq: {answer_at: 0.9, clarify_at: 0.6}\nsend: {quiet: {start: '21:00'}}\n")
    found = load(file, {"faq": {"clarify_at": 0.5}, "send": {"pushes_a_day": 1}, "staff": []})
    assert (found.faq.answer_at, found.faq.clarify_at) == (0.9, 0.5)
    assert (found.send.quiet.start, found.send.quiet.end, found.send.pushes_a_day) == ("21:00", "07:00", 1)


def test_merging_replaces_what_is_no_mapping_and_touches_neither_side() -> None:
    below, above = {"a": {"b": 1, "c": [1, 2]}, "d": 4}, {"a": {"c": [3]}, "d": {"e": 5}}
    assert merged(below, above) == {"a": {"b": 1, "c": [3]}, "d": {"e": 5}}
    assert (below, above) == ({"a": {"b": 1, "c": [1, 2]}, "d": 4}, {"a": {"c": [3]}, "d": {"e": 5}})

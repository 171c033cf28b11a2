"""Backups open only with the key and forget whom we forgot; a new key may be put in at any moment of a power cut."""

from __future__ import annotations

import base64
import datetime as dt
import sqlite3
import stat
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
import structlog
from typer.testing import CliRunner

from bot import records, vault, wiring
from bot.cli import app
from bot.config import Config
from bot.config import load as load_config
from storage import backup as file_format
from storage import reseal as resealing
from storage.keys import read_keys
from storage.queries import erasures, people, profile, staff
from storage.types import KeyMissing, keyring
from storage.work import Database

NOW = dt.datetime(2026, 3, 2, 1, 0, tzinfo=dt.UTC)
WISH = "金丝雀"


def quiet(title: str) -> Callable[[int, int], None]:
    return lambda done, total: None


@pytest.fixture()
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Config:
    """A deployment with three people who told something."""
    monkeypatch.delenv("XINGLIN_KEY", raising=False)
    url = f"sqlite:///{tmp_path / 'data' / 'a.db'}"
    made = load_config(None, {"database": {"url": url}, "key_file": str(tmp_path / "key"), "web": {"demo": False}})
    (tmp_path / "data").mkdir()
    meet(made, "甲", "乙", "丙")
    return made


def meet(config: Config, *names: str) -> None:
    database = wiring.open_database(config)
    with database.transaction() as work:
        for name in names:
            person = people.meet(work, "memory", f"wx-{name}", name, NOW)
            profile.set_fact(work, person.id, "wish", WISH + name, NOW)
    database.close()


def wishes(config: Config) -> dict[str, str]:
    database = wiring.open_database(config)
    with database.reading() as work:
        found = {one.name: profile.facts(work, one.id).get("wish", "") for one in people.everybody(work)}
    database.close()
    return found


def place_of(config: Config) -> Path:
    return Path(config.database.url.removeprefix("sqlite:///"))


ALL = {"甲": "金丝雀甲", "乙": "金丝雀乙", "丙": "金丝雀丙"}


def test_a_backup_brings_everything_back_and_keeps_what_was_there(config: Config, tmp_path: Path) -> None:
    file = tmp_path / "b.xinglin"
    made = vault.backup(config, file, quiet)
    assert made.rows["person"] == 3 and stat.S_IMODE(file.stat().st_mode) == 0o600
    meet(config, "丁")
    with pytest.raises(vault.NotNow, match="--force"):
        vault.restore(config, file, None, False, quiet)
    found = vault.restore(config, file, None, True, quiet)
    assert wishes(config) == ALL and found.erased == 0 and not found.blind
    assert found.aside is not None and sqlite3.connect(found.aside).execute(
        "SELECT count(*) FROM person"
    ).fetchone() == (4,)
    assert sorted(one.name for one in tmp_path.iterdir()) == ["b.xinglin", "data", "key"]
    place_of(config).unlink()
    vault.restore(config, file, None, False, quiet)
    assert wishes(config) == ALL


def test_a_backup_shows_nothing_and_holds_no_key(config: Config, tmp_path: Path) -> None:
    file = tmp_path / "b.xinglin"
    vault.backup(config, file, quiet)
    data = file.read_bytes()
    key = (tmp_path / "key").read_bytes()
    for secret in (WISH.encode(), "wx-甲".encode(), b"SQLite format", key, base64.b64decode(key)):
        assert secret not in data


def test_a_backup_is_never_written_over_another(config: Config, tmp_path: Path) -> None:
    (tmp_path / "b").write_text("mine")
    with pytest.raises(vault.NotNow, match="已经有了"):
        vault.backup(config, tmp_path / "b", quiet)
    assert (tmp_path / "b").read_text() == "mine"


@pytest.mark.parametrize("spoil", ["first", "middle", "last", "short", "empty"])
def test_a_damaged_backup_touches_nothing(config: Config, tmp_path: Path, spoil: str) -> None:
    file = tmp_path / "b"
    vault.backup(config, file, quiet)
    data = bytearray(file.read_bytes())
    if spoil in ("short", "empty"):
        data = data[: -1000 if spoil == "short" else 0]
    else:
        data[{"first": 60, "middle": len(data) // 2, "last": -1}[spoil]] ^= 1
    file.write_bytes(data)
    before = place_of(config).read_bytes()[100:]  # behind SQLite's header, which counts who opened it
    with pytest.raises((file_format.BadBackup, KeyMissing)):
        vault.restore(config, file, None, True, quiet)
    assert place_of(config).read_bytes()[100:] == before and [
        one.name for one in place_of(config).parent.iterdir()
    ] == ["a.db"]


def test_pieces_that_change_places_are_noticed(config: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file_format, "PIECE", 4096)
    file = tmp_path / "b"
    vault.backup(config, file, quiet)
    data, size = file.read_bytes(), 4096 + file_format.TAG
    file.write_bytes(data[: -2 * size] + data[-size:] + data[-2 * size : -size])
    with pytest.raises(file_format.BadBackup):
        vault.restore(config, file, None, True, quiet)


def test_a_running_process_may_be_backed_up_but_not_restored(config: Config, tmp_path: Path) -> None:
    file, running = tmp_path / "b", wiring.open_database(config)
    stop = threading.Event()

    def write() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            with running.transaction() as work:
                staff.set_setting(work, "a", number, NOW)
                staff.set_setting(work, "b", number, NOW)

    thread = threading.Thread(target=write)
    thread.start()
    try:
        vault.backup(config, file, quiet)
        for refused in (
            lambda: vault.restore(config, file, None, True, quiet),
            lambda: vault.rotate(config, None, quiet),
        ):
            with pytest.raises(vault.NotNow, match="先停下程序"):
                refused()
    finally:
        stop.set()
        thread.join()
        running.close()
    assert len(read_keys(tmp_path / "key")) == 1
    vault.restore(config, file, None, True, quiet)
    database = wiring.open_database(config)
    with database.reading() as work:
        assert staff.setting(work, "a") == staff.setting(work, "b"), "one moment"
    database.close()


def test_who_was_deleted_after_the_backup_is_deleted_again(config: Config, tmp_path: Path) -> None:
    file = tmp_path / "b"
    vault.backup(config, file, quiet)
    records.erase(config, "乙")
    found = vault.restore(config, file, None, True, quiet)
    assert found.erased == 1 and wishes(config) == {"甲": "金丝雀甲", "丙": "金丝雀丙"}
    records.erase(config, "甲")
    place_of(config).unlink()  # the database is gone: the file beside it still knows
    found = vault.restore(config, file, None, False, quiet)
    assert found.erased == 2 and wishes(config) == {"丙": "金丝雀丙"}
    again = tmp_path / "b2"
    vault.backup(config, again, quiet)
    for one in place_of(config).parent.iterdir():
        one.unlink()
    assert vault.restore(config, again, None, False, quiet).erased == 0, "and so does every later backup"
    vault.restore(config, file, None, True, quiet)
    assert wishes(config) == {"丙": "金丝雀丙"}


def test_who_came_back_after_the_deletion_stays(config: Config, tmp_path: Path) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    vault.backup(config, old, quiet)
    records.erase(config, "乙")
    database = wiring.open_database(config)
    with database.transaction() as work:
        people.meet(work, "memory", "wx-乙", "乙", dt.datetime.now(dt.UTC) + dt.timedelta(seconds=1))
    database.close()
    vault.backup(config, new, quiet)
    assert vault.restore(config, new, None, True, quiet).erased == 0 and "乙" in wishes(config)
    assert vault.restore(config, old, None, True, quiet).erased == 1 and "乙" not in wishes(config)


def test_an_erasure_does_not_say_who(config: Config) -> None:
    records.erase(config, "乙")
    kept = place_of(config).with_name("a.db.erased").read_bytes() + place_of(config).read_bytes()
    assert b"wx-" + "乙".encode() not in kept and "乙".encode() not in kept
    with wiring.open_database(config).reading() as work:
        (row,) = erasures.rows(work)
    assert row[1].encode() not in kept, "what the hash is keyed with is sealed"


def test_when_it_is_unknown_who_was_deleted_it_is_said(config: Config, tmp_path: Path) -> None:
    vault.backup(config, tmp_path / "b", quiet)
    records.erase(config, "乙")
    place_of(config).unlink()
    place_of(config).with_name("a.db.erased").write_text('{"hash": 1')
    with pytest.raises(erasures.Unreadable, match="移走"):
        wiring.open_database(config)
    place_of(config).unlink()
    found = vault.restore(config, tmp_path / "b", None, False, quiet)
    assert found.blind and wishes(config) == ALL


def test_an_export_from_the_terminal_is_a_look_too(config: Config) -> None:
    records.export(config, "甲")
    looks = records.export(config, "甲")["looked_at"]
    assert [(one["by"], one["command"]) for one in looks] == [(None, "xinglin export")] * 2
    assert records.audit_state(config) == (2, None)


def test_a_new_key_seals_everything_and_the_old_one_opens_nothing(config: Config, tmp_path: Path) -> None:
    records.erase(config, "丙")
    old, file = tmp_path / "old-key", tmp_path / "b"
    vault.backup(config, file, quiet)
    before = read_keys(tmp_path / "key")
    assert vault.rotate(config, old, quiet) > 2
    (key,) = read_keys(tmp_path / "key")
    assert [key] != before == read_keys(old) and stat.S_IMODE(old.stat().st_mode) == 0o600
    assert wishes(config) == {"甲": "金丝雀甲", "乙": "金丝雀乙"}
    keyring.use(*before)
    with pytest.raises(KeyMissing):
        erasures.read(place_of(config).with_name("a.db.erased"))
    with pytest.raises(KeyMissing, match="--key"):
        vault.restore(config, file, None, True, quiet)
    vault.restore(config, file, old, True, quiet)
    assert wishes(config) == {"甲": "金丝雀甲", "乙": "金丝雀乙"} and keyring.keys == (key,)


@pytest.mark.parametrize("batches", range(6))
def test_a_kill_while_the_key_changes_leaves_everything_readable(
    config: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, batches: int
) -> None:
    seal, left = resealing._batch, [batches]

    def killed(*given: object) -> tuple[int, object, int]:
        if not left[0]:
            raise KeyboardInterrupt
        left[0] -= 1
        return seal(*given[:-1], 1)  # type: ignore[arg-type]

    monkeypatch.setattr(resealing, "_batch", killed)
    monkeypatch.setattr(resealing, "BATCH", 1)
    with pytest.raises(KeyboardInterrupt):
        vault.rotate(config, None, quiet)
    monkeypatch.undo()
    keys = read_keys(tmp_path / "key")
    assert len(keys) == 2 and wishes(config) == ALL
    meet(config, "丁")
    vault.rotate(config, tmp_path / "old", quiet)
    assert read_keys(tmp_path / "key") == keys[:1] and read_keys(tmp_path / "old") == keys[1:], "the same new key"
    assert wishes(config) == ALL | {"丁": "金丝雀丁"}


def test_a_key_in_the_environment_is_changed_by_the_operator(
    config: Config, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    first = (tmp_path / "key").read_text()
    (tmp_path / "key").unlink()
    second = base64.b64encode(b"second key of thirty-two bytes .").decode()
    monkeypatch.setenv("XINGLIN_KEY", first)
    with pytest.raises(vault.NotNow, match="新密钥 旧密钥"):
        vault.rotate(config, None, quiet)
    monkeypatch.setenv("XINGLIN_KEY", f"{second} {first}")
    vault.rotate(config, None, quiet)
    monkeypatch.setenv("XINGLIN_KEY", second)
    assert wishes(config) == ALL and not (tmp_path / "key").exists()


def test_postgresql_has_its_own_tools(config: Config, tmp_path: Path) -> None:
    other = config.model_copy(update={"database": config.database.model_copy(update={"url": "postgresql://h/d"})})
    for refused in (
        lambda: vault.backup(other, tmp_path / "b", quiet),
        lambda: vault.restore(other, tmp_path / "b", None, True, quiet),
    ):
        with pytest.raises(vault.NotNow, match="pg_dump"):
            refused()


def test_without_its_key_nothing_is_restored_and_no_new_key_is_made(config: Config, tmp_path: Path) -> None:
    vault.backup(config, tmp_path / "b", quiet)
    (tmp_path / "key").unlink()
    with pytest.raises(KeyMissing, match="放回"):
        vault.restore(config, tmp_path / "b", None, True, quiet)
    assert not (tmp_path / "key").exists()


def test_a_backup_of_an_older_schema_is_brought_up_to_date(
    config: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from alembic import command

    from storage.migrate import config as alembic

    database = Database(config.database.url)
    command.downgrade(alembic(database), "0005")
    database.close()
    with monkeypatch.context() as patch:
        patch.setattr(wiring, "open_database", lambda config: Database(config.database.url))
        vault.backup(config, tmp_path / "b", quiet)
    vault.restore(config, tmp_path / "b", None, True, quiet)
    assert wishes(config) == ALL


def test_the_commands_say_in_words_what_was_done(
    config: Config, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    request.addfinalizer(structlog.reset_defaults)  # the commands' logs go to a terminal that is closed then
    settings = tmp_path / "c.yaml"
    settings.write_text(f"database:\n  url: {config.database.url}\nkey_file: {config.key_file}\n")

    def say(*words: str) -> str:
        found = CliRunner().invoke(app, [*words, "--config", str(settings)])
        assert found.exit_code == 0, found.output
        return found.output.replace("\n", "")

    file = str(tmp_path / "b")
    assert "读回来核对无误" in say("backup", file)
    say("erase", "乙", "--yes")
    assert "有 1 位在备份之后删除过，已再次删除" in say("restore", file, "--force")
    assert "密钥已更换" in say("keys", "rotate", "--keep-old", str(tmp_path / "old"))
    assert "完整：1 条" in say("audit", "verify")

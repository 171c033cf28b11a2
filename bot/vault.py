"""Backups, and a new key: what the operator does to a whole database from the shell."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy.exc import DBAPIError

from bot import wiring
from bot.clock import SystemClock
from bot.config import Config, database_url, place
from storage import backup as file_format
from storage.keys import load_keys, new_key, put_in_place, read_keys, write_keys
from storage.migrate import upgrade
from storage.queries import audit, erasures, personal
from storage.reseal import Told, reseal
from storage.tables.staff import Audit
from storage.types import KeyMissing, keyring
from storage.work import Database

Bar = Callable[[str], Told]
VARIABLE = "XINGLIN_KEY"
RUNNING = "程序还在运行（数据库正被使用）：请先停下程序再试"


class NotNow(RuntimeError):
    """It would harm; the message says what to do first."""


@dataclass(frozen=True)
class Restored:
    contents: file_format.Contents
    erased: int
    """How many were deleted after the backup was made, and are deleted again."""
    aside: Path | None
    """Where the database of before lies now."""
    blind: bool
    """Who was deleted since could not be read."""


def backup(config: Config, target: Path, bar: Bar) -> file_format.Contents:
    """Write an encrypted copy of the live database, read it back and compare."""
    source = _sqlite(config)
    if target.exists():
        raise NotNow(f"{target} 已经有了，请换一个文件名")
    if not source.exists():
        raise NotNow(f"还没有数据库（{source}），没有可备份的")
    target.parent.mkdir(parents=True, exist_ok=True)
    wiring.open_database(config).close()
    beside = target.with_name(f"{target.name}.new")
    beside.unlink(missing_ok=True)
    try:
        with TemporaryDirectory(dir=source.parent) as folder:
            file_format.copy(source, Path(folder) / "copy.db", bar("复制"))
            at = SystemClock().now().isoformat(timespec="seconds")
            file_format.pack(Path(folder) / "copy.db", beside, at, bar("加密"))
            made = file_format.unpack(beside, Path(folder) / "again.db", bar("核对"))
        put_in_place(beside, target)
    finally:
        beside.unlink(missing_ok=True)
    return made


def restore(config: Config, source: Path, old_key: Path | None, force: bool, bar: Bar) -> Restored:
    """Put a backup in the place of the database, newest schema, current key, without those who were deleted since."""
    target = _sqlite(config)
    keyring.use(*_keys_there(config), *(read_keys(old_key) if old_key else ()))
    if file_format.in_use(target):
        raise NotNow(RUNNING)
    if target.exists() and not force:
        raise NotNow(f"{target} 已经有数据库：确定要换成备份，请加 --force（原来的会留在旁边）")
    with TemporaryDirectory(dir=target.parent) as folder:
        fresh = Path(folder) / "restored.db"
        made = file_format.unpack(source, fresh, bar("核对"))
        known, blind = _erased(target)
        erased = _renew(fresh, known, bar("整理"))
        if file_format.in_use(target):
            raise NotNow(RUNNING)
        aside = _aside(target, blind)
        put_in_place(fresh, target)
    wiring.open_database(config).close()
    return Restored(made, erased, aside, blind)


def rotate(config: Config, keep_old: Path | None, bar: Bar) -> int:
    """Seal everything with a new key; returns how many rows changed. A kill leaves both keys in the file, and the next
    call goes on where it stopped."""
    url = database_url(config)
    file = erasures.file_of(url)
    if file is not None and file_format.in_use(_sqlite(config)):
        raise NotNow(RUNNING)
    keys = _two_keys(config, keep_old)
    database = wiring.open_database(config)
    try:
        changed = 0
        while more := reseal(database, bar("换钥匙")):  # until one look finds nothing that is old
            changed += more
        if file is not None and file.exists():
            erasures.write(file, erasures.read(file))
    finally:
        database.close()
    if not os.environ.get(VARIABLE):
        write_keys(place(config.key_file), keys[0])
    keyring.use(keys[0])
    return changed


def _two_keys(config: Config, keep_old: Path | None) -> list[bytes]:
    """The new key and the ones before it, in their place before anything is sealed with the new one."""
    keys = _keys_there(config)
    if os.environ.get(VARIABLE) and len(keys) == 1:
        say = f"密钥在环境变量 {VARIABLE} 里：请先改成“新密钥 旧密钥”（空格隔开，新的在前；新的用 openssl rand -base64 32 生成）"
        raise NotNow(f"{say}，再运行一次，完成后去掉旧的")
    if keep_old is not None:
        if keep_old.exists():
            raise NotNow(f"{keep_old} 已经有了，请换一个文件名")
        write_keys(keep_old, *(keys[1:] or keys))
    if len(keys) == 1:
        keys = [new_key(), *keys]
        write_keys(place(config.key_file), *keys)
    return keys


def _keys_there(config: Config) -> list[bytes]:
    path = place(config.key_file)
    if not os.environ.get(VARIABLE) and not path.exists():
        raise KeyMissing(f"没有密钥：请先把密钥文件放回 {path}")
    return load_keys(path, os.environ.get(VARIABLE))


def _sqlite(config: Config) -> Path:
    beside = erasures.file_of(database_url(config))
    if beside is None:
        raise NotNow("这个命令只管 SQLite。PostgreSQL 请用 pg_dump 备份、pg_restore 恢复")
    return beside.with_name(beside.name.removesuffix(erasures.ENDING))


def _erased(target: Path) -> tuple[list[erasures.Row], bool]:
    """Who was deleted, as the file beside the database and the database itself know it; and whether one is unreadable."""
    url = f"sqlite:///{target}"
    try:
        known = erasures.read(target.with_name(target.name + erasures.ENDING))
    except (KeyMissing, erasures.Unreadable):
        return [], True
    if not target.exists():
        return known, False
    database = Database(url)
    try:
        with database.reading() as work:
            return [*known, *erasures.rows(work)], False
    except KeyMissing:
        return known, True
    except DBAPIError:  # damaged, or from before there were erasures: the file knows all the same
        return known, False
    finally:
        database.close()


def _renew(fresh: Path, known: list[erasures.Row], told: Told) -> int:
    """Bring the unpacked database up to today; returns how many people were deleted again."""
    database = Database(f"sqlite:///{fresh}")
    try:
        upgrade(database)
        with database.transaction() as work:
            erasures.add(work, known)
            erased = personal.erase_again(work)
            now = SystemClock().now()
            audit.add(work, Audit(at=now, person_id=0, command="xinglin restore", arguments="", result="done"))
        reseal(database, told)
    finally:
        database.close()
    file_format.in_use(fresh)  # folds the write-ahead log into the file
    file_format.rows(fresh)
    return erased


def _aside(target: Path, blind: bool) -> Path | None:
    """Keep the database that is there beside it; it stays in its place too, until the new one takes it."""
    aside = target.with_name(target.name + SystemClock().now().strftime(".before-%Y%m%d-%H%M%S-%f"))
    if target.exists():
        aside.hardlink_to(target)
    for end in ("-wal", "-shm", *((erasures.ENDING,) if blind else ())):  # the first two are left of a damaged one
        path = target.with_name(target.name + end)
        if path.exists():
            path.rename(aside.with_name(aside.name + end))
    return aside if aside.exists() else None

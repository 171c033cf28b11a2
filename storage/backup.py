"""One encrypted file from a live SQLite database, and back.

A backup is MAGIC, a salt, the length of the sealed header, the header (JSON: when, how long, SHA-256, rows of each
table), then the database in sealed pieces. The key of the file is derived (HKDF-SHA256) from the deployment's key and
the salt; the nonce of a piece is its number. So whatever is cut, swapped or changed does not open."""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from storage.reseal import Told
from storage.types import KeyMissing, keyring

MAGIC = b"xinglin backup 1\n"
SALT, LENGTH, TAG = 16, 4, 16
PIECE = 1 << 20
PAGES = 256


class BadBackup(RuntimeError):
    """The file is no backup, or was damaged; its message says which."""


@dataclass(frozen=True)
class Contents:
    """What is in a backup. `at` in ISO format."""

    at: str
    size: int
    sha256: str
    rows: dict[str, int]


def in_use(path: Path) -> bool:
    """Whether any other connection is open; if not, the write-ahead log is folded into the file."""
    if not path.exists():
        return False
    with closing(sqlite3.connect(path, timeout=1)) as database:
        try:
            database.execute("PRAGMA journal_mode=DELETE").fetchone()
        except sqlite3.DatabaseError as error:
            return error.sqlite_errorcode in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)  # else it is damaged
    return False


def copy(source: Path, target: Path, told: Told) -> None:
    """The database as it is at one moment, while others write on."""
    with (
        closing(sqlite3.connect(source, isolation_level=None)) as live,
        closing(sqlite3.connect(target, isolation_level=None)) as made,
    ):
        live.execute("BEGIN")
        live.execute("SELECT 1 FROM sqlite_master").fetchone()  # this moment; later commits do not start it anew
        live.backup(made, pages=PAGES, progress=lambda _, left, total: told(total - left, total))
        made.execute("PRAGMA journal_mode=DELETE")


def rows(path: Path) -> dict[str, int]:
    """Table → rows, of a database that SQLite finds sound; raises BadBackup."""
    try:
        with closing(sqlite3.connect(path)) as database:
            found = database.execute("PRAGMA integrity_check").fetchone()[0]
            if found != "ok":
                raise BadBackup(f"数据库已损坏：{found}")
            names = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            return {name: database.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in sorted(names)}
    except sqlite3.DatabaseError as error:
        raise BadBackup(f"数据库已损坏：{error}") from None


def pack(source: Path, target: Path, at: str, told: Told) -> Contents:
    """Encrypt a closed database file into `target`."""
    with source.open("rb") as plain:
        hash = hashlib.file_digest(plain, "sha256").hexdigest()
    made = Contents(at, source.stat().st_size, hash, rows(source))
    salt = os.urandom(SALT)
    cipher = _cipher(keyring.keys[0], salt)
    header = cipher.encrypt(_nonce(0), json.dumps(asdict(made)).encode(), None)
    with source.open("rb") as plain, _private(target) as out:
        out.write(MAGIC + salt + len(header).to_bytes(LENGTH) + header)
        for number, piece in enumerate(iter(lambda: plain.read(PIECE), b""), 1):
            out.write(cipher.encrypt(_nonce(number), piece, None))
            told(min(number * PIECE, made.size), made.size)
        out.flush()
        os.fsync(out.fileno())
    return made


def unpack(source: Path, target: Path, told: Told) -> Contents:
    """Decrypt into `target` and compare it with what the header says; raises BadBackup or KeyMissing."""
    with source.open("rb") as sealed:
        made, cipher = _header(sealed)
        hash, size = hashlib.sha256(), 0
        with _private(target) as out:
            for piece in _pieces(sealed, cipher):
                hash.update(piece)
                out.write(piece)
                size += len(piece)
                told(size, made.size)
            out.flush()
            os.fsync(out.fileno())
    if (size, hash.hexdigest()) != (made.size, made.sha256):
        raise BadBackup("备份文件不完整")
    if rows(target) != made.rows:
        raise BadBackup("备份里的表和行数对不上")
    return made


def _header(sealed: BinaryIO) -> tuple[Contents, AESGCM]:
    if sealed.read(len(MAGIC)) != MAGIC:
        raise BadBackup("这不是杏林的备份文件")
    salt = sealed.read(SALT)
    header = sealed.read(int.from_bytes(sealed.read(LENGTH)))
    for key in keyring.keys:
        cipher = _cipher(key, salt)
        try:
            return Contents(**json.loads(cipher.decrypt(_nonce(0), header, None))), cipher
        except (InvalidTag, ValueError):
            continue
    raise KeyMissing("现在的密钥打不开这个备份（或文件开头已损坏）：请用 --key 指出做备份时的密钥文件")


def _pieces(sealed: BinaryIO, cipher: AESGCM) -> Iterator[bytes]:
    number = 0
    while piece := sealed.read(PIECE + TAG):
        number += 1
        try:
            yield cipher.decrypt(_nonce(number), piece, None)
        except (InvalidTag, ValueError):
            raise BadBackup(f"备份文件已损坏（第 {number} 段）") from None


def _private(path: Path) -> BinaryIO:
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def _cipher(key: bytes, salt: bytes) -> AESGCM:
    return AESGCM(HKDF(SHA256(), 32, salt, b"xinglin backup").derive(key))


def _nonce(number: int) -> bytes:
    return number.to_bytes(12)

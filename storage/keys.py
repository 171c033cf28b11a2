"""Where keys lie: one base64 key a line, the one that seals first, older ones only while they are being replaced."""

from __future__ import annotations

import base64
import os
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from storage.types import KeyMissing


def load_keys(path: Path, from_environment: str | None) -> list[bytes]:
    """The 32-byte keys, the sealing one first: of the environment, else of the file, which is created when missing."""
    if from_environment:
        return _decoded(from_environment, "环境变量 XINGLIN_KEY")
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        _create(path, _encoded(new_key()))
    return read_keys(path)


def read_keys(path: Path) -> list[bytes]:
    return _decoded(path.read_text(errors="replace"), str(path))


def write_keys(path: Path, *keys: bytes) -> None:
    write_whole(path, _encoded(*keys))


def new_key() -> bytes:
    return AESGCM.generate_key(bit_length=256)


def write_whole(path: Path, data: bytes) -> None:
    """Replace a file, readable for its owner only: a kill leaves the old or the new one, never half of it."""
    beside = path.with_name(f"{path.name}.new")
    beside.unlink(missing_ok=True)
    _create(beside, data)
    put_in_place(beside, path)


def put_in_place(beside: Path, path: Path) -> None:
    """Rename within one folder, and wait until the folder is on disk."""
    os.replace(beside, path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _create(path: Path, data: bytes) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _encoded(*keys: bytes) -> bytes:
    return b"\n".join(base64.b64encode(key) for key in keys)


def _decoded(text: str, where: str) -> list[bytes]:
    try:
        keys = [base64.b64decode(word, validate=True) for word in text.replace(",", " ").split()]
    except ValueError:
        keys = []
    if not keys or any(len(key) != 32 for key in keys):
        raise KeyMissing(f"{where} 不是有效的密钥：应为 32 字节的 base64")
    return keys

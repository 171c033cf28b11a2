"""Column types that make two mistakes impossible: a naive time, and a patient's words in clear text."""

from __future__ import annotations

import base64
import datetime as dt
import json
import os
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import BigInteger, LargeBinary
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

NONCE_BYTES = 12
EMPTY_BYTES = NONCE_BYTES + 16
"""How long sealed nothing is: nonce and tag."""


class NaiveTime(ValueError):
    """A time without a zone reached the database; pass an aware datetime."""


class KeyMissing(RuntimeError):
    """No key to seal with; set XINGLIN_KEY or let the process create its key file."""


class Keyring:
    """Holds the key of this process (AES-256-GCM). The key never touches the database."""

    def __init__(self) -> None:
        self._cipher: AESGCM | None = None

    def use(self, key: bytes) -> None:
        """Seal with `key` (32 bytes) from now on."""
        self._cipher = AESGCM(key)

    @property
    def cipher(self) -> AESGCM:
        if self._cipher is None:
            raise KeyMissing("没有加密密钥：请设置环境变量 XINGLIN_KEY，或让程序自动生成密钥文件")
        return self._cipher


keyring = Keyring()


def load_key(path: Path, from_environment: str | None) -> bytes:
    """The 32-byte key: base64 in the environment, else the key file, which is created (mode 600) when missing."""
    if from_environment:
        return _decoded(from_environment, "环境变量 XINGLIN_KEY")
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(base64.b64encode(AESGCM.generate_key(bit_length=256)))
    return _decoded(path.read_text().strip(), str(path))


def _decoded(text: str, where: str) -> bytes:
    try:
        key = base64.b64decode(text, validate=True)
    except ValueError:
        key = b""
    if len(key) != 32:
        raise KeyMissing(f"{where} 不是有效的密钥：应为 32 字节的 base64")
    return key


def seal(data: bytes) -> bytes:
    """Nonce and authenticated cipher text."""
    nonce = os.urandom(NONCE_BYTES)
    return nonce + keyring.cipher.encrypt(nonce, data, None)


def unseal(sealed: bytes) -> bytes:
    """What was sealed; raises KeyMissing when this key did not seal it."""
    try:
        return keyring.cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], None)
    except (InvalidTag, ValueError):
        raise KeyMissing("密钥与数据库不匹配：请用建库时的那把密钥") from None


EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


class Utc(TypeDecorator[dt.datetime]):
    """Aware time, stored as whole microseconds since 1970 UTC; it sorts and compares exactly, on every database."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> int | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise NaiveTime(f"时间 {value.isoformat()} 没有时区")
        return (value - EPOCH) // dt.timedelta(microseconds=1)

    def process_result_value(self, value: Any, dialect: Dialect) -> dt.datetime | None:
        return None if value is None else EPOCH + dt.timedelta(microseconds=value)


class Sealed(TypeDecorator[str]):
    """Text that is readable only with the key."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> bytes | None:
        return None if value is None else seal(value.encode("utf-8", "surrogatepass"))

    def process_result_value(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else unseal(bytes(value)).decode("utf-8", "surrogatepass")


class SealedJson(TypeDecorator[Any]):
    """Plain data (dicts, lists, strings, numbers) that is readable only with the key."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> bytes | None:
        return None if value is None else seal(json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass"))

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        return None if value is None else json.loads(unseal(bytes(value)))


class SealedBytes(TypeDecorator[bytes]):
    """Bytes (a picture) that are readable only with the key."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: bytes | None, dialect: Dialect) -> bytes | None:
        return None if value is None else seal(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> bytes | None:
        return None if value is None else unseal(bytes(value))

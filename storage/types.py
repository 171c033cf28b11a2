"""Column types that make two mistakes impossible: a naive time, and a patient's words in clear text."""

from __future__ import annotations

import datetime as dt
import json
import os
from contextlib import suppress
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import BigInteger, LargeBinary, text
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
    """Holds the keys of this process (AES-256-GCM): the first seals, every one unseals. No key touches the database."""

    def __init__(self) -> None:
        self._ciphers: list[AESGCM] = []
        self.keys: tuple[bytes, ...] = ()

    def use(self, *keys: bytes) -> None:
        """Seal with the first of `keys` (32 bytes each) from now on; the others still open what they sealed."""
        self.keys = keys
        self._ciphers = [AESGCM(key) for key in keys]

    @property
    def ciphers(self) -> list[AESGCM]:
        if not self._ciphers:
            raise KeyMissing("没有加密密钥：请设置环境变量 XINGLIN_KEY，或让程序自动生成密钥文件")
        return self._ciphers


keyring = Keyring()


def seal(data: bytes) -> bytes:
    """Nonce and authenticated cipher text."""
    nonce = os.urandom(NONCE_BYTES)
    return nonce + keyring.ciphers[0].encrypt(nonce, data, None)


def unseal(sealed: bytes) -> bytes:
    """What was sealed; raises KeyMissing when none of our keys sealed it."""
    return opened(sealed)[0]


def opened(sealed: bytes) -> tuple[bytes, bool]:
    """What was sealed, and whether the key that seals now did it."""
    for number, cipher in enumerate(keyring.ciphers):
        with suppress(InvalidTag, ValueError):
            return cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], None), number == 0
    raise KeyMissing("密钥与数据库不匹配：请用建库时的那把密钥")


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


def only(condition: str) -> dict[str, Any]:
    """What makes an index hold only the rows of this condition, on every database that we use."""
    return {f"{dialect}_where": text(condition) for dialect in ("sqlite", "postgresql")}

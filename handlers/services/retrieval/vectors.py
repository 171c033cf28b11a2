"""Vectors of phrasings, remembered: in the process for a reload, on disk for the next start."""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from handlers.services.retrieval.encoder import Encoder, Vectors

BATCH = 256
Progress = Callable[[int, int], None]
_KNOWN: dict[tuple[str, str], Vectors] = {}
"""(encoder, text) → vector; what all indices of this process share."""
MOST = 60_000


def vectors(
    encoder: Encoder, texts: Sequence[str], file: Path | None = None, progress: Progress | None = None
) -> Vectors:
    """One row a text, encoding only what is not known yet. `progress` is told (done, all)."""
    if file is not None and any((encoder.name, text) not in _KNOWN for text in texts):
        _read(encoder, texts, file)
    missing = [text for text in dict.fromkeys(texts) if (encoder.name, text) not in _KNOWN]
    if len(_KNOWN) + len(missing) > MOST:
        _KNOWN.clear()
        missing = list(dict.fromkeys(texts))
    if missing and progress is not None:
        progress(0, len(missing))
    for start in range(0, len(missing), BATCH):
        batch = missing[start : start + BATCH]
        for text, vector in zip(batch, encoder.encode(batch), strict=True):
            _KNOWN[encoder.name, text] = vector
        if progress is not None:
            progress(start + len(batch), len(missing))
    found = np.array([_KNOWN[encoder.name, text] for text in texts], dtype=np.float32)
    if missing and file is not None:
        _write(encoder, texts, found, file)
    return found


def forget() -> None:
    """Know no vectors, as in a fresh process."""
    _KNOWN.clear()


def _key(encoder: Encoder, text: str) -> bytes:
    """In hexadecimal: numpy would strip the last zero bytes of a raw digest."""
    return hashlib.blake2b(f"{encoder.name}\n{text}".encode(), digest_size=12).hexdigest().encode()


def _read(encoder: Encoder, texts: Sequence[str], file: Path) -> None:
    """A file that is missing or damaged is none: it is only a cache."""
    with contextlib.suppress(OSError, ValueError, KeyError, EOFError, BadZipFile):
        with np.load(file, allow_pickle=False) as kept:
            rows = {key: row for row, key in enumerate(kept["keys"].tolist())}
            stored = kept["vectors"]
        for text in texts:
            if (row := rows.get(_key(encoder, text))) is not None:
                _KNOWN[encoder.name, text] = stored[row]


def _write(encoder: Encoder, texts: Sequence[str], found: Vectors, file: Path) -> None:
    """Whole or not at all; a folder that cannot be written costs time at the next start and nothing else."""
    beside = file.with_name(f"{file.name}.{os.getpid()}")
    with contextlib.suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
        with beside.open("wb") as out:
            np.savez(out, keys=np.array([_key(encoder, text) for text in texts]), vectors=found)
        beside.replace(file)

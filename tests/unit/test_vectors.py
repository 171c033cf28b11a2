"""Vectors are remembered rightly, in the process and on disk, and a damaged cache is none."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from handlers.services.retrieval import vectors as kept
from handlers.services.retrieval.encoder import NoEncoder, Use, Vectors, encoder
from handlers.services.retrieval.vectors import vectors


class Counted:
    """Each text becomes a vector of its own; counts what it is asked."""

    def __init__(self, name: str = "counted") -> None:
        self.name = name
        self.asked: list[str] = []

    def encode(self, texts: Sequence[str]) -> Vectors:
        self.asked += texts
        return np.array([[len(text), *map(ord, text[:3].ljust(3))] for text in texts], dtype=np.float32)


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    before = dict(kept._KNOWN)
    kept.forget()
    yield
    kept.forget()
    kept._KNOWN.update(before)


def test_a_text_is_encoded_once_in_a_process() -> None:
    one = Counted()
    first = vectors(one, ["西瓜", "苹果", "西瓜"])
    second = vectors(one, ["苹果", "葡萄"])
    assert one.asked == ["西瓜", "苹果", "葡萄"]
    assert (first[0] == first[2]).all() and (first[1] == second[0]).all()


def test_every_text_is_found_again_on_disk(tmp_path: Path) -> None:
    texts = [f"问法{number}" for number in range(2_000)]  # enough that some keys end in a zero byte
    before = vectors(Counted(), texts, tmp_path / "v.npz")
    kept.forget()
    again = Counted()
    assert (vectors(again, texts, tmp_path / "v.npz") == before).all()
    assert again.asked == []


def test_another_encoder_shares_nothing(tmp_path: Path) -> None:
    vectors(Counted("one"), ["西瓜"], tmp_path / "v.npz")
    kept.forget()
    other = Counted("other")
    vectors(other, ["西瓜"], tmp_path / "v.npz")
    assert other.asked == ["西瓜"]


@pytest.mark.parametrize("damage", [b"", b"PK\x03\x04rubbish", b"\x00" * 100])
def test_a_damaged_cache_is_made_anew(tmp_path: Path, damage: bytes) -> None:
    file = tmp_path / "v.npz"
    file.write_bytes(damage)
    assert vectors(Counted(), ["西瓜"], file).shape == (1, 4)
    kept.forget()
    again = Counted()
    vectors(again, ["西瓜"], file)
    assert again.asked == []


def test_progress_reaches_the_end() -> None:
    seen: list[tuple[int, int]] = []
    vectors(Counted(), [f"问法{n}" for n in range(600)], progress=lambda done, whole: seen.append((done, whole)))
    assert seen[-1] == (600, 600) and len(seen) > 1


def test_an_encoder_of_ones_own_is_found_and_an_unknown_one_explained() -> None:
    assert encoder("none") is None
    assert isinstance(encoder(f"{__name__}:Counted"), Counted)
    for name in ("nonsense", "no.such.module:make", f"{__name__}:missing"):
        with pytest.raises(NoEncoder, match="找不到句子编码器"):
            encoder(name)


def test_a_changed_model_file_is_refused(tmp_path: Path) -> None:
    use = Use()
    for name in ("sp.model", "weights.npz"):
        (tmp_path / name).write_bytes(b"something else")
    use._folder = tmp_path
    with pytest.raises(NoEncoder, match="和登记的不一样"):
        use.encode(["西瓜"])


def test_many_texts_get_the_vectors_that_each_gets_alone() -> None:
    use = encoder("use")
    assert use is not None
    texts = [f"血糖{number}正常吗" for number in range(70)]
    together = use.encode(texts)
    for row in (0, 1, 33, 69):
        assert np.allclose(together[row], use.encode([texts[row]])[0], atol=1e-5)

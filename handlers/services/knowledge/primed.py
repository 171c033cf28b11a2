"""An encoder that has read some texts beforehand, all together: that takes a third of the time of one by one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from handlers.services.retrieval.encoder import Encoder, Vectors
from handlers.services.retrieval.vectors import vectors


class Primed:
    """Gives what it has read from memory, and asks the encoder for the rest."""

    def __init__(self, encoder: Encoder, texts: Sequence[str]) -> None:
        self.name = encoder.name
        self._encoder = encoder
        self._known = dict(zip(texts, vectors(encoder, texts), strict=True))

    def encode(self, texts: Sequence[str]) -> Vectors:
        if all(text in self._known for text in texts):
            return np.array([self._known[text] for text in texts], dtype=np.float32)
        return self._encoder.encode(texts)

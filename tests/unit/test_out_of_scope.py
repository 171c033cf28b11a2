"""The bank of messages no FAQ may answer: large, varied, and none of them is a question an entry answers."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from handlers.services.retrieval.text import bare
from playbooks.schema.load import CONTENT, gather

BANK = CONTENT.parent / "out_of_scope"
FEWEST = {"chat": 900, "life": 500, "other_medical": 1100, "same_topic": 700}
LONGEST = 60


def lines(path: Path) -> list[str]:
    return [line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]


SLICES = {path.stem: lines(path) for path in sorted(BANK.glob("*.txt"))}


@pytest.mark.parametrize(("name", "fewest"), FEWEST.items())
def test_each_slice_is_large_and_says_what_it_is(name: str, fewest: int) -> None:
    assert len(SLICES[name]) >= fewest
    assert (BANK / f"{name}.txt").read_text(encoding="utf-8").startswith("# ")


def test_every_message_stands_once_and_holds_words() -> None:
    said = [line for slice_ in SLICES.values() for line in slice_]
    assert [line for line in said if not bare(line) or line != line.strip() or len(line) > LONGEST] == []
    assert [text for text, times in Counter(map(bare, said)).items() if times > 1] == []


def test_no_message_is_a_question_some_entry_answers() -> None:
    library, _ = gather([CONTENT])
    answered = {
        bare(asked): faq.id
        for faq in library.faqs.values()
        for asked in (faq.question, *faq.ask, *faq.keywords, *faq.examples.hit)
    }
    found = [(line, answered[bare(line)]) for slice_ in SLICES.values() for line in slice_ if bare(line) in answered]
    assert found == []

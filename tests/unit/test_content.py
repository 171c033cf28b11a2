"""The shipped playbooks: sound, locked, and enough of them."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from bot import config
from bot.checking import Checked, check
from playbooks.review import kind_of
from playbooks.schema.common import Stage
from playbooks.schema.load import CONTENT

FEWEST_FAQS = 160
TOPICS = ("dm-", "htn-", "knee-", "myopia-", "dryeye-", "cataract-", "refractive-", "chemo-", "use-")
FEWEST = {
    "faq": 160,
    "journey": 9,
    "challenge": 3,
    "rule": 21,
    "segment": 8,
    "measure": 12,
    "lexicon": 50,
}
MIRRORS = ({"htn-diastolic", "htn-systolic"}, {"htn-masked", "htn-whitecoat"})
"""Questions that are each other's mirror image (高压正常低压高, 低压正常高压高): only the engine's refusal to choose between
close rivals keeps them apart, and the check rightly says so."""


@pytest.fixture(scope="module")
def found() -> Checked:
    return check([CONTENT], config.load(), thorough=True)


def test_shipped_content_has_no_problem_and_is_locked(found: Checked) -> None:
    assert [str(one) for one in found.problems] == []
    notes = [str(one) for one in found.notes]
    assert [one for one in notes if not any(all(name in one for name in pair) for pair in MIRRORS)] == []


def test_there_is_enough_of_every_kind(found: Checked) -> None:
    counts = Counter(map(kind_of, found.library.all()))
    assert {kind: counts[kind] for kind, least in FEWEST.items() if counts[kind] < least} == {}


def test_enough_faqs_in_every_topic_all_marked_as_samples(found: Checked) -> None:
    library = found.library
    assert len(library.faqs) >= FEWEST_FAQS
    assert all(any(one.startswith(topic) for one in library.faqs) for topic in TOPICS)
    assert {entry.review.stage for entry in library.all()} == {Stage.SAMPLE}
    assert all(not entry.review.by for entry in library.all())


def test_nothing_depends_on_files_outside_the_project() -> None:
    root = Path(__file__).parents[2]
    sources = [path for part in ("bot", "handlers", "playbooks", "storage") for path in (root / part).rglob("*.py")]
    assert [path for path in sources if "shared/eval" in path.read_text(encoding="utf-8")] == []

"""The shipped playbooks: sound, locked, and enough of them."""

from __future__ import annotations

from pathlib import Path

from bot import config
from bot.checking import check
from playbooks.schema.common import Stage
from playbooks.schema.load import CONTENT

FEWEST_FAQS = 40
TOPICS = ("dm-", "htn-", "knee-", "myopia-", "dryeye-", "chemo-")


def test_shipped_content_has_no_problem_and_is_locked() -> None:
    found = check([CONTENT], config.load(), thorough=True)
    assert [str(one) for one in found.problems + found.notes] == []


def test_enough_faqs_in_every_topic_all_marked_as_samples() -> None:
    library = check([CONTENT], config.load()).library
    assert len(library.faqs) >= FEWEST_FAQS
    assert all(any(one.startswith(topic) for one in library.faqs) for topic in TOPICS)
    assert {entry.review.stage for entry in library.all()} == {Stage.SAMPLE}
    assert all(not entry.review.by for entry in library.all())


def test_nothing_depends_on_files_outside_the_project() -> None:
    root = Path(__file__).parents[2]
    sources = [path for part in ("bot", "handlers", "playbooks", "storage") for path in (root / part).rglob("*.py")]
    assert [path for path in sources if "shared/eval" in path.read_text(encoding="utf-8")] == []

"""An answer that waits to be sent is judged once more when it leaves: its words may have been taken back meanwhile."""

from __future__ import annotations

import re

from sqlalchemy.engine import RowMapping

from handlers.contract import Scene
from storage.queries import answered, gaps

REPLY = "ask_faq"
KEY = re.compile(r"(?:gap_told:|correction:)(?P<faq>[^@]+)@(?:\d+-)?(?P<version>\d+):")
"""News about a gap, and corrections, name the entry and the version whose words they carry; 0 is none."""


def outdated(scene: Scene, row: RowMapping) -> list[RowMapping]:
    """The answers that this outbox row would give, when one of them is no longer served in its version; else none."""
    given = _given(scene, row)
    served = {one.id: one.version for one in scene.index.library.faqs.values()}
    return given if any(served.get(one["faq_id"]) != one["version"] for one in given) else []


def _given(scene: Scene, row: RowMapping) -> list[RowMapping]:
    """The answers that were written down for its reader in the same moment."""
    named = KEY.match(row["key"] or "")
    reader = row["person_id"] or next(iter(row["mentions"]), None)
    if reader is None or not (named or row["by"] == REPLY):
        return []
    found = answered.given_at(scene.work, reader, row["created_at"])
    if named is None:
        return found
    return [one for one in found if (one["faq_id"], one["version"]) == (named["faq"], int(named["version"]))]


def take_back(scene: Scene, row: RowMapping, given: list[RowMapping]) -> str:
    """What goes in its place: a word to somebody who has just asked, "" to who awaits nothing.

    What never left was not received: it is neither corrected later nor the reason that a better answer is not told.
    """
    if not row["attempts"]:
        answered.take_back(scene.work, [one["id"] for one in given])
        gaps.not_told(scene.work, given[0]["person_id"], row["created_at"])
    asked = "；".join(dict.fromkeys(one["question"] for one in given))
    return scene.words("faq/taken_back", asked=asked) if row["by"] == REPLY else ""

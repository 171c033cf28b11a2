"""An answer that waits to be sent is judged once more when it leaves: its words may have been taken back meanwhile.

The key of a message with answers names their entries and versions.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from sqlalchemy.engine import RowMapping

from handlers.contract import Scene
from playbooks.schema.faq import Faq
from storage.queries import answered, gaps

REPLY = "answer:"
ENTRY = re.compile(r"(?<=[:,])(?P<faq>[^:,@]+)@(?:\d+-)?(?P<version>\d+)(?=[:,])")
KEYS = (REPLY, "gap_told:", "correction:")


def reply_key(inbox_id: int, faqs: Sequence[Faq]) -> str | None:
    """The key of the reply to a message, if it gives answers."""
    return f"{REPLY}{inbox_id}:,{','.join(f'{one.id}@{one.version}' for one in faqs)}," if faqs else None


def outdated(scene: Scene, key: str | None) -> bool:
    """Whether one of the answers in a message is no longer served in its version; version 0 carries none."""
    served = scene.index.library.faqs
    return any(version and (faq not in served or served[faq].version != version) for faq, version in entries(key))


def entries(key: str | None) -> list[tuple[str, int]]:
    """(FAQ, version) of the answers that the message with this key gives."""
    if key is None or not key.startswith(KEYS):
        return []
    return [(found["faq"], int(found["version"])) for found in ENTRY.finditer(key)]


def take_back(scene: Scene, row: RowMapping) -> str:
    """What goes in its place: a word to somebody who has just asked, "" to who awaits nothing.

    What never left was not received: it is neither corrected later nor the reason that a better answer is not told.
    """
    reader, told = row["person_id"] or next(iter(row["mentions"]), 0), entries(row["key"])
    found = answered.given_at(scene.work, reader, row["created_at"])
    given = [one for one in found if (one["faq_id"], one["version"]) in told]
    if not row["attempts"]:
        answered.take_back(scene.work, [one["id"] for one in given])
        gaps.not_told(scene.work, reader, row["created_at"])
    asked = "；".join(dict.fromkeys(one["question"] for one in given))
    return scene.words("faq/taken_back", asked=asked) if row["key"].startswith(REPLY) else ""

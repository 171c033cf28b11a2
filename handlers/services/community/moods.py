"""What a message is as an event: that somebody wrote, and words that say they lose heart or are about to leave."""

from __future__ import annotations

from collections.abc import Iterable

from handlers.contract import Context, Happened, Incoming, What
from handlers.services.knowledge.phrases import in_lists
from handlers.services.retrieval.text import plain
from playbooks.schema.lexicon import Lexicon

MOST = 2_000


class Moods:
    """The lists of `use: negative`, ready to look through a message."""

    def __init__(self, lexicons: Iterable[Lexicon] = ()) -> None:
        self._phrases = in_lists(one for one in lexicons if one.use == "negative")

    def seen(self, text: str) -> list[str]:
        """The ids of the lists whose words stand in the text."""
        return sorted({one.owner.id for one in self._phrases.found(plain(text[:MOST]))})


RATING = "rating"


def spoken(ctx: Context, msg: Incoming, by: str) -> list[Happened]:
    """That a patient wrote; and what staff should look at, though nobody is judged by it. `by`: who took the message: hard
    words on an answer of ours are a rating and no more."""
    if msg.what not in (What.TEXT, What.IMAGE) or (ctx.room is not None and ctx.room.is_staff):
        return []
    found = [Happened("message_written", {}, ctx.person_id, msg.room_id)]
    if msg.text and by != RATING and (lists := ctx.index.moods.seen(msg.text)) and not ctx.roles:
        found += [Happened("words_noticed", {"lexicon": one}, ctx.person_id, msg.room_id) for one in lists]
    return found

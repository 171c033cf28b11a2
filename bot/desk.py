"""What all parts of the process share: database, clock, settings, words, metrics, and the playbooks in force."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from bot.clock import Clock
from bot.config import Config
from bot.drafting import keep
from bot.metrics import Metrics
from bot.shelf import Shelf, Taken
from handlers.contract import Handled, Kind, Process, Scene, Window
from handlers.index import Index
from handlers.services.care.days import local
from handlers.services.knowledge import recalls, reviews
from handlers.services.knowledge.reviews import Place
from handlers.services.staff.roles import roles_of, tell_staff
from handlers.words import Words
from playbooks.library import Library
from playbooks.lock import fingerprint
from playbooks.review import Reviewed, kind_of
from storage.queries import questions
from storage.work import Database, Work


@dataclass(slots=True)
class Desk:
    """The one place that holds the index; a reload or a reviewer's decision swaps it whole."""

    config: Config
    database: Database
    clock: Clock
    words: Words
    library: Library
    """As it stands in the files."""
    shelf: Shelf = field(default_factory=Shelf)
    metrics: Metrics = field(default_factory=Metrics)
    index: Index = field(init=False)
    served_on: dt.date = field(init=False)
    asked: dict[Place, None] = field(default_factory=dict)
    """Who has asked for a look at the files and where; kept as keys, for a message may be handled twice."""
    swapped: bool = True
    """Another library is served than the due sweep has last seen (drafts may have become answers)."""
    windows: dict[str, Window] = field(default_factory=dict)
    """Channel → how it limits speaking first."""
    _uncommitted: bool = False

    def __post_init__(self) -> None:
        self._serve_stored()

    def scene(self, work: Work, now: dt.datetime | None = None) -> Scene:
        return Scene(now or self.clock.now(), work, self.index, self.config, self.words)

    def process(self, route: Callable[..., Any]) -> Process:
        """What handlers may borrow."""
        return Process(
            roles_of=lambda work, person: roles_of(work, self.config, person),
            route=route,
            questions=questions.all_open,
            reload=lambda person, room: self.asked.update({(person, room): None}),
            serve=self.serve,
            keep_draft=lambda faq_id, text: keep(self.config, self.library, faq_id, text),
            window=lambda channel: self.windows.get(channel, Window()),
        )

    def who_asked(self) -> tuple[Place, ...]:
        """Takes down who has asked for a look at the files so far."""
        found = []
        while self.asked:
            found.append(self.asked.popitem()[0])  # one by one: the writer may add another at any time
        return tuple(reversed(found))

    # -- the playbooks in force --------------------------------------------------

    def look(self) -> Taken:
        """Read and check the files, and compile what they bring: takes seconds and changes nothing, so in any thread."""
        found = self.shelf.look(self.config, self.library)
        with self.database.reading() as work:
            _, served = self._effective(work, found.library)
        return found if _same_words(self.index.library, served) else replace(found, index=Index.of(served, self.config))

    def take(self, work: Work, found: Taken) -> Taken:
        """Swap in what was read, in one step; what is broken, or older than what is there, changes nothing."""
        work.if_undone(partial(self._put_back, self.library, self.shelf.taken))
        taken = self.shelf.take(found, self.library)
        if taken.swap:
            self.library = taken.library
            self.serve(work, taken.index)
        return taken.counted(len(self.index.library.all()))

    def _put_back(self, library: Library, taken: tuple[int, tuple[str, ...]]) -> None:
        """The taking was rolled back: the files count as unread, so that the next reading brings them and says so."""
        self.library, self.shelf.taken = library, taken

    def serve(self, work: Work, ready: Index | None = None) -> Index:
        """Files, signatures and withdrawals as this transaction sees them become what is served."""
        self._uncommitted = True
        self._serve(work, ready)
        reviews.keep_signed(work, self.index.reviewed, self.clock.now())
        return self.index

    def committed(self) -> None:
        """What was decided is on disk."""
        self._uncommitted = False

    def rolled_back(self, work: Work | None = None) -> None:
        """What was decided has been undone: serve what is stored, or what the rest of this transaction says."""
        if not self._uncommitted:
            return
        if work is not None:
            self._serve(work)
            return
        self._serve_stored()
        self._uncommitted = False

    def refresh(self) -> None:
        """A new day: what has expired is no longer served."""
        if self.served_on != today(self.config, self.clock):
            self._serve_stored()

    def _serve_stored(self) -> None:
        with self.database.reading() as work:
            self._serve(work)

    def _serve(self, work: Work, ready: Index | None = None) -> None:
        """The only place where another library is put into force. `ready` was compiled beforehand, of the same words."""
        reviewed, served = self._effective(work, self.library)
        for known in (ready, getattr(self, "index", None)):
            if known is not None and _same_words(known.library, served):  # nothing to compile anew
                self.index = replace(known, library=served, reviewed=reviewed)
                break
        else:
            self.index = Index.of(served, self.config, reviewed)
        self.served_on = today(self.config, self.clock)
        self.swapped = True

    def _effective(self, work: Work, written: Library) -> tuple[Reviewed, Library]:
        """Where everything stands, and what of it may be served today."""
        on = today(self.config, self.clock)
        reviewed = reviews.effective(work, written, on, self.config.staff)
        return reviewed, reviewed.library.served(self.config.playbooks.serve_samples, on)

    # -- telling staff -------------------------------------------------------------

    def staff_rows(self, work: Work, words: str, key: str | None = None, /, **values: Any) -> list[dict[str, Any]]:
        """Outbox rows that tell staff about a trouble of the program itself."""
        from bot.dispatch.outgoing import outbox_row

        scene = self.scene(work)
        messages = tell_staff(scene, self.words(words, **values), "system", Kind.STAFF, key)
        return [outbox_row(message, scene.now, "system") for message in messages]

    def reload_rows(self, work: Work, taken: Taken, asked: Collection[Place]) -> list[dict[str, Any]]:
        """Outbox rows that tell staff, and those who asked, what a look at the files has brought; and who may be owed a
        correction. What was refused is told to those who asked, and to staff when nobody did."""
        from bot.dispatch.outgoing import outbox_rows

        scene = self.scene(work)
        text = reviews.reload_text(scene, taken.reloaded)
        told = reviews.answer_reload(text, asked)
        if taken.news and (taken.reloaded.changes or not asked):
            told += reviews.tell_reload(scene, text, asked)
        return outbox_rows(Handled("playbooks", (*told, *recalls.offer_to_staff(scene))), scene.now)

    def reload_failed_rows(self, work: Work, asked: Collection[Place]) -> list[dict[str, Any]]:
        """Outbox rows for those who asked when a look at the files has failed through no fault of the files."""
        from bot.dispatch.outgoing import outbox_rows

        scene = self.scene(work)
        told = reviews.answer_reload(self.words("admin/reload_failed"), asked)
        return outbox_rows(Handled("playbooks", tuple(told)), scene.now)

    def review_rows(self, work: Work) -> list[dict[str, Any]]:
        """Outbox rows about what expires soon or has expired, and answers that were corrected while nobody looked."""
        from bot.dispatch.outgoing import outbox_rows

        scene = self.scene(work)
        told = (*reviews.tell_expiry(scene), *recalls.offer_to_staff(scene))
        return outbox_rows(Handled("playbooks", told), scene.now)


def _same_words(one: Library, other: Library) -> bool:
    marks = [{(kind_of(entry), entry.id, fingerprint(entry)) for entry in library.all()} for library in (one, other)]
    return marks[0] == marks[1]


def today(config: Config, clock: Clock) -> dt.date:
    """The community's date."""
    return local(clock.now(), config.community.zone).date()

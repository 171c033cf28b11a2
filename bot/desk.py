"""What all parts of the process share: database, clock, settings, words, metrics, and the playbooks in force."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from bot.checking import check
from bot.clock import Clock
from bot.config import Config, place
from bot.metrics import Metrics
from handlers.contract import Kind, Process, Reloaded, Scene
from handlers.index import Index
from handlers.services.care.days import local
from handlers.services.staff.roles import roles_of, tell_staff
from handlers.words import Words
from playbooks.library import Library
from storage.queries import questions
from storage.work import Database, Work


@dataclass(slots=True)
class Desk:
    """The one place that holds the index; a reload swaps it whole."""

    config: Config
    database: Database
    clock: Clock
    words: Words
    library: Library
    index: Index
    served_on: dt.date
    metrics: Metrics = field(default_factory=Metrics)

    def scene(self, work: Work) -> Scene:
        return Scene(self.clock.now(), work, self.index, self.config, self.words)

    def process(self, route: Callable[..., Any]) -> Process:
        """What handlers may borrow."""
        return Process(
            roles_of=lambda work, person: roles_of(work, self.config, person),
            route=route,
            question=questions.open_one,
            reload=self.reload,
        )

    def reload(self) -> Reloaded:
        """Read and check the playbooks again; on any problem the last good version stays."""
        checked = check([place(folder) for folder in self.config.playbooks.folders], self.config)
        if checked.problems:
            return Reloaded(len(self.index.library.all()), tuple(map(str, checked.problems)))
        self.library = checked.library
        self._serve()
        return Reloaded(len(self.index.library.all()))

    def refresh(self) -> None:
        """A new day: what has expired is no longer served."""
        if self.served_on != today(self.config, self.clock):
            self._serve()

    def _serve(self) -> None:
        self.served_on = today(self.config, self.clock)
        self.index = Index.of(served(self.library, self.config, self.clock), self.config)

    def staff_rows(self, work: Work, words: str, key: str | None = None, /, **values: Any) -> list[dict[str, Any]]:
        """Outbox rows that tell staff about a trouble of the program itself."""
        from bot.dispatch.outgoing import outbox_row

        scene = self.scene(work)
        messages = tell_staff(scene, self.words(words, **values), "system", Kind.STAFF, key)
        return [outbox_row(message, scene.now, "system") for message in messages]


def today(config: Config, clock: Clock) -> dt.date:
    """The community's date."""
    return local(clock.now(), config.community.zone).date()


def served(library: Library, config: Config, clock: Clock) -> Library:
    """The part of a library that may reach patients today."""
    return library.served(config.playbooks.serve_samples, today(config, clock))

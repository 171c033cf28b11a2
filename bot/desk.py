"""What all parts of the process share: database, clock, settings, words, metrics, and the playbooks in force."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from bot.clock import Clock
from bot.config import Config, place
from bot.metrics import Metrics
from handlers.contract import Kind, Process, Reloaded, Scene
from handlers.index import Index
from handlers.services.care.days import local
from handlers.services.staff.roles import roles_of, tell_staff
from handlers.words import Words
from playbooks.library import Library
from playbooks.schema.load import load
from playbooks.schema.source import Broken
from storage.queries import questions
from storage.work import Database, Work


@dataclass(slots=True)
class Desk:
    """The one place that holds the index; a reload swaps it whole."""

    config: Config
    database: Database
    clock: Clock
    words: Words
    index: Index
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
        """Read the playbooks again; on any problem the last good version stays."""
        try:
            library = load([place(folder) for folder in self.config.playbooks.folders])
        except Broken as broken:
            return Reloaded(len(self.index.library.all()), tuple(map(str, broken.problems)))
        self.index = Index.of(served(library, self.config, self.clock), self.config)
        return Reloaded(len(self.index.library.all()))

    def staff_rows(self, work: Work, words: str, key: str | None = None, /, **values: Any) -> list[dict[str, Any]]:
        """Outbox rows that tell staff about a trouble of the program itself."""
        from bot.dispatch.outgoing import outbox_row

        scene = self.scene(work)
        messages = tell_staff(scene, self.words(words, **values), "system", Kind.STAFF, key)
        return [outbox_row(message, scene.now, "system") for message in messages]


def served(library: Library, config: Config, clock: Clock) -> Library:
    """The part of a library that may reach patients today."""
    today = local(clock.now(), config.community.zone).date()
    return library.served(config.playbooks.serve_samples, today)

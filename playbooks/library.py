"""All playbooks of one moment, immutable: a reload makes a new library and swaps it in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TypeVar

from playbooks.schema.challenge import Challenge
from playbooks.schema.common import Playbook, Stage
from playbooks.schema.experiment import Experiment
from playbooks.schema.faq import Faq
from playbooks.schema.journey import Journey
from playbooks.schema.lexicon import Lexicon
from playbooks.schema.measure import Measure
from playbooks.schema.reward import Reward
from playbooks.schema.rule import Rule
from playbooks.schema.segment import Segment
from playbooks.schema.tags import Tags

KINDS: Mapping[str, type[Playbook]] = MappingProxyType(
    {
        "faq": Faq,
        "journey": Journey,
        "challenge": Challenge,
        "rule": Rule,
        "segment": Segment,
        "measure": Measure,
        "lexicon": Lexicon,
        "reward": Reward,
        "experiment": Experiment,
        "tags": Tags,
    }
)

P = TypeVar("P", bound=Playbook)


@dataclass(frozen=True, slots=True)
class Library:
    """Every entry by kind and id."""

    faqs: Mapping[str, Faq]
    journeys: Mapping[str, Journey]
    challenges: Mapping[str, Challenge]
    measures: Mapping[str, Measure]
    lexicons: Mapping[str, Lexicon]
    rewards: Mapping[str, Reward]
    rules: Mapping[str, Rule]
    segments: Mapping[str, Segment]
    experiments: Mapping[str, Experiment]
    tags: Mapping[str, Tags]

    @classmethod
    def of(cls, entries: Iterable[Playbook]) -> Library:
        known = list(entries)

        def only(model: type[P]) -> Mapping[str, P]:
            return MappingProxyType({entry.id: entry for entry in known if isinstance(entry, model)})

        return cls(
            faqs=only(Faq),
            journeys=only(Journey),
            challenges=only(Challenge),
            measures=only(Measure),
            lexicons=only(Lexicon),
            rewards=only(Reward),
            rules=only(Rule),
            segments=only(Segment),
            experiments=only(Experiment),
            tags=only(Tags),
        )

    def all(self) -> list[Playbook]:
        parts: tuple[Mapping[str, Playbook], ...] = (
            self.faqs,
            self.journeys,
            self.challenges,
            self.measures,
            self.lexicons,
            self.rewards,
            self.rules,
            self.segments,
            self.experiments,
            self.tags,
        )
        return [entry for part in parts for entry in part.values()]

    def get(self, kind: str, id: str) -> Playbook | None:
        """The entry of this kind and id."""
        model = KINDS[kind]
        return next((entry for entry in self.all() if isinstance(entry, model) and entry.id == id), None)

    def served(self, samples: bool, today: dt.date) -> Library:
        """Only what may reach a patient: published and not expired, and samples where the deployment allows them.

        Word lists, measures, levels and groups are in force unless withdrawn: no switch may turn red flags off.
        """
        return Library.of(entry for entry in self.all() if _may_serve(entry, samples, today))


def _may_serve(entry: Playbook, samples: bool, today: dt.date) -> bool:
    if isinstance(entry, Lexicon | Measure | Reward | Segment | Tags):
        return entry.review.stage is not Stage.WITHDRAWN
    if entry.review.expires is not None and entry.review.expires < today:
        return False
    return entry.review.stage is Stage.PUBLISHED or (samples and entry.review.stage is Stage.SAMPLE)

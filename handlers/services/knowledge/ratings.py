"""What readers say of answers, and which entries that brings up for review."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from handlers.settings import RatingSettings
from storage.queries import answered
from storage.work import Work


@dataclass(frozen=True, slots=True)
class Rated:
    """How often the newest rated version of an entry was called useful, and not useful."""

    faq_id: str
    version: int
    useful: int
    useless: int

    @property
    def total(self) -> int:
        return self.useful + self.useless

    @property
    def share(self) -> float:
        """The part that called it not useful, 0–1."""
        return self.useless / self.total


def rated(work: Work, since: dt.datetime) -> list[Rated]:
    """Every entry rated since then, the worst first. Words of an older version say nothing of the new one."""
    newest = {faq: Rated(faq, version, good, bad) for faq, version, good, bad in answered.ratings(work, since)}
    return sorted(newest.values(), key=lambda one: (-one.share, -one.total, one.faq_id))


def poorly_rated(work: Work, since: dt.datetime, knobs: RatingSettings | None = None) -> list[Rated]:
    """Entries that should be reviewed again, the worst first."""
    return poor(rated(work, since), knobs or RatingSettings())


def poor(found: Sequence[Rated], knobs: RatingSettings) -> list[Rated]:
    return [one for one in found if one.total >= knobs.enough and one.share > knobs.poor_above]

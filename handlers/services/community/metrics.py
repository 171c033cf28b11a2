"""Figures of a community over some days, each with its definition; the same words stand in docs/社群运营.md.

Patients only: staff are counted nowhere. Days are the community's (they turn at `community.day_turns_at`). A share whose
whole is below `FEWEST` is not told: one could guess who is meant.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from handlers.contract import Scene
from handlers.services.care.days import at, day_of
from handlers.services.community.facts import INTERACTIONS, SERVICES, SIGNS
from handlers.services.staff.roles import everybody_on_staff
from storage.queries import events, outbox, people
from storage.work import Work

FEWEST = 5
WEEK, MONTH = 7, 30
WINDOW = 7
"""Days in which somebody may show a sign to be counted as still there."""
SAMPLES = 400


@dataclass(frozen=True, slots=True)
class Share:
    """`part` of `whole`; `value` is None where the whole is too small to be told."""

    part: int
    whole: int

    @property
    def value(self) -> float | None:
        return self.part / self.whole if self.whole >= FEWEST else None


@dataclass(frozen=True, slots=True)
class Metrics:
    """All figures of [first, last]."""

    first: dt.date
    last: dt.date
    members: int
    joined: int
    active: Share
    interactions: float | None
    retention_7: Share
    retention_30: Share
    referral: float | None
    invitation: Share
    invited_7: Share
    others_7: Share
    answers: int
    stories: int
    useful: Share
    service: Share
    in_time: Share
    reach: Share
    nps: int | None
    nps_answers: int
    ltv: tuple[float, float, float] | None
    funnel: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Community:
    """What the figures are made of: patient → day of joining, and the roll-up of the log, asked for only what is wanted."""

    joined: Mapping[int, dt.date]
    work: Work

    def did(self, names: Collection[str], first: dt.date, last: dt.date) -> set[int]:
        """Who did one of these in these days."""
        return events.people_with(self.work, names, first, last) & self.joined.keys()

    def times(self, names: Collection[str], first: dt.date, last: dt.date) -> int:
        """How often these happened in these days."""
        return sum(self.uses(names, first, last).values())

    def uses(self, names: Collection[str], first: dt.date, last: dt.date) -> dict[int, int]:
        """Who did one of these how often in these days."""
        found = events.sums(self.work, names, first, last)
        return {one: times for one, times in found.items() if one in self.joined}


def read(scene: Scene) -> Community:
    """The patients, and where to look."""
    staff, knobs = everybody_on_staff(scene), scene.settings.community
    seen = people.first_seen(scene.work).items()
    joined = {one: day_of(at, knobs.zone, knobs.day_turns_at) for one, at in seen if one not in staff}
    return Community(joined, scene.work)


def measure(scene: Scene, first: dt.date, last: dt.date) -> Metrics:
    """The figures of [first, last], both included."""
    found, knobs = read(scene), scene.settings.community
    begin = at(first, knobs.day_turns_at, knobs.zone)
    end = at(last + dt.timedelta(days=1), knobs.day_turns_at, knobs.zone)
    sent = outbox.fates(scene.work, begin, end)
    scores = events.numbers(scene.work, "nps_answered", "score", begin, end)
    invited = found.did(("referral_noted",), dt.date.min, last)
    members = [one for one, day in found.joined.items() if day <= last]
    active = found.did(SIGNS, first, last)
    before = [one for one, day in found.joined.items() if day < first]
    noted = found.did(("referral_noted",), first, last)
    return Metrics(
        first=first,
        last=last,
        members=len(members),
        joined=sum(first <= day <= last for day in found.joined.values()),
        active=Share(len(active), len(members)),
        interactions=found.times(INTERACTIONS, first, last) / len(active) if len(active) >= FEWEST else None,
        retention_7=retention(found, first, last, WEEK),
        retention_30=retention(found, first, last, MONTH),
        referral=len(noted) / len(before) if len(before) >= FEWEST else None,
        invitation=_invitation(found, first, last),
        invited_7=retention(found, first, last, WEEK, invited),
        others_7=retention(found, first, last, WEEK, found.joined.keys() - invited),
        answers=found.times(("faq_answered",), first, last),
        stories=found.times(("story_published",), first, last),
        useful=_rated(scene, begin, end),
        service=Share(
            len(found.did(("booking_coming",), first, last) & found.did(("booking_asked",), first, last)),
            len(found.did(("booking_asked",), first, last)),
        ),
        in_time=_in_time(found, first, last),
        reach=Share(sent.get("sent", 0), sum(sent.values())),
        nps=nps(scores),
        nps_answers=len(scores),
        ltv=ltv(found, last),
        funnel=_funnel(found, first, last),
    )


def retention(
    found: Community, first: dt.date, last: dt.date, after: int, among: Collection[int] | None = None
) -> Share:
    """Of those whose days `after` … `after`+6 after joining end in [first, last]: who showed a sign on one of them."""
    week = dt.timedelta(days=WINDOW - 1)
    cohorts: dict[dt.date, set[int]] = {}
    for one, day in found.joined.items():
        if first <= day + dt.timedelta(days=after) + week <= last and (among is None or one in among):
            cohorts.setdefault(day, set()).add(one)
    stayed = 0
    for day, those in cohorts.items():
        begin = day + dt.timedelta(days=after)
        stayed += len(those & found.did(SIGNS, begin, begin + week))
    return Share(stayed, sum(len(those) for those in cohorts.values()))


def _invitation(found: Community, first: dt.date, last: dt.date) -> Share:
    """Of the newcomers who came by an invitation three to one weeks before the end: how many were credited by now."""
    shift = dt.timedelta(days=2 * WEEK)
    came = found.did(("referral_noted",), first - shift, last - shift)
    return Share(min(len(came), found.times(("referral_credited",), first - shift, last)), len(came))


def _rated(scene: Scene, begin: dt.datetime, end: dt.datetime) -> Share:
    rated = events.numbers(scene.work, "answer_rated", "useful", begin, end)
    return Share(sum(bool(one) for one in rated), len(rated))


def _in_time(found: Community, first: dt.date, last: dt.date) -> Share:
    """Answered questions whose clock had not run out."""
    answered, missed = (found.times((name,), first, last) for name in ("case_answered", "case_missed"))
    return Share(max(0, answered - missed), answered)


def nps(scores: Sequence[float]) -> int | None:
    """Per cent of 9 and 10 less per cent of 0 to 6 (Reichheld 2003)."""
    if len(scores) < FEWEST:
        return None
    return round(100 * (sum(one >= 9 for one in scores) - sum(one <= 6 for one in scores)) / len(scores))


def ltv(found: Community, last: dt.date) -> tuple[float, float, float] | None:
    """(uses of services over a member's life, lower and upper end of a 90 % bootstrap interval).

    Uses a month of who was active last month ÷ share of those active the month before who were not any more. It is in uses,
    not in money; a community of no leavers has no such figure.
    """
    month = dt.timedelta(days=MONTH)
    now = found.did(SIGNS, last - month + dt.timedelta(days=1), last)
    then = found.did(SIGNS, last - 2 * month + dt.timedelta(days=1), last - month)
    if len(now) < FEWEST or len(then) < FEWEST or then <= now:
        return None
    served = found.uses(SERVICES, last - month + dt.timedelta(days=1), last)
    uses = {one: served.get(one, 0) for one in now}
    gone = len(then - now) / len(then)
    drawn = sorted(_drawn(Counter(uses.values()), len(now), gone, len(then)))
    value = sum(uses.values()) / len(now) / gone
    return value, drawn[SAMPLES // 20], drawn[-SAMPLES // 20]


def _drawn(uses: Counter[int], people: int, gone: float, before: int) -> list[float]:
    """The same of communities drawn again from this one; at least half a person leaves each."""
    chance = np.random.default_rng(1)
    values = np.array(sorted(uses))
    shares = np.array([uses[one] for one in sorted(uses)]) / people
    means = chance.multinomial(people, shares, SAMPLES) @ values / people
    left = np.maximum(chance.binomial(before, gone, SAMPLES), 0.5) / before
    return [float(one) for one in means / left]


def _funnel(found: Community, first: dt.date, last: dt.date) -> tuple[tuple[str, int], ...]:
    """Those who joined in these days, and how far they have come by the last of them."""
    came = {one for one, day in found.joined.items() if first <= day <= last}
    agreed = came & found.did(("consent_given",), first, last)
    checked = agreed & found.did(("check_in_recorded",), first, last)
    stayed = {
        one
        for day in {found.joined[one] for one in checked}
        for one in found.did(SIGNS, day + dt.timedelta(days=WEEK), last) & checked
        if found.joined[one] == day
    }
    served = stayed & found.did(SERVICES, first, last)
    return (
        ("加入", len(came)),
        ("同意建档", len(agreed)),
        ("第一次打卡", len(checked)),
        ("一周后还在", len(stayed)),
        ("用过服务", len(served)),
    )

"""What running challenges say to a deed: done, made up for (补卡), or not to be counted any more."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from handlers.contract import Context, Happened, Outgoing
from handlers.services.care import challenges, mates, rounds
from handlers.services.care.check_ins import today
from handlers.services.care.days import spoken_date
from handlers.services.care.rounds import Day, Round
from handlers.services.community import points
from playbooks.schema.challenge import Challenge
from playbooks.schema.measure import Choice
from storage.queries import care
from storage.tables.care import Enrolment

PHOTO_WITHIN = dt.timedelta(minutes=10)
"""So soon after a deed a photo belongs to it."""
Said = tuple[list[str], list[Outgoing], list[Happened]]
"""Lines for the writer, further messages, events."""


def after_check_in(ctx: Context, kept: Iterable[tuple[str, dt.date]]) -> Said:
    """What running challenges say to what was just kept: (measure, day) pairs."""
    lines: list[str] = []
    messages: list[Outgoing] = []
    events: list[Happened] = []
    pairs = sorted(kept)
    for enrolment in care.running(ctx.work, ctx.person_id, "challenge"):
        challenge = ctx.index.library.challenges.get(enrolment.playbook)
        days = [day for measure, day in pairs if challenge is not None and measure == challenge.measure]
        if challenge is None or not days:
            continue
        round_ = rounds.of(ctx, challenge, enrolment, ctx.person)
        lines += [line for day in days if (line := _said(ctx, challenge, round_, day))]
        if today(ctx, ctx.person.zone) in set(days) & round_.done:
            messages += mates.after_deed(ctx, challenge, enrolment)
        last_chance = today(ctx, ctx.person.zone) > round_.last
        if len(round_.done) >= challenge.days - (challenge.grace_days if last_chance else 0):
            more, happened = challenges.finish(ctx, challenge, enrolment, ctx.person)
            messages += more
            events += happened
    return lines, messages, events


def _said(ctx: Context, challenge: Challenge, round_: Round, day: dt.date) -> str:
    """One line for one day; "" when there is nothing to say of it."""
    state, now = round_.days.get(day), today(ctx, ctx.person.zone)
    if state is Day.DONE and day == now:
        said = ctx.words.inline(challenge.words.day_done, **challenges.values(ctx, challenge, round_, ctx.person))
        asks = challenge.proof is not None and day not in round_.shown
        return f"{said}\n{_photo_wanted(ctx, challenge, '')}" if asks else said
    on = spoken_date(day, now)
    if state is Day.LATE:
        if challenge.late and challenge.late.points and day != now:
            points.for_check_in(ctx, ctx.person_id, challenge.measure, day.isoformat())
        done, days = len(round_.done), challenge.days
        return ctx.words("challenge/late", title=challenge.title, on=on, done=done, days=days, left=round_.left)
    if state is Day.NO_PHOTO:
        return _photo_wanted(ctx, challenge, on)
    if state is Day.EARLY and day == now:
        return ctx.words("challenge/early", title=challenge.title, opens=challenge.opens)
    if state is Day.REFUSED:
        return ctx.words("challenge/late_over", title=challenge.title, on=on, rule=challenge.late, left=round_.left)
    return ""


def _photo_wanted(ctx: Context, challenge: Challenge, on: str) -> str:
    needed, minutes = challenge.proof_needed, PHOTO_WITHIN // dt.timedelta(minutes=1)
    return ctx.words("challenge/photo_wanted", title=challenge.title, on=on, needed=needed, minutes=minutes)


def missing(ctx: Context, challenge: Challenge, enrolment: Enrolment) -> list[dt.date]:
    """The days of a running round that may still be made up for, newest first."""
    now = today(ctx, ctx.person.zone)
    over = ctx.now > challenges.closing(ctx, challenge, now)
    return rounds.open_days(challenge, rounds.of(ctx, challenge, enrolment, ctx.person), now, over)


def example(ctx: Context, challenge: Challenge) -> str:
    """How a deed for it may be written: 户外60分钟, 康复动作做完."""
    measure = ctx.index.library.measures[challenge.measure]
    if isinstance(measure.value, Choice):
        option = next((one for one in measure.value.options if one.counts), measure.value.options[0])
        return min(option.say, key=len, default=option.title)
    amount = rounds.least(challenge, measure)
    return f"{measure.title}{amount:g}{measure.value.unit}" if amount else f"{measure.title} …"

"""Plans in chat: joining and leaving one, seeing one's own, and answering what a plan asks."""

from __future__ import annotations

import re
from dataclasses import replace

from handlers.challenge import JOIN_WORDS, LEAVE_WORDS
from handlers.contract import Context, Handled, Handler, Happened, Incoming, Outgoing, What, privately, stored
from handlers.matching import keyword, said
from handlers.services.care import dates, journeys, origins, planning, profiles, reach, steps
from handlers.services.care.days import shown_day
from handlers.services.knowledge import cases
from handlers.services.safety import alerts
from handlers.services.safety.red_flags import Flag
from playbooks.schema.journey import Journey, Step
from storage.queries import care, due, questions
from storage.tables.care import Enrolment

ASKS = re.compile(r"[?？]\s*$|[吗呢]$|怎么办|为什么|能不能|可不可以|多少")
FLAGGED = "B"
"""What a plan asks about is for a hospital today; who writes worse is heard before any plan."""
Open = tuple[Enrolment, Journey, Step]


def join_match(ctx: Context, msg: Incoming) -> Journey | None:
    """参加 and the name of a plan that begins when somebody wants it."""
    if msg.what is not What.TEXT or not msg.addressed or not JOIN_WORDS.match(said(msg)):
        return None
    return _called(ctx, said(msg), ("enrolled",))


def _called(ctx: Context, text: str, anchors: tuple[str, ...] = ()) -> Journey | None:
    compact = text.replace(" ", "")
    found = [
        (name.replace(" ", ""), one)
        for one in ctx.index.library.journeys.values()
        for name in (one.title, *one.join)
        if not anchors or one.anchor in anchors
    ]
    named = [(name, one) for name, one in found if name in compact]
    return max(named, key=lambda pair: len(pair[0]))[1] if named else None


def join(ctx: Context, msg: Incoming, journey: Journey) -> Handled:
    enrolment = journeys.enrol(ctx, ctx.person, journey.id, ctx.now)
    running = any(one.playbook == journey.id for one in care.running(ctx.work, ctx.person_id, "journey"))
    if enrolment is None:
        text = ctx.words("journey/not_joined", title=journey.title, running=running)
        return Handled("plans", (privately(msg, text, by="plans"),))
    text = ctx.words(
        "journey/joined",
        title=journey.title,
        steps=planning.ahead(ctx, enrolment),
        first=_next(ctx, enrolment),
        honest=reach.honest(ctx, ctx.person),
    )
    happened = Happened("journey_joined", {"journey": journey.id}, ctx.person_id)
    return Handled("plans", (privately(msg, text, by="plans"),), (happened,))


def leave_match(ctx: Context, msg: Incoming) -> Journey | None:
    if msg.what is not What.TEXT or not msg.addressed or not LEAVE_WORDS.match(said(msg)):
        return None
    return _called(ctx, said(msg))


def leave(ctx: Context, msg: Incoming, journey: Journey) -> Handled | None:
    if not origins.end(ctx, ctx.person_id, "journey", journey.id):
        return None
    text = ctx.words("journey/left", title=journey.title)
    happened = Happened("journey_left", {"journey": journey.id}, ctx.person_id)
    return Handled("plans", (privately(msg, text, by="plans"),), (happened,))


def mine(ctx: Context, msg: Incoming, matched: str) -> Handled:
    """The plans one is on, what comes next, and the dates they count from."""
    library = ctx.index.library
    running = [(library.journeys.get(one.playbook), one) for one in care.running(ctx.work, ctx.person_id, "journey")]
    rows = [(journey.title, _next(ctx, one)) for journey, one in running if journey]
    may = [one.join[0] if one.join else one.title for one in library.journeys.values() if one.anchor == "enrolled"]
    told = [
        (title, day)
        for anchor, title in dates.TITLES.items()
        if (day := dates.known(ctx, ctx.person_id, anchor)) and anchor != "birthday"
    ]
    text = ctx.words("journey/mine", rows=rows, may=may, dates=told)
    return Handled("plans", (privately(msg, text, by="plans"),))


def _next(ctx: Context, enrolment: Enrolment) -> str:
    moment = due.next_of(ctx.work, planning.STEP, stored(enrolment.id))
    return shown_day(moment, ctx.now, ctx.person.zone) if moment else ""


# -- answers --------------------------------------------------------------------------------------


def answer_match(ctx: Context, msg: Incoming) -> tuple[Open, str] | None:
    """(what was asked, the answer): a choice by number or in words; a sentence that is no question where words were asked for."""
    if not msg.private or msg.what is not What.TEXT:
        return None
    found = steps.waiting(ctx, ctx.question(None))
    if found is None:
        return None
    ask = found[2].ask
    if ask is None or ask.measure is not None:
        return None
    if ask.choice:
        chosen = profiles.choice_of(ask.choice, msg.text)
        return (found, chosen) if chosen else None
    return (found, said(msg)) if len(said(msg)) >= 2 and not ASKS.search(said(msg)) else None


def answer(ctx: Context, msg: Incoming, found: tuple[Open, str]) -> Handled:
    (enrolment, journey, step), given = found
    questions.close(ctx.work, ctx.person_id, None)
    follow, event = steps.answered(ctx, enrolment, journey, step, given)
    if follow is not None and follow.flag is not None:
        return _alarm(
            ctx, replace(msg, said=ctx.words("plan/answered", title=journey.title, answer=given)), follow.flag
        )
    told, events = _to_staff(ctx, msg, journey, given) if follow and follow.notify_staff else ((), ())
    text = ctx.words.inline(follow.send, name=ctx.person.name) if follow and follow.send else ""
    if not text and not told:
        text = ctx.words("journey/answered")
    own = (privately(msg, text, by=f"journey:{journey.id}:{step.id}"),) if text else ()
    return Handled("plans", (*own, *told), (event, *events))


def _alarm(ctx: Context, msg: Incoming, flag: str) -> Handled:
    """The answer is an emergency: its fixed words and the alarm, nothing else."""
    known = ctx.index.library.lexicons[flag]
    return alerts.raise_alert(ctx, msg, Flag(known.id, known.title, FLAGGED, known.template or ""))


def _to_staff(
    ctx: Context, msg: Incoming, journey: Journey, given: str
) -> tuple[tuple[Outgoing, ...], tuple[Happened, ...]]:
    """Somebody should look at the answer: a case with its clock."""
    question = ctx.words("plan/answered", title=journey.title, answer=given)
    handled = cases.open_case(ctx, msg, question, "plans", asked_for=True)
    return handled.replies, handled.events


JOIN = Handler("plans", join_match, join, needs_consent=True)
LEAVE = Handler("plans", leave_match, leave, own=True)
MINE = Handler("plans", keyword("我的计划", "计划", "查看计划", "我的随访", "有什么计划"), mine, own=True)
ANSWER = Handler("plans", answer_match, answer, needs_consent=True)

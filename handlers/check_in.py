"""Check-ins in free words: kept for the writer, shown to nobody else."""

from __future__ import annotations

from handlers import burst
from handlers.contract import Context, Handled, Handler, Incoming, Outgoing, What, privately, reply, to_room
from handlers.make_up import making_up
from handlers.matching import said
from handlers.services.care import abnormal, check_ins, deeds, journeys, reminders, steps
from handlers.services.care.check_ins import Kept
from handlers.services.care.readings import Doubt, Reading
from handlers.services.community.points import level_name
from storage.queries import care, points

Found = tuple[Reading | Doubt, ...]


def match(ctx: Context, msg: Incoming) -> Found | None:
    """A message with a reading or a deed of the writer; in a room also without a mention of the bot."""
    if msg.what not in (What.TEXT, What.IMAGE):
        return None
    found = tuple(one for one in ctx.index.readings(msg.text) if _own(ctx, one))
    if not msg.addressed and "打卡" not in msg.text:
        found = tuple(one for one in found if isinstance(one, Reading))
    return found or None


def _own(ctx: Context, one: Reading | Doubt) -> bool:
    """The writer's own, or a family matter that is no health value (带孩子户外1小时)."""
    return not getattr(one, "other_person", False) or not ctx.index.library.measures[one.measure].sensitive


def act(ctx: Context, msg: Incoming, found: Found) -> Handled:
    readings = tuple(one for one in found if isinstance(one, Reading))
    doubts = [one for one in found if isinstance(one, Doubt)]
    if not readings:
        text = "\n".join(doubt.question for doubt in doubts)
        return Handled("check_in", (privately(msg, text, by="check_in"),))
    return _kept(ctx, msg, readings, [doubt.question for doubt in doubts])


def _kept(ctx: Context, msg: Incoming, readings: tuple[Reading, ...], questions: list[str]) -> Handled:
    readings = making_up(ctx, readings)
    kept = check_ins.keep(ctx, msg, readings, photo=burst.held(ctx, msg).picture)
    measures = {one.measure for one in readings}
    if any(one.measure == "medicine" and one.values == "done" for one in readings):
        reminders.settle(ctx, reminders.waiting(ctx), "done")  # a dose that is checked in needs no second ring
    lines, more, events = deeds.after_check_in(ctx, kept.days)
    warnings, told, noticed = abnormal.after_check_in(ctx, readings)
    task, task_events, task_messages = journeys.task_done(ctx, ctx.person_id, "check_in")
    plan, plan_events = steps.measured(ctx, measures)
    journeys.checked_in(ctx, ctx.person)
    today = any(day == kept.day for _, day in kept.days)
    total = points.total(ctx.work, ctx.person_id)
    text = ctx.words(
        "check_in/kept",
        said=kept.said,
        points=kept.points,
        streak=kept.run.days,
        today=today,
        total=total,
        level=level_name(ctx, points.grown(ctx.work, ctx.person_id)),
        in_room=msg.room_id is not None and kept.run.days <= 1 and _sensitive(ctx, measures),
        lines=[*warnings, *_back(ctx, kept), *lines, *filter(None, [task, plan]), *questions],
    )
    replies: list[Outgoing] = [privately(msg, text, by="check_in")]
    if msg.room_id is not None:
        line = ctx.words("check_in/in_room", streak=kept.run.days, today=today)
        replies.insert(0, to_room(msg.room_id, line, mentions=(ctx.person_id,), by="check_in"))
    return Handled(
        "check_in",
        (*replies, *more, *task_messages, *told),
        (*kept.events, *events, *noticed, *task_events, *plan_events),
    )


def _back(ctx: Context, kept: Kept) -> list[str]:
    """After an illness, once a day: how far it is until the old run is back."""
    run = kept.run
    if not (run.revived or (run.held > 1 and run.gentle)):
        return []
    if len(care.check_ins(ctx.work, ctx.person_id, kept.day)) > len(kept.events):
        return []
    words = ctx.words("check_in/back", revived=run.revived, days=run.days, held=run.held, gentle=run.gentle)
    return [words]


def _sensitive(ctx: Context, measures: set[str]) -> bool:
    return any(ctx.index.library.measures[one].sensitive for one in measures)


def ask_how(ctx: Context, msg: Incoming, matched: str) -> Handled:
    return Handled("check_in", (reply(msg, ctx.words("check_in/how"), by="check_in"),))


def _bare(ctx: Context, msg: Incoming) -> str | None:
    text = said(msg)
    return text if text in ("打卡", "我要打卡", "签到", "今日打卡") and msg.what is What.TEXT else None


CHECK_IN = Handler("check_in", match, act, needs_consent=True)
ASK_HOW = Handler("check_in", _bare, ask_how)

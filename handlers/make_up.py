"""补卡: which days may still be made up for; the deed written next counts for the day that was named."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace

from handlers.contract import Context, Handled, Handler, Incoming, What, privately
from handlers.matching import said
from handlers.services.care import deeds
from handlers.services.care.check_ins import today
from handlers.services.care.days import local, spoken_date
from handlers.services.care.readings import Reading
from storage.queries import care, questions

KIND, PLACE = "make_up", -22
"""A place of its own: what the bot asked before stays open."""
WAITS = dt.timedelta(minutes=15)
ASKS = re.compile(
    r"(?:我)?(?:还)?(?:想|要|能不能|可以|能|怎么)?(?:再)?补(?:打卡|签|卡|一下|上)?(?:昨天|前天|昨晚)?的?(?:打?卡)?(?:吗|么|呢)?"
    r"|补卡怎么补|(?:昨天|前天|昨晚)的?打?卡(?:还)?(?:能不能|可不可以|可以|能|怎么)?补(?:一下|上)?(?:吗|么|呢)?"
    r"|(?P<day>昨天|前天|昨晚)(?:我)?(?:忘了?|忘记|没来得及|没顾上|没)打卡(?:了)?[,，]?(?:能补吗|可以补吗|怎么补|想补一下|补一下)?"
)


def match(ctx: Context, msg: Incoming) -> str | None:
    """补卡 or 补昨天的, without the deed itself."""
    if msg.what is not What.TEXT or not msg.addressed:
        return None
    text = said(msg).replace(" ", "")
    return text if ASKS.fullmatch(text) and text != "补" else None


def act(ctx: Context, msg: Incoming, text: str) -> Handled:
    now = today(ctx, ctx.person.zone)
    rows: list[tuple[str, list[str], str]] = []
    days: list[dt.date] = []
    for enrolment in care.running(ctx.work, ctx.person_id, "challenge"):
        challenge = ctx.index.library.challenges.get(enrolment.playbook)
        if challenge is not None and (open_days := deeds.missing(ctx, challenge, enrolment)):
            rows.append((challenge.title, [spoken_date(day, now) for day in open_days], deeds.example(ctx, challenge)))
            days += open_days
    named = _named(ctx, text)
    day = named if named in days else max(days, default=None) if named is None else None
    if day is not None:
        questions.ask(ctx.work, ctx.person_id, PLACE, KIND, {"day": day.isoformat()}, ctx.now + WAITS)
    on = spoken_date(day, now) if day is not None else ""
    words = ctx.words("challenge/late_how", rows=rows, on=on)
    return Handled("challenge", (privately(msg, words, by="challenge"),))


def _named(ctx: Context, text: str) -> dt.date | None:
    """The day that 昨天 or 前天 means by the calendar."""
    back = 2 if "前天" in text else 1 if "昨" in text else 0
    return local(ctx.now, ctx.person.zone).date() - dt.timedelta(days=back) if back else None


def making_up(ctx: Context, readings: tuple[Reading, ...]) -> tuple[Reading, ...]:
    """The readings, for the day that was named just before, unless they name their own."""
    asked = ctx.question(PLACE)
    if asked is None or asked[0] != KIND:
        return readings
    questions.close(ctx.work, ctx.person_id, PLACE)
    back = (dt.date.fromisoformat(asked[1]["day"]) - local(ctx.now, ctx.person.zone).date()).days
    return tuple(replace(one, day_offset=one.day_offset or back) for one in readings)


MAKE_UP = Handler("challenge", match, act, own=True)

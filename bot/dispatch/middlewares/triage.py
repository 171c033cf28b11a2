"""Red flags and critical readings, before everything else and in every state."""

from __future__ import annotations

import datetime as dt
import re
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import replace

from bot.dispatch.chain import Next, Outcome
from handlers import faq_reply
from handlers.contract import Context, Handled, Incoming, Kind, Outgoing, privately
from handlers.index import Index
from handlers.services.care import check_ins
from handlers.services.care.readings import Doubt, Reading, critical, literal_critical
from handlers.services.retrieval.text import plain
from handlers.services.safety.alerts import calm, raise_alert
from handlers.services.safety.red_flags import SEVERITY, Flag
from playbooks.schema.measure import Measure

COMMAND_SIGNS = ("#", "＃")
NUMBERS = re.compile(r"\d|[一二三四五六七八九十百两]{2}")
WINDOW, OVERLAP = 480, 60
SHORT_LINE, LINES, PLACES = 12, 4, 10_000
MINUTE = dt.timedelta(minutes=1)
VERY = {"safety/critical_glucose_very_low": "A"}


class Burst:
    """The short lines that somebody sent within the last minute: 胸口 / 疼 / 喘不上气 is one message in three."""

    def __init__(self) -> None:
        self._lines: OrderedDict[tuple[int, int | None], dict[int, tuple[dt.datetime, str]]] = OrderedDict()

    def with_before(self, ctx: Context, msg: Incoming) -> str:
        """This line after the ones before it; "" when it is long, or nothing came before."""
        return self.joined((msg.person_id, msg.room_id), msg.inbox_id, ctx.now, msg.text)

    def joined(self, place: tuple[int, int | None], number: int, now: dt.datetime, text: str) -> str:
        """The same for anybody's line of this number."""
        if len(text) > SHORT_LINE:
            return ""
        lines = self._lines.setdefault(place, {})
        self._lines.move_to_end(place)
        while len(self._lines) > PLACES:
            self._lines.popitem(last=False)
        for old in [one for one, (at, _) in lines.items() if now - at > MINUTE] or list(lines)[: 1 - LINES]:
            del lines[old]
        lines[number] = (now, text)
        return " ".join(text for _, text in lines.values()) if len(lines) > 1 else ""


def urgent(index: Index, text: str) -> bool:
    """Whether a message looks like an emergency by itself: in a crowd it is heard first."""
    said = plain(text)
    return bool(index.flags.seen(text)) or critical_said(index.readings(said), index.measures, said) is not None


class Triage:
    """Fixed words and an alert for a red flag; everything else goes on."""

    def __init__(self) -> None:
        self._burst = Burst()

    def __call__(self, ctx: Context, msg: Incoming, inner: Next) -> Outcome:
        if not msg.text or (ctx.room is not None and ctx.room.is_staff):
            return inner(ctx, msg)
        flags = ctx.index.flags.seen(msg.said) or ctx.index.flags.seen(self._burst.with_before(ctx, msg))
        if not flags and (flags := ctx.index.flags.seen(_forwarded(ctx, msg))):
            msg = replace(msg, said=f"「{msg.quote}」{msg.said}")
        if flags and _teaches(ctx, msg):
            flags = []
        reading = critical_reading(ctx, msg)
        seen = [*([reading] if reading else []), *flags]  # of two that are as severe, the reading is more to the point
        flag = min(seen, key=lambda one: (one.asks, SEVERITY.index(one.level)), default=None)
        if flag is None:
            return _with_calm(ctx, msg, inner(ctx, msg))
        if flag.asks:
            return _with_question(ctx, msg, inner(ctx, msg))
        handled = raise_alert(ctx, msg, flag)
        _keep_readings(ctx, msg)
        return replace(handled, replies=(*handled.replies, *_ask_back(ctx, msg)))


def _with_calm(ctx: Context, msg: Incoming, outcome: Outcome) -> Outcome:
    """The line for a worried room, beside whatever the message gets."""
    line = calm(ctx, msg)
    if line is None or not isinstance(outcome, Handled | None):
        return outcome
    handled = outcome or Handled("triage")
    return replace(handled, replies=(*handled.replies, line))


def _forwarded(ctx: Context, msg: Incoming) -> str:
    """What a patient quotes in private is meant as their own (「我妈：胸口疼」 怎么办); the words we wrote are not."""
    return faq_reply.quoted(ctx, msg) if msg.private and not ctx.roles else ""


TEACHERS = frozenset({"owner", "manager", "clinician", "expert", "supervisor"})


def _teaches(ctx: Context, msg: Incoming) -> bool:
    """Staff writing commands, or speaking of red flags to a room, report no emergency of their own; a reading is."""
    suspicious = msg.room_id is not None or msg.text.startswith(COMMAND_SIGNS)
    return suspicious and bool(ctx.roles & TEACHERS)


def critical_reading(ctx: Context, msg: Incoming) -> Flag | None:
    """The most severe critical reading of the message, also a doubtful one, also in a question (血压185/115怎么办)."""
    command = msg.text.startswith(COMMAND_SIGNS)
    found = None if command else critical_said(ctx.index.readings(msg.text), ctx.index.measures, msg.text)
    return found or (None if _teaches(ctx, msg) else critical_as_written(ctx.index.measures, msg.text))


def critical_said(readings: Sequence[Reading | Doubt], measures: Sequence[Measure], text: str) -> Flag | None:
    """The first of the readings that is critical."""
    titles = {one.id: one.title for one in measures}
    for one in readings:
        found = critical(one, measures, text) if isinstance(one, Reading) else one.critical_if_literal
        if found:
            return _flag(one.measure, f"{titles[one.measure]}危急值", found[0])
    return None


def critical_as_written(measures: Sequence[Measure], text: str) -> Flag | None:
    """What the numbers as written would call for."""
    named = [name for part in _windows(text) for name in literal_critical(part, measures)]
    return _flag("reading", "危急值", named[0]) if named else None


def _windows(text: str) -> list[str]:
    """A long text in pieces that the parser takes, overlapping so that no reading is cut; none without a number."""
    if not NUMBERS.search(text):
        return []
    return [text[start : start + WINDOW] for start in range(0, max(len(text) - OVERLAP, 1), WINDOW - OVERLAP)]


def _flag(measure: str, title: str, template: str) -> Flag:
    template = template if template.startswith("safety/") else f"safety/{template}"
    return Flag(f"critical-{measure}", title, VERY.get(template, "B"), template)


def _with_question(ctx: Context, msg: Incoming, outcome: Outcome) -> Outcome:
    """What is over or feared: one question with the 120 line, and what the message gets anyway."""
    question = privately(msg, ctx.words("safety/still"), by="triage", kind=Kind.SAFETY)
    if isinstance(outcome, Handled):
        return replace(outcome, replies=(question, *outcome.replies))
    return Handled("triage", (question,))


def _ask_back(ctx: Context, msg: Incoming) -> list[Outgoing]:
    """After the warning, the question that a doubtful number calls for: a unit is never guessed."""
    doubts = [one.question for one in ctx.index.readings(msg.text) if isinstance(one, Doubt)]
    return [privately(msg, "\n".join(doubts), by="triage", kind=Kind.SAFETY)] if doubts else []


def _keep_readings(ctx: Context, msg: Incoming) -> None:
    """The reading itself is not lost, if its writer has agreed to keeping readings."""
    readings = tuple(one for one in ctx.index.readings(msg.text) if isinstance(one, Reading) and not one.other_person)
    if readings and ctx.person.consented and ctx.person.frozen_since is None:
        check_ins.keep(ctx, msg, readings)

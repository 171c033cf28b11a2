"""#群管理 #处置; and 1, 2 or 3 as the answer to a note about a patients' room."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from dataclasses import dataclass

from handlers.admin.grammar import MANAGERS, Command, answer, audited, numbered, said
from handlers.contract import Context, Handled, Incoming, What
from handlers.matching import said as words_said
from handlers.services.care.days import shown
from handlers.services.community import notes
from handlers.services.community.moderation import TITLES
from storage.queries import moderation as rows
from storage.queries import people
from storage.tables.community import Moderation

WAITS = dt.timedelta(minutes=30)
"""For how long a bare number is meant as the answer to a note."""
WEEK = dt.timedelta(days=7)
MOST = 20
CHOICES = {"1": "reminded", "2": "recalled", "3": "ignored"} | {word: state for state, word in notes.STATES.items()}
KEY = re.compile(r"([123])?\s?[.、,，]?\s?(提醒|撤回|忽略)?")
NOTICE = re.compile(r"【群管理】\s*(\d{1,9}) ?号")


@dataclass(frozen=True, slots=True)
class Answered:
    """A key that was pressed. `meant`: the notes it may be about; one, or the manager is asked which."""

    state: str
    meant: list[Moderation]


def answer_match(ctx: Context, msg: Incoming) -> Answered | None:
    """1, 2 or 3 from a manager, who quotes a note or has one before them; any other open question comes first."""
    if msg.what is not What.TEXT or (state := _key(words_said(msg))) is None:
        return None
    if (ctx.room is not None and not ctx.room.is_staff) or not ctx.roles & MANAGERS:
        return None
    if quoted := NOTICE.search(msg.quote):
        note = rows.get(ctx.work, int(quoted[1]))
        return Answered(state, [note]) if note is not None else None
    if ctx.question(msg.room_id) is not None:
        return None
    waiting = rows.undecided(ctx.work, ctx.now - WAITS)
    return Answered(state, waiting) if waiting else None


def _key(text: str) -> str | None:
    """`1`, `1 提醒`, `提醒`; None when it is something else, or the two do not agree."""
    found = KEY.fullmatch(text)
    meant = {CHOICES[one] for one in found.groups() if one} if found else set()
    return meant.pop() if len(meant) == 1 else None


def answered(ctx: Context, msg: Incoming, found: Answered) -> Handled:
    if len(found.meant) > 1:
        return said(ctx, msg, "moderation/which", rows=_lines(ctx, found.meant), word=notes.STATES[found.state])
    note = found.meant[0]
    audited(ctx, msg, "处置", f"{note.id} {notes.STATES[found.state]}")
    return _decided(ctx, msg, note, found.state)


def settle(ctx: Context, msg: Incoming, rest: str) -> Handled:
    """`#处置 3 提醒`, `#处置 3 1`."""
    found = numbered(rest)
    note = rows.get(ctx.work, found.number) if found else None
    state = _key(found.rest) if found else None
    if found is None or note is None or state is None:
        return said(ctx, msg, "moderation/how", number=found.written if found and note is None else "")
    return _decided(ctx, msg, note, state)


def _decided(ctx: Context, msg: Incoming, note: Moderation, state: str) -> Handled:
    if note.state != "open":
        by = people.person(ctx.work, note.decided_by or 0)
        word = notes.STATES[note.state]
        return said(ctx, msg, "moderation/settled", note=note, word=word, name=by.name if by else "")
    messages, happened = notes.decide(ctx, note, state)
    writer = people.person(ctx.work, note.person_id)
    text = ctx.words("moderation/decided", note=note, name=writer.name if writer else "")
    return Handled("admin", (*messages, answer(ctx, msg, text, about=note.person_id)), (happened,))


def ledger(ctx: Context, msg: Incoming, rest: str) -> Handled:
    """What waits, and the last seven days: how many of which kind, what became of them, where."""
    waiting, week = rows.undecided(ctx.work), rows.since(ctx.work, ctx.now - WEEK)
    rooms = people.rooms_by_id(ctx.work, sorted({one.room_id for one in week}))
    kinds = [(title, Counter(one.state for one in week if one.use == use)) for use, title in TITLES.items()]
    places = Counter(rooms[one.room_id].topic if one.room_id in rooms else "" for one in week)
    closed = [one for one in week if one.state != "open"]
    return said(
        ctx,
        msg,
        "moderation/ledger",
        waiting=_lines(ctx, waiting[:MOST]),
        more=len(waiting[MOST:]),
        kinds=[(title, states, states.total()) for title, states in kinds if states],
        rooms=places.most_common(MOST),
        closed=_lines(ctx, closed[-MOST:]),
        words=notes.STATES,
    )


def _lines(ctx: Context, found: list[Moderation]) -> list[tuple[Moderation, str, str, str, str]]:
    """(note, its title, who wrote it, where, when)."""
    names = people.people(ctx.work, [one.person_id for one in found])
    rooms = people.rooms_by_id(ctx.work, sorted({one.room_id for one in found}))
    zone = ctx.settings.community.zone
    return [
        (
            one,
            TITLES[one.use],
            names[one.person_id].name if one.person_id in names else "",
            rooms[one.room_id].topic if one.room_id in rooms else "",
            shown(one.at, zone),
        )
        for one in found
    ]


COMMANDS = (
    Command(
        "群管理",
        MANAGERS | {"supervisor"},
        "#群管理",
        "看群里等您定的广告、谣言、骂人和别人的信息，还有最近 7 天的台账",
        ledger,
        also=("台账",),
    ),
    Command("处置", MANAGERS, "#处置 3 提醒", "定下 3 号怎么办：提醒、撤回、忽略，也可以写 1、2、3", settle),
)

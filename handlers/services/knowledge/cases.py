"""Questions the playbooks cannot answer: a case for staff, with a clock, and the way back to the asker."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy.engine import RowMapping

from handlers.contract import (
    Context,
    Handled,
    Happened,
    Incoming,
    Kind,
    Outgoing,
    Scene,
    Skip,
    reply,
    stored,
    to_person,
    to_room,
)
from handlers.services.staff.roles import tell_staff
from playbooks.schema.common import span
from storage.queries import due, people, staff
from storage.tables.people import Person
from storage.tables.staff import Case


def open_case(
    ctx: Context,
    msg: Incoming,
    question: str,
    by: str,
    *,
    asked_for: bool = False,
    twice: bool = False,
    gone: bool = False,
) -> Handled:
    """Store the question, tell staff, start the clock, and tell the asker what happens next.

    `asked_for`: the person wanted a human, rather than that we have no answer. `twice`: a dose may have been doubled.
    `gone`: the answer they chose has just been taken back for review.
    """
    row = Case(person_id=ctx.person_id, room_id=msg.room_id, question=question, opened_at=ctx.now, private=asked_for)
    case = ctx.work.add(row)
    _plan_clock(ctx, case, 1)
    notice = ctx.words("case/staff", case=case, name=ctx.person.name, place=ctx.room.topic if ctx.room else "私聊")
    staff_told = tell_staff(ctx, notice, by, key=f"case:{case.id}", about=ctx.person_id)
    told = reply(
        msg,
        ctx.words(
            "case/opened",
            case=case,
            minutes=_minutes(ctx),
            told=bool(staff_told),
            asked_for=asked_for,
            twice=twice,
            gone=gone,
        ),
        by=by,
    )
    happened = Happened("case_opened", {"case": case.id}, ctx.person_id, msg.room_id)
    return Handled(by, (told, *staff_told), (happened,))


def _minutes(scene: Scene) -> int:
    return int(span(scene.settings.cases.answer_within) / dt.timedelta(minutes=1))


def _plan_clock(scene: Scene, case: Case, times: int) -> None:
    moment = case.opened_at + span(scene.settings.cases.answer_within) * times
    slot = due.slot(
        f"case:{case.id}:clock{times}",
        "case_clock",
        moment,
        ref=case.id,
        person_id=case.person_id,
        data={"times": times},
    )
    due.plan(scene.work, [slot])


def clock_due(scene: Scene, slot: RowMapping) -> Handled | Skip:
    """The answer is late: remind staff, a limited number of times."""
    case = staff.case(scene.work, slot["ref"])
    if case is None or case.state != "open":
        return Skip("answered")
    times = slot["data"]["times"]
    if times < scene.settings.cases.remind_times:
        _plan_clock(scene, case, times + 1)
    text = scene.words("case/staff_late", case=case, minutes=_minutes(scene) * times)
    key = f"case:{case.id}:late{times}"
    return Handled("case_clock", tuple(tell_staff(scene, text, "case_clock", key=key)))


def answer(scene: Scene, case: Case, words: str, by: Person, title: str, key: int) -> tuple[list[Outgoing], bool]:
    """Store the answer and carry it to where the question was asked; returns the messages, and whether in the room.

    Health values, and what somebody wanted to tell a person, go to the asker alone. `key` is the command's inbox id.
    """
    case.state, case.answered_at, case.answered_by, case.answer = "answered", scene.now, by.id, words
    scene.work.add(case)
    due.cancel(scene.work, "case_clock", stored(case.id), scene.now, "answered")
    known = people.room(scene.work, case.room_id) if case.room_id is not None else None
    in_room = known is not None and not case.private and not scene.index.readings(words)
    text = scene.words("case/answer", case=case, answer=words, name=by.name, title=title, in_room=in_room)
    more: dict[str, Any] = {"by": "case", "key": f"case:{case.id}:answer:{key}"}
    if known is not None and in_room:
        return [to_room(known.id, text, mentions=(case.person_id,), **more)], True
    return [to_person(case.person_id, text, kind=Kind.REPLY, **more)], False

"""Questions the playbooks cannot answer: a case for staff, its thread, and the way back to the asker.

open → answered → closed; what the asker goes on to say opens it again. The clocks are in `case_clocks`.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy.engine import RowMapping

from handlers.contract import (
    Context,
    Handled,
    Happened,
    Incoming,
    Kind,
    Outgoing,
    Private,
    Scene,
    Skip,
    reply,
    stored,
    to_person,
    to_room,
)
from handlers.services.knowledge import case_clocks as clocks
from handlers.services.knowledge import gaps
from handlers.services.staff import identity, promises
from handlers.services.staff.roles import tell_each, tell_staff
from playbooks.schema.common import span
from storage.queries import answered, people, staff
from storage.queries import cases as rows
from storage.tables.people import Person
from storage.tables.staff import Case, Promise


def open_case(
    ctx: Context,
    msg: Incoming,
    question: str,
    by: str,
    *,
    asked_for: bool = False,
    twice: bool = False,
    gone: bool = False,
    refused: str = "",
) -> Handled:
    """Store the question, tell staff, start the clock, and tell the asker what happens next.

    `asked_for`: the person wanted a human, rather than that we have no answer. `twice`: a dose may have been doubled.
    `gone`: the answer they chose has just been taken back for review. `refused`: the template that says why we never answer such
    a question.
    """
    row = Case(person_id=ctx.person_id, room_id=msg.room_id, question=question, opened_at=ctx.now, private=asked_for)
    case = ctx.work.add(row)
    entry = rows.note(ctx.work, case, ctx.person_id, question, ctx.now)
    clocks.start(ctx, case, stored(entry.id), clocks.FIRST)
    gaps.of_case(ctx, case, by)
    notice, key = clocks.notice(ctx, case), f"case:{case.id}"
    staff_told = tell_staff(ctx, notice, by, key=key, about=ctx.person_id)
    staff_told += clocks.tell_first(ctx, case, notice, by, key)
    text = ctx.words(
        "case/opened",
        case=case,
        told=bool(staff_told),
        asked_for=asked_for,
        twice=twice,
        gone=gone,
        refused=ctx.words(refused) if refused else "",
        **clocks.forecast(ctx, case),
    )
    happened = Happened("case_opened", {"case": case.id}, ctx.person_id, msg.room_id)
    return Handled(by, (reply(msg, text, by=by), *staff_told), (happened,))


def open_for_staff(scene: Scene, person: Person, text: str) -> list[Outgoing]:
    """A case that nobody asked for: a rule wants staff to look at somebody. The person is told nothing; an answer reaches them."""
    case = scene.work.add(Case(person_id=person.id, question=text, opened_at=scene.now, private=True))
    entry = rows.note(scene.work, case, person.id, text, scene.now)
    clocks.start(scene, case, stored(entry.id), clocks.FIRST)
    told, key = clocks.notice(scene, case), f"case:{case.id}"
    return [
        *tell_staff(scene, told, "rule", key=key, about=person.id),
        *clocks.tell_first(scene, case, told, "rule", key),
    ]


def belongs_to(ctx: Context, msg: Incoming) -> Case | None:
    """The case that this person may be going on with: an open one, or one answered not long ago."""
    case = rows.newest(ctx.work, ctx.person_id, msg.room_id)
    if case is None:
        return None
    last = max(filter(None, (case.opened_at, case.waiting_since, case.answered_at)))
    return case if ctx.now - last <= span(ctx.settings.cases.continue_within) else None


def go_on(ctx: Context, msg: Incoming, case: Case, by: str) -> Handled:
    """The asker has written again: into the thread, to staff; an answered case waits for an answer once more."""
    entry = rows.note(ctx.work, case, ctx.person_id, msg.said, ctx.now)
    case.private = case.private or msg.private
    again = case.state != "open"
    if again:
        case.state, case.closed_at, case.closed_as = "open", None, ""
        clocks.start(ctx, case, stored(entry.id), clocks.NEXT)
    ctx.work.add(case)
    key = f"case:{case.id}:e{entry.id}"
    text = ctx.words("case/staff_again", case=case, name=ctx.person.name, said=msg.said, again=again)
    told = tell_staff(ctx, text, by, key=key, about=ctx.person_id)
    told += clocks.tell_first(ctx, case, text, by, key) if again else _tell_taker(ctx, case, text, by, key)
    words = ctx.words("case/went_on", case=case, told=bool(told), **clocks.forecast(ctx, case))
    happened = Happened("case_continued", {"case": case.id, "again": again}, ctx.person_id, msg.room_id)
    return Handled(by, (reply(msg, words, by=by), *told), (happened,))


def _tell_taker(scene: Scene, case: Case, text: str, by: str, key: str) -> list[Outgoing]:
    taker = people.person(scene.work, case.taken_by or 0)
    return tell_each([taker] if taker else [], text, by, key=key, about=case.person_id)


def answer(scene: Scene, case: Case, words: str, by: Person, title: str, key: int) -> tuple[list[Outgoing], bool]:
    """Carry the words to where the question was asked; returns the messages, and whether in the room.

    Health values, and what somebody wanted to tell a person, go to the asker alone. `key` is the command's inbox id.
    A promise (我问下医生再回您) is no answer: the case stays open, and the promise has a clock of its own.
    """
    rows.note(scene.work, case, stored(by.id), words, scene.now)
    promise = promises.of_answer(scene, case, words, by)
    if promise is None:
        promises.kept_by_answer(scene, case, stored(by.id))
        _answered(scene, case, stored(by.id), words)
    known = people.room(scene.work, case.room_id) if case.room_id is not None else None
    in_room = (
        known is not None
        and not case.private
        and not scene.index.readings(words)
        and not scene.index.readings(case.question)
    )
    text = scene.words("case/answer", case=case, answer=words, name=by.name, title=title, in_room=in_room)
    more: dict[str, Any] = {"by": "case", "key": f"case:{case.id}:answer:{key}"}
    noted = promises.noted(scene, promise) if promise is not None else []
    if known is not None and in_room:
        return [to_room(known.id, text, mentions=(case.person_id,), **more), *noted], True
    asker = people.person(scene.work, case.person_id)
    if asker is None or asker.frozen_since is None or identity.unsure(asker, case.opened_at):
        text = Private(text)  # who asks anew under an id that is still to be verified is answered all the same
    return [to_person(case.person_id, text, kind=Kind.REPLY, **more), *noted], False


def _answered(scene: Scene, case: Case, by: int, words: str) -> None:
    case.state, case.answered_at, case.answered_by, case.answer = "answered", scene.now, by, words
    clocks.wait_for_thanks(scene, case)
    scene.work.add(case)


def unanswered(scene: Scene, promise: Promise) -> Case | None:
    """The case for which this open promise stands, when its asker has not had an answer to what they wrote last."""
    case = staff.case(scene.work, promise.case_id or 0)
    return case if promise.state == "open" and case is not None and case.state == "open" else None


def after_promise(scene: Scene, promise: Promise, how: str = "") -> tuple[Happened, ...]:
    """A promise was settled by its number: what becomes of the case that it held.

    Kept: the answer was given elsewhere (`how`), the case is over. Mistaken: what was sent was the answer, or, if nothing was
    sent, the asker still waits.
    """
    case = staff.case(scene.work, promise.case_id or 0)
    if case is None or case.state != "open":
        return ()
    if promise.state == "kept":
        if how:
            rows.note(scene.work, case, stored(promise.settled_by), how, scene.now)
        return (close(scene, case, "staff"),)
    said = [
        one for one in rows.thread(scene.work, stored(case.id)) if one.by == promise.by and promise.said in one.text
    ]
    if said:
        _answered(scene, case, promise.by, said[-1].text)
        return (Happened("case_answered", {"case": case.id, "by": promise.by}, case.person_id, case.room_id),)
    case.taken_by = None
    clocks.start(scene, case, f"p{promise.id}", clocks.FIRST if case.answered_at is None else clocks.NEXT)
    return ()


def take(scene: Scene, case: Case, by: int) -> bool:
    """Somebody says that the answer is theirs to give: nobody else is called; False when somebody had it before."""
    if case.state != "open" or case.taken_by is not None:
        return False
    case.taken_by = by
    scene.work.add(case)
    return True


def close(scene: Scene, case: Case, how: str) -> Happened:
    """The case is over: `helped`, `quiet` or `staff`."""
    case.state, case.closed_at, case.closed_as = "closed", scene.now, how
    clocks.stop(scene, case, "closed")
    scene.work.add(case)
    return Happened("case_closed", {"case": case.id, "as": how}, case.person_id, case.room_id)


def helped(ctx: Context, msg: Incoming) -> tuple[Happened, ...]:
    """谢谢 after an answer closes the case; not when an answer of ours came after it, nor while the case still waits."""
    case = rows.newest(ctx.work, ctx.person_id, msg.room_id)
    if case is None or case.state != "answered" or case.answered_at is None:
        return ()
    if answered.last(ctx.work, ctx.person_id, msg.room_id, case.answered_at) is not None:
        return ()
    return (close(ctx, case, "helped"),)


def close_due(scene: Scene, slot: RowMapping) -> Handled | Skip:
    """No further word after the answer."""
    case = staff.case(scene.work, slot["ref"])
    if case is None or case.state != "answered":
        return Skip("not answered")
    return Handled(clocks.CLOSING, (), (close(scene, case, "quiet"),))

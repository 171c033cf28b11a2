"""Answer recall: whoever got an answer that has been corrected or withdrawn is offered to staff, and then told."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from sqlalchemy.engine import RowMapping

from handlers.contract import Context, Happened, Kind, OnDoubt, Outgoing, Scene, stored, to_person
from handlers.services.care.days import next_clock, shown_date, within
from handlers.services.knowledge import answers
from handlers.services.staff.roles import tell_staff
from playbooks.review import State
from storage.queries import answered, people
from storage.queries import recalls as rows
from storage.tables.people import Person
from storage.tables.review import Recall

LOOK_BACK = dt.timedelta(days=30)
BY = "recall"


def offers(scene: Scene) -> list[Recall]:
    """New offers: answers given in the last thirty days whose words have been corrected or withdrawn since."""
    found: list[Recall] = []
    for faq_id, oldest in rows.given(scene.work, scene.now - LOOK_BACK):
        due = _due(scene, faq_id)
        if due is None or oldest >= due[0] or not received(scene, faq_id, due[0]):
            continue
        known = rows.find(scene.work, faq_id, *due)
        if known is not None and (known.state != "dropped" or known.settled_by is not None):
            continue
        last = rows.newest(scene.work, faq_id)
        rows.drop_offers(scene.work, faq_id, scene.now)
        rows.stop_waiting(scene.work, f"correction:{faq_id}@")  # what waits for the morning is out of date as well
        standing = scene.index.reviewed.standings.get(("faq", faq_id))
        title = standing.entry.title if standing is not None else last.title if last is not None else faq_id
        row = known or Recall(faq_id=faq_id, title=title, below=due[0], version=due[1], at=scene.now)
        row.title, row.state, row.at, row.settled_at = title, "offered", scene.now, None
        found.append(scene.work.add(row))
    return found


def _due(scene: Scene, faq_id: str) -> tuple[int, int] | None:
    """(answers below this version are old, the version that replaces them or 0); None when nothing is out of date.

    What was offered once stays due when the file is edited or deleted before somebody has decided: the old answers are
    still in people's hands, and while no newer one is served, they are asked not to go by them.
    """
    served = scene.index.library.faqs.get(faq_id)
    if served is not None:
        return served.version, served.version
    standing = scene.index.reviewed.standings.get(("faq", faq_id))
    if standing is not None and standing.state is State.WITHDRAWN:
        return standing.entry.version + 1, 0
    last = rows.newest(scene.work, faq_id)
    return (last.below, 0) if last is not None and last.state != "confirmed" else None


def received(scene: Scene, faq_id: str, below: int) -> list[RowMapping]:
    """The newest old answer of everybody who is to be told."""
    return rows.received_below(scene.work, faq_id, below, scene.now - LOOK_BACK)


def offer_to_staff(scene: Scene) -> list[Outgoing]:
    """Every new offer to the staff rooms. It names nobody: how many, and the words they would get."""
    return [message for one in offers(scene) for message in tell_staff(scene, offer_text(scene, one), BY)]


def offer_text(scene: Scene, recall: Recall, asked: bool = False) -> str:
    """`asked`: its reader can answer with a word."""
    count = count_of(scene, recall)
    return scene.words("recall/offer", recall=recall, count=count, preview=preview(scene, recall), asked=asked)


def count_of(scene: Scene, recall: Recall) -> int:
    """How many people would get it."""
    return len(received(scene, recall.faq_id, recall.below))


def waiting(scene: Scene) -> list[Recall]:
    """Offers that nobody has decided on, the newest first."""
    return [one for one in rows.latest(scene.work, "offered") if still_due(scene, one)]


def preview(scene: Scene, recall: Recall) -> str:
    """The correction as it would read for somebody who asked the entry's own question."""
    return _text(scene, recall, recall.title, None)


def still_due(scene: Scene, recall: Recall) -> bool:
    """Whether the offer's words are what is true today; who said no may still change their mind."""
    return recall.state != "confirmed" and _due(scene, recall.faq_id) == (recall.below, recall.version)


def confirm(ctx: Context, recall: Recall, at_once: bool) -> tuple[list[Outgoing], list[Happened]]:
    """One private correction for each person, in the transaction that settles the offer: never twice."""
    given = received(ctx, recall.faq_id, recall.below)
    known = people.people(ctx.work, [row["person_id"] for row in given])
    given = [row for row in given if row["person_id"] in known]
    messages = [_correction(ctx, recall, row, known[row["person_id"]], at_once) for row in given]
    told = [row["person_id"] for row in given]
    rows.corrected(ctx.work, recall.faq_id, recall.below, told, ctx.now)
    if recall.version:  # the corrected answer is an answer too: if it is corrected again, they must hear of it
        for row in given:
            answered.give(ctx.work, row["person_id"], None, recall.faq_id, recall.version, row["question"], ctx.now)
    settle(ctx, recall, "confirmed")
    data = {"faq": recall.faq_id, "version": recall.version, "recall": recall.id}
    return messages, [Happened("answer_corrected", data, person_id) for person_id in told]


def settle(ctx: Context, recall: Recall, state: str) -> None:
    recall.state, recall.settled_by, recall.settled_at = state, ctx.person_id, ctx.now
    ctx.work.add(recall)


def _correction(ctx: Context, recall: Recall, row: RowMapping, person: Person, at_once: bool) -> Outgoing:
    """REPLY, because it mends an answer they asked for: no cap, no 退订 and no lock may hold it back.

    By night it waits for the end of the quiet hours, unless staff say 马上: a correction of medical words must come
    soon, but a phone that rings at three in the morning frightens, and nobody can ask a doctor then. After withdrawn
    consent their words are not shown; the entry's title stands in for them. What may or may not have arrived is left to
    staff and not sent again.
    """
    asked = str(row["question"]) if person.consented else recall.title
    return to_person(
        stored(person.id),
        _text(ctx, recall, asked, row["at"], person.zone),
        kind=Kind.REPLY,
        by=f"{BY}:{recall.id}",
        key=f"{prefix(recall)}p{person.id}",
        after=None if at_once else _when(ctx, person),
        on_doubt=OnDoubt.ASK_STAFF,
    )


def _when(scene: Scene, person: Person) -> dt.datetime | None:
    quiet = scene.settings.send.quiet
    night = within(scene.now, quiet.start, quiet.end, person.zone)
    return next_clock(scene.now, quiet.end, person.zone) if night else None


def _text(scene: Scene, recall: Recall, asked: str, at: dt.datetime | None, zone: str = "") -> str:
    faq = scene.index.library.faqs.get(recall.faq_id) if recall.version else None
    answer = answers.text(scene.words, faq) if faq is not None else ""
    return scene.words("recall/correction", asked=asked, at=shown_date(at, zone) if at else "", answer=answer)


def prefix(recall: Recall) -> str:
    """What the keys of this offer's messages begin with: unique by entry, versions and, with the id after it, person."""
    return f"correction:{recall.faq_id}@{recall.below}-{recall.version}:"


def reached(scene: Scene, recall: Recall) -> tuple[int, int, list[Person]]:
    """(arrived, on their way, people who could not be reached)."""
    found: Sequence[RowMapping] = rows.progress(scene.work, prefix(recall))
    sent = sum(row["state"] == "sent" for row in found)
    waiting = sum(row["state"] in ("waiting", "sending") for row in found)
    missed = [row["person_id"] for row in found if row["state"] not in ("sent", "waiting", "sending")]
    return sent, waiting, list(people.people(scene.work, missed).values())

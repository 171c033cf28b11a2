"""Lines that waited for more, and nothing more came."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from sqlalchemy.engine import RowMapping

from handlers import ask_faq
from handlers.burst import KIND, PLACE, Held
from handlers.contract import Context, Handled, Incoming, Process, Scene, Skip, What
from handlers.services.retrieval.text import plain
from handlers.services.safety import alerts
from handlers.services.staff.roles import roles_of
from storage.queries import people, questions
from storage.tables.people import Person


def over(scene: Scene, slot: RowMapping) -> Handled | Skip:
    """What there is is answered as it stands, or asked back."""
    waiting = questions.open_one(scene.work, slot["person_id"], PLACE, scene.now)
    person = people.person(scene.work, slot["person_id"])
    if person is None or waiting is None or waiting[0] != KIND or not waiting[1]["lines"]:
        return Skip("joined")
    questions.close(scene.work, person.id, PLACE)
    *before, last = waiting[1]["lines"]
    said = Held(tuple(one["said"] for one in before)).before(last["said"])
    msg = Incoming(
        inbox_id=last["inbox"],
        channel=person.channel,
        at=scene.now,
        what=What.TEXT,
        person_id=person.id,
        room_id=None,
        said=said,
        text=plain(said),
        addressed=True,
    )
    ctx = _context(scene, person)
    first_at = dt.datetime.fromisoformat(waiting[1]["lines"][0]["at"])
    if (alert := alerts.open_lately(ctx)) and alert.at >= first_at:  # it came in between: the lines belong to it
        return Handled("burst", tuple(alerts.follow_up(ctx, alert, msg)))
    handled = ask_faq.unfinished(ctx, msg)
    first, *rest = handled.replies
    return replace(handled, replies=(replace(first, key=first.key or slot["key"]), *rest))


def _context(scene: Scene, person: Person) -> Context:
    """As if the person had just spoken; a question neither reloads playbooks nor drafts any."""
    process = Process(
        roles_of=lambda work, somebody: roles_of(work, scene.settings, somebody),
        route=lambda ctx, msg: None,
        question=questions.open_one,
        reload=lambda person, room: None,
        serve=lambda work: scene.index,
        keep_draft=lambda faq_id, text: "",
    )
    return Context(scene.now, scene.work, scene.index, scene.settings, scene.words, person, None, process)

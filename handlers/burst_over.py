"""Lines that waited for more, and nothing more came."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy.engine import RowMapping

from handlers import ask_faq, burst, life
from handlers.burst import KIND, PLACE, Held
from handlers.contract import Context, Handled, Incoming, Process, Scene, Skip, What, reply, stored
from handlers.services.knowledge.heard import heard
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
    lines = waiting[1]["lines"]
    msg = _joined(person, lines, scene)
    ctx = _context(scene, person)
    first_at = dt.datetime.fromisoformat(lines[0]["at"])
    if (alert := alerts.open_lately(ctx)) and alert.at >= first_at:  # it came in between: the lines belong to it
        return Handled("burst", tuple(alerts.follow_up(ctx, alert, msg)))
    if waiting[1].get("asked_back"):
        if burst.empty([one["said"] for one in lines]):
            return Skip("nothing")
        return _keyed(ask_faq.to_person(ctx, msg), slot["key"])
    if (event := life.told(ctx, msg)) is not None:
        return _keyed(life.act(ctx, msg, event), slot["key"])
    if (handled := ask_faq.unfinished(ctx, msg)) is not None:
        return _keyed(handled, slot["key"])
    burst.keep(ctx, waiting[1] | {"asked_back": True})
    burst.wait(ctx, f"{slot['key']}:asked", burst.LISTENS)
    return Handled("ask_faq", (reply(msg, ctx.words("faq/go_on"), by="ask_faq", key=slot["key"]),))


def _keyed(handled: Handled, key: str) -> Handled:
    first, *rest = handled.replies
    return replace(handled, replies=(replace(first, key=first.key or key), *rest))


def _joined(person: Person, lines: Sequence[Mapping[str, Any]], scene: Scene) -> Incoming:
    """The lines as one message."""
    *before, last = lines
    said = Held(tuple(one["said"] for one in before)).before(last["said"])
    return Incoming(
        inbox_id=last["inbox"],
        channel=person.channel,
        at=scene.now,
        what=What.TEXT,
        person_id=stored(person.id),
        room_id=None,
        said=said,
        text=heard(said),
        addressed=True,
    )


def _context(scene: Scene, person: Person) -> Context:
    """As if the person had just spoken; a question neither reloads playbooks nor drafts any."""
    process = Process(
        roles_of=lambda work, somebody: roles_of(work, scene.settings, somebody),
        route=lambda ctx, msg: None,
        questions=questions.all_open,
        reload=lambda person, room: None,
        serve=lambda work: scene.index,
        keep_draft=lambda faq_id, text: "",
    )
    return Context(scene.now, scene.work, scene.index, scene.settings, scene.words, person, None, process)

"""What was noticed in a patients' room becomes a note to staff; what they decide is said in the room, and no more."""

from __future__ import annotations

import datetime as dt

from handlers.contract import Context, Handled, Happened, Incoming, Outgoing, stored, to_room
from handlers.services.community.moderation import TITLES, Seen
from handlers.services.knowledge.masking import mask
from handlers.services.staff.roles import tell_staff
from storage.queries import moderation as rows
from storage.queries import people
from storage.tables.community import Moderation

BY = "moderation"
TOGETHER = dt.timedelta(minutes=10)
"""More of the same kind by the same person belongs to one note."""
MOST_SAID = 500
REMINDS = {
    "advert": "moderation/remind_advert",
    "insult": "moderation/remind_insult",
    "personal": "moderation/remind_personal",
    "rumour": "moderation/remind_rumour",
}
STATES = {"reminded": "提醒", "recalled": "撤回", "ignored": "忽略"}


def notice(ctx: Context, msg: Incoming, seen: Seen) -> Handled:
    """Write the note and tell staff; what comes soon after is only counted."""
    room_id = stored(msg.room_id)
    known = rows.again(ctx.work, ctx.person_id, room_id, seen.use, ctx.now - TOGETHER)
    if known is not None:
        known.count, known.last_at = known.count + 1, ctx.now
        ctx.work.add(known)
        return Handled(BY)
    said = mask(msg.said) if seen.use == "personal" else msg.said
    new = Moderation(
        person_id=ctx.person_id,
        room_id=room_id,
        use=seen.use,
        lexicon=seen.lexicon,
        said=said[:MOST_SAID],
        at=ctx.now,
        last_at=ctx.now,
    )
    note = ctx.work.add(new)
    topic = ctx.room.topic if ctx.room else ""
    text = ctx.words("moderation/notice", note=note, name=ctx.person.name, topic=topic, title=TITLES[note.use])
    happened = Happened("message_noticed", {"note": note.id, "use": note.use}, ctx.person_id, room_id)
    return Handled(BY, tuple(tell_staff(ctx, text, BY, key=f"moderation:{note.id}", about=ctx.person_id)), (happened,))


def decide(ctx: Context, note: Moderation, state: str) -> tuple[list[Outgoing], Happened]:
    """Settle an open note: (what the room is told, the event)."""
    note.state, note.decided_by, note.decided_at = state, ctx.person_id, ctx.now
    ctx.work.add(note)
    data = {"note": note.id, "use": note.use, "decision": state, "by": ctx.person_id}
    return _in_room(ctx, note), Happened("moderation_decided", data, note.person_id, note.room_id)


def _in_room(ctx: Context, note: Moderation) -> list[Outgoing]:
    """A warm line to the writer; never the words it is about."""
    if note.state == "ignored" or people.person(ctx.work, note.person_id) is None:
        return []
    if note.state == "recalled":
        text = ctx.words("moderation/take_back")
    else:
        lexicon = ctx.index.library.lexicons.get(note.lexicon)
        card, source = (lexicon.card, lexicon.source) if lexicon else (None, None)
        text = ctx.words(REMINDS[note.use], card=card, source=source)
    return [to_room(note.room_id, text, mentions=(note.person_id,), by=BY, key=f"moderation:{note.id}:room")]

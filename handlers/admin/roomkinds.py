"""#群分类 #群体检: what each room is for, and which is too full or too mixed."""

from __future__ import annotations

from handlers.admin.grammar import EVERYBODY, MANAGERS, Command, said
from handlers.contract import Context, Handled, Happened, Incoming, stored
from handlers.services.community import rooms
from storage.queries import people

TITLES = {"disease": "病种", "stage": "阶段", "need": "需求"}


def classify(ctx: Context, msg: Incoming, rest: str) -> Handled:
    """`#群分类 糖友群 糖尿病 正在治疗 饮食`; `-` leaves one open; with a name alone, what it is for now."""
    known = people.rooms(ctx.work, staff=False)
    words = rest.split()
    if not words:
        rows = [(one.topic, [f"{TITLES[name]} {value}" for name, value in rooms.kind(one).items()]) for one in known]
        return said(ctx, msg, "rooms/kinds", rows=rows)
    room = next((one for one in known if one.topic == words[0]), None)
    if room is None:
        return said(ctx, msg, "rooms/which", name=words[0], rooms=[one.topic for one in known])
    if len(words) > 1:
        if not ctx.roles & MANAGERS:
            return said(ctx, msg, "admin/not_yours", verb="群分类")
        given = {name: value for name, value in zip(rooms.FOR, words[1:4], strict=False) if value != "-"}
        others = {name: value for name, value in room.settings.items() if name not in rooms.FOR}
        room.settings = others | given
        people.change_room(ctx.work, stored(room.id), settings=room.settings)
    rows = [(room.topic, [f"{TITLES[name]} {value}" for name, value in rooms.kind(room).items()])]
    handled = said(ctx, msg, "rooms/kinds", rows=rows)
    happened = (Happened("room_classified", {"by": ctx.person_id}, None, room.id),) if len(words) > 1 else ()
    return Handled(handled.by, handled.replies, happened)


def check(ctx: Context, msg: Incoming, rest: str) -> Handled:
    return said(ctx, msg, "rooms/troubles", rows=rooms.troubles(ctx), full=rooms.FULL)


COMMANDS = (
    Command(
        "群分类",
        EVERYBODY,
        "#群分类 糖友群 糖尿病 正在治疗 饮食",
        "每个群是给谁的：病种、阶段、需求；没有的写 -",
        classify,
    ),
    Command("群体检", EVERYBODY, "#群体检", "哪些群太满、太杂，建议怎么分", check),
)

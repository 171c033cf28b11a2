"""#群发 and #活动: preview first, then 确认 or 取消."""

from __future__ import annotations

import datetime as dt

from handlers.admin.grammar import MANAGERS, Command, answer, audited, said
from handlers.contract import Context, Handled, Happened, Incoming, Kind, Outgoing, What, stored, to_person, to_room
from handlers.matching import said as words_said
from handlers.services.care.days import at, local
from handlers.services.community import consents
from handlers.services.staff.roles import roles_of
from storage.queries import outbox, people, staff
from storage.tables.staff import Broadcast

CONFIRM_WITHIN = dt.timedelta(minutes=30)
YES, NO = {"确认", "确认发送", "确定"}, {"取消", "取消群发", "不发了"}
MOST_TEXT = 1000
ACTIVITY = "活动 "
"""Before the target of a message that only those get who agreed to such messages."""


def broadcast(ctx: Context, msg: Incoming, rest: str) -> Handled:
    """`#群发 群名 内容`, `#群发 标签:血糖关注 内容` or `#群发 全部群 内容`: show what would be sent, and to how many."""
    target, _, text = rest.partition(" ") if " " in rest.split("\n")[0] else rest.partition("\n")
    found = _aim(ctx, target.strip())
    if found is None or not text.strip() or len(text) > MOST_TEXT:
        topics = [room.topic for room in people.rooms(ctx.work, staff=False)]
        return said(ctx, msg, "admin/broadcast_how", topics=topics, target=target, empty=not text.strip())
    return _preview(ctx, msg, target, text.strip(), *found)


def activity(ctx: Context, msg: Incoming, rest: str) -> Handled:
    """`#活动 标签:血糖关注 周六义诊`: in private to those who agreed to such messages, and nobody else."""
    target, _, text = rest.partition(" ")
    found = _aim(ctx, target.strip())
    if found is None or found[0] or not text.strip() or len(text) > MOST_TEXT:
        return said(ctx, msg, "admin/activity_how", target=target, empty=not text.strip())
    agreed = [one for one in found[1] if consents.has(ctx.work, ctx.settings, one, consents.MARKETING)]
    text = ctx.words("admin/activity", text=text.strip())
    return _preview(ctx, msg, f"{ACTIVITY}{target}", text, [], agreed, len(found[1]) - len(agreed))


def _preview(
    ctx: Context, msg: Incoming, target: str, text: str, rooms: list[int], persons: list[int], without: int = 0
) -> Handled:
    """`without`: how many of those meant have not agreed and are left out."""
    if doubts := ctx.index.forbidden.to_many(text):
        return said(ctx, msg, "admin/forbidden", found=doubts, many=True)
    staff.cancel_previews(ctx.work, ctx.person_id)
    if not (rooms or persons):
        return said(ctx, msg, "admin/broadcast_nobody", without=without)
    row = Broadcast(by=ctx.person_id, target=target, text=text, people=persons, rooms=rooms, at=ctx.now)
    reach = len(persons) or sum(len(people.members(ctx.work, room)) for room in rooms)
    return said(
        ctx,
        msg,
        "admin/broadcast_preview",
        row=ctx.work.add(row),
        rooms=len(rooms),
        people=len(persons),
        reach=reach,
        without=without,
        full=[room.topic for room in people.rooms_by_id(ctx.work, rooms).values() if _full(ctx, stored(room.id))],
        most=ctx.settings.send.room_posts_a_day,
    )


def _full(ctx: Context, room_id: int) -> bool:
    """Whether the room has had its posts of today."""
    zone = ctx.settings.community.zone
    today = at(local(ctx.now, zone).date(), "00:00", zone)
    return outbox.posts_since(ctx.work, room_id, today) >= ctx.settings.send.room_posts_a_day


def _aim(ctx: Context, target: str) -> tuple[list[int], list[int]] | None:
    """(rooms, people) that a target names; staff, and people who have unsubscribed or are locked, are left out."""
    rooms = people.rooms(ctx.work, staff=False)
    if target in ("全部群", "所有群"):
        return [stored(room.id) for room in rooms], []
    for sign in ("标签:", "标签：", "标签"):
        if target.startswith(sign) and target != sign:
            found = people.tagged(ctx.work, target.removeprefix(sign))
            open_to = [
                one
                for one in found
                if not (one.unsubscribed or one.locked or one.life or roles_of(ctx.work, ctx.settings, one))
            ]
            return ([], [stored(one.id) for one in open_to]) if open_to else None
    named = [room for room in rooms if room.topic == target] or [
        room for room in rooms if target and target in room.topic
    ]
    return ([stored(room.id) for room in named], []) if len(named) == 1 else None


def confirm_match(ctx: Context, msg: Incoming) -> tuple[Broadcast, bool] | None:
    """确认 or 取消 from somebody of staff whose preview waits."""
    if msg.what is not What.TEXT or words_said(msg) not in YES | NO or not ctx.roles & MANAGERS:
        return None
    if msg.room_id is not None and not (ctx.room is not None and ctx.room.is_staff):
        return None
    row = staff.waiting_broadcast(ctx.work, ctx.person_id)
    if row is None or ctx.now - row.at > CONFIRM_WITHIN:
        return None
    return row, words_said(msg) in YES


def confirm(ctx: Context, msg: Incoming, found: tuple[Broadcast, bool]) -> Handled:
    row, yes = found
    row.state = "sent" if yes else "cancelled"
    ctx.work.add(row)
    command = "活动" if row.target.startswith(ACTIVITY) else "群发"
    audited(ctx, msg, command, f"{'确认' if yes else '取消'} {row.target}")
    text = ctx.words("admin/broadcast_done", yes=yes, rooms=len(row.rooms), people=len(row.people))
    replies: list[Outgoing] = [answer(ctx, msg, text)]
    if yes:
        replies += _messages(row)
    happened = Happened("broadcast_confirmed" if yes else "broadcast_cancelled", {"broadcast": row.id}, ctx.person_id)
    return Handled("admin", tuple(replies), (happened,))


def _messages(row: Broadcast) -> list[Outgoing]:
    by = f"{'activity' if row.target.startswith(ACTIVITY) else 'broadcast'}:{row.id}"
    in_rooms = [to_room(room, row.text, kind=Kind.PUSH, by=by, key=f"{by}:r{room}") for room in row.rooms]
    return in_rooms + [to_person(one, row.text, kind=Kind.PUSH, by=by, key=f"{by}:p{one}") for one in row.people]


COMMANDS = (
    Command("群发", MANAGERS, "#群发 糖尿病新手群 明晚七点讲座", "先预览，回复 确认 才发出", broadcast),
    Command("活动", MANAGERS, "#活动 标签:血糖关注 周六上午义诊", "私信同意收活动消息的人；先预览", activity),
)

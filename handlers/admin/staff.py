"""#授权 #工作群 #日志: who is staff, where staff work, who did what."""

from __future__ import annotations

from handlers.admin.grammar import MANAGERS, Command, person_meant, said, which
from handlers.contract import Context, Handled, Happened, Incoming, stored
from handlers.services.care.days import shown
from handlers.services.staff.roles import TITLES
from storage.queries import people, profile, staff

OWNER = frozenset({"owner"})
NEWEST = 15


def grant(ctx: Context, msg: Incoming, rest: str) -> Handled:
    """`#授权 张姐 健康顾问`: give a role to a platform id."""
    candidates, after = person_meant(ctx, msg, rest)
    role = next((name for name, title in TITLES.items() if after and after in (name, title)), None)
    if role is None or role == "owner":
        return said(ctx, msg, "admin/grant_how", titles=[title for name, title in TITLES.items() if name != "owner"])
    if len(candidates) != 1:
        return which(ctx, msg, candidates, "#授权 张姐 健康顾问")
    person = candidates[0]
    new = profile.grant(ctx.work, stored(person.id), role, ctx.person.platform_id, ctx.now)
    handled = said(ctx, msg, "admin/granted", name=person.name, title=TITLES[role], new=new)
    happened = Happened("role_granted", {"role": role, "by": ctx.person_id}, person.id)
    return Handled("admin", handled.replies, (happened,) if new else ())


def staff_room(ctx: Context, msg: Incoming, rest: str) -> Handled:
    """Written in a room by the owner: cases and alerts come here."""
    if ctx.room is None:
        return said(ctx, msg, "admin/staff_room_how")
    people.change_room(ctx.work, stored(ctx.room.id), is_staff=True)
    ctx.room.is_staff = True
    return said(ctx, msg, "admin/staff_room", topic=ctx.room.topic)


def log(ctx: Context, msg: Incoming, rest: str) -> Handled:
    rows = staff.audited(ctx.work, NEWEST)
    names = people.people(ctx.work, [one.person_id for one in rows])
    zone = ctx.settings.community.zone
    shown_rows = [
        (shown(one.at, zone), names[one.person_id].name if one.person_id in names else "", one.command, one.result)
        for one in rows
    ]
    return said(ctx, msg, "admin/log", rows=shown_rows)


COMMANDS = (
    Command("授权", OWNER, "#授权 张姐 健康顾问", "让一位成员成为工作人员", grant),
    Command("工作群", OWNER, "#工作群", "写在群里：问题和警报都发到这个群", staff_room),
    Command("日志", MANAGERS, "#日志", "看最近的管理操作", log),
)

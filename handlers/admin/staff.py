"""#授权 #工作群 #日志: who is staff, where staff work, who did what."""

from __future__ import annotations

from handlers.admin.grammar import MANAGERS, Command, person_meant, said, which
from handlers.contract import Context, Handled, Happened, Incoming, stored
from handlers.services.care.days import shown
from handlers.services.staff.roles import TITLES, roles_of
from storage.queries import audit, people, profile

OWNER = frozenset({"owner"})
NEWEST = 15


def grant(ctx: Context, msg: Incoming, rest: str) -> Handled:
    """`#授权 张姐 健康顾问`: give a role to a platform id."""
    return _change(ctx, msg, rest, "#授权 张姐 健康顾问", give=True)


def revoke(ctx: Context, msg: Incoming, rest: str) -> Handled:
    """`#取消授权 张姐 健康顾问`: take back what was given in chat; roles in config.yaml are changed there."""
    return _change(ctx, msg, rest, "#取消授权 张姐 健康顾问", give=False)


def _change(ctx: Context, msg: Incoming, rest: str, usage: str, give: bool) -> Handled:
    candidates, after = person_meant(ctx, msg, rest)
    role = next((name for name, title in TITLES.items() if after and after in (name, title)), None)
    if role is None or role == "owner":
        titles = [title for name, title in TITLES.items() if name != "owner"]
        return said(ctx, msg, "admin/grant_how", titles=titles, usage=usage)
    if len(candidates) != 1:
        return which(ctx, msg, candidates, usage)
    person_id, by = stored(candidates[0].id), ctx.person.platform_id
    if give:
        changed = profile.grant(ctx.work, person_id, role, by, ctx.now)
    else:
        changed = profile.revoke(ctx.work, person_id, role)
    handled = said(ctx, msg, "admin/granted", name=candidates[0].name, title=TITLES[role], changed=changed, give=give)
    name = "role_granted" if give else "role_revoked"
    events = (Happened(name, {"role": role, "by": ctx.person_id}, person_id),) if changed else ()
    return Handled("admin", handled.replies, events)


def staff_room(ctx: Context, msg: Incoming, rest: str) -> Handled:
    """Written in a room by the owner: cases and alerts come here. Not where anybody but staff is."""
    if ctx.room is None:
        return said(ctx, msg, "admin/staff_room_how")
    members = people.members(ctx.work, ctx.room.id)
    others = [one.name for one in members if not roles_of(ctx.work, ctx.settings, one)]
    if others:
        return said(ctx, msg, "admin/staff_room_no", topic=ctx.room.topic, others=others[:5], count=len(others))
    return _set_staff_room(ctx, msg, True)


def no_staff_room(ctx: Context, msg: Incoming, rest: str) -> Handled:
    """Written in a staff room by the owner: it is one no more."""
    if ctx.room is None or not ctx.room.is_staff:
        return said(ctx, msg, "admin/staff_room_how")
    return _set_staff_room(ctx, msg, False)


def _set_staff_room(ctx: Context, msg: Incoming, on: bool) -> Handled:
    if ctx.room is not None:
        people.change_room(ctx.work, ctx.room.id, is_staff=on)
        ctx.room.is_staff = on
    return said(ctx, msg, "admin/staff_room", topic=ctx.room.topic if ctx.room else "", on=on)


def log(ctx: Context, msg: Incoming, rest: str) -> Handled:
    """What staff did last; with a name, who looked at this person's data."""
    candidates, _ = person_meant(ctx, msg, rest) if rest else ([], "")
    if rest and len(candidates) != 1:
        return which(ctx, msg, candidates, "#日志 张姐")
    meant = candidates[0] if candidates else None
    rows = audit.newest(ctx.work, NEWEST, stored(meant.id) if meant else None)
    names = people.people(ctx.work, [one for row in rows for one in (row.person_id, row.about) if one])
    zone = ctx.settings.community.zone
    lines = [
        (
            shown(one.at, zone),
            names[one.person_id].name if one.person_id in names else "",
            one.command,
            names[one.about].name if one.about in names else "",
            one.result,
        )
        for one in rows
    ]
    return said(ctx, msg, "admin/log", rows=lines, about=meant.name if meant else "", private=meant is not None)


COMMANDS = (
    Command("授权", OWNER, "#授权 张姐 健康顾问", "让一位成员成为工作人员", grant),
    Command("取消授权", OWNER, "#取消授权 张姐 健康顾问", "收回在聊天里给的身份", revoke),
    Command("工作群", OWNER, "#工作群", "写在群里：问题和警报都发到这个群", staff_room),
    Command("取消工作群", OWNER, "#取消工作群", "写在工作群里：问题和警报不再发到这个群", no_staff_room),
    Command("日志", MANAGERS, "#日志", "看最近的管理操作；#日志 张姐 看谁查过她的资料", log),
)

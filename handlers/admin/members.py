"""#成员 #标签 #监护 #恢复."""

from __future__ import annotations

from handlers.admin.grammar import CARERS, EVERYBODY, MANAGERS, Command, person_meant, said, which
from handlers.contract import Context, Handled, Happened, Incoming, stored
from handlers.services.community import consents, minors
from handlers.services.staff.roles import TITLES, roles_of
from storage.queries import people, profile
from storage.tables.people import Person

MOST = 50


def members(ctx: Context, msg: Incoming, rest: str) -> Handled:
    """Rooms with their number of members; with a room's name, who is in it."""
    topics = {room.topic: room for room in people.rooms(ctx.work) if room.topic}
    named = [one for topic, one in topics.items() if rest and rest in topic]
    room = topics.get(rest) if rest and rest in topics else next(iter(named), None)
    if room is None and not rest and ctx.room is not None and not ctx.room.is_staff:
        room = ctx.room
    if room is None:
        counts = [(one.topic, len(people.members(ctx.work, stored(one.id)))) for one in topics.values()]
        return said(ctx, msg, "admin/rooms", rows=counts, wanted=rest, total=people.count(ctx.work))
    found = people.members(ctx.work, stored(room.id))
    rows = [(one.id, one.name, _role_titles(ctx, one), one.consented) for one in found[:MOST]]
    return said(ctx, msg, "admin/members", room=room.topic, rows=rows, total=len(found))


def _role_titles(ctx: Context, person: Person) -> str:
    return "、".join(TITLES[role] for role in sorted(roles_of(ctx.work, ctx.settings, person)))


def tags(ctx: Context, msg: Incoming, rest: str) -> Handled:
    """`#标签 张姐 +血糖关注 -潜水`; with a tag alone, who has it."""
    candidates, after = person_meant(ctx, msg, rest)
    if not candidates and rest:
        return said(ctx, msg, "admin/tagged", tag=rest, rows=[one.name for one in people.tagged(ctx.work, rest)])
    if len(candidates) != 1:
        return which(ctx, msg, candidates, "#标签 张姐 +血糖关注")
    person = candidates[0]
    changed = [one for word in after.split() if (one := _change_tag(ctx, stored(person.id), word))]
    now = people.tags(ctx.work, stored(person.id))
    return said(ctx, msg, "admin/tags", name=person.name, changed=changed, tags=now)


def _change_tag(ctx: Context, person_id: int, word: str) -> str:
    name = word.lstrip("+-＋－")[:30]
    if not name:
        return ""
    if word[0] in "-－":
        return f"去掉 {name}" if profile.untag(ctx.work, person_id, name) else ""
    return f"加上 {name}" if profile.tag(ctx.work, person_id, name, ctx.person.platform_id, ctx.now) else ""


def resume(ctx: Context, msg: Incoming, rest: str) -> Handled:
    """`#恢复 张姐`: a life event was misunderstood, or is over; plans go on."""
    candidates, _ = person_meant(ctx, msg, rest)
    if len(candidates) != 1:
        return which(ctx, msg, candidates, "#恢复 张姐")
    person = candidates[0]
    people.change(ctx.work, stored(person.id), life=None, quiet_until=None)
    handled = said(ctx, msg, "admin/resumed", name=person.name, was=person.life)
    return Handled(handled.by, handled.replies, (Happened("life_resumed", {"by": ctx.person_id}, person.id),))


def guardian(ctx: Context, msg: Incoming, rest: str) -> Handled:
    """`#监护 张小明 同意`: staff have spoken with the guardian of a child under fourteen; or it was a mistake."""
    candidates, after = person_meant(ctx, msg, rest)
    if len(candidates) != 1:
        return which(ctx, msg, candidates, "#监护 张小明 同意")
    person, word = candidates[0], after.strip()
    if minors.MINOR not in people.tags(ctx.work, stored(person.id)):
        return said(ctx, msg, "admin/guardian", name=person.name, done="不是", by="")
    events: tuple[Happened, ...] = ()
    if word == "同意":
        minors.guardian_agrees(ctx, person, consents.PURPOSE, ctx.person.platform_id)
        events = (Happened("guardian_agreed", {"by": ctx.person_id}, person.id),)
    elif word == "误记":
        minors.mistaken(ctx, person)
    handled = said(ctx, msg, "admin/guardian", name=person.name, done=word, by=ctx.person.name)
    return Handled(handled.by, handled.replies, events)


COMMANDS = (
    Command("成员", EVERYBODY, "#成员 糖尿病新手群", "看各群人数，或一个群里有谁", members),
    Command(
        "标签",
        MANAGERS | {"clinician", "adviser"},
        "#标签 张姐 +血糖关注 -潜水",
        "给成员加减标签，或看谁有某个标签",
        tags,
    ),
    Command(
        "监护",
        MANAGERS | {"clinician"},
        "#监护 张小明 同意",
        "不满 14 岁的，和监护人说好了写同意；说错了写误记",
        guardian,
    ),
    Command("恢复", CARERS, "#恢复 张姐", "住院、丧亲或安静几天停下的计划，重新开始", resume),
)

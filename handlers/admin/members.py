"""#成员 #画像 #标签."""

from __future__ import annotations

from handlers.admin.grammar import CARERS, EVERYBODY, MANAGERS, Command, person_meant, said, which
from handlers.contract import Context, Handled, Happened, Incoming, stored
from handlers.services.care import dates, journeys
from handlers.services.care.check_ins import today
from handlers.services.care.days import shown
from handlers.services.care.life import ADMITTED, LOSS, PREGNANT
from handlers.services.care.streaks import streak
from handlers.services.community import aliases, consents, minors
from handlers.services.community.points import level_name
from handlers.services.staff.roles import TITLES, roles_of
from storage.queries import care, people, points, profile, staff
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


LIFE = {LOSS: "家里有丧事，不发计划和活动", ADMITTED: "住院中，计划先停", PREGNANT: "怀孕了，计划先停，等您安排"}


def portrait(ctx: Context, msg: Incoming, rest: str) -> Handled:
    """One person on one card; in private, because readings are on it."""
    candidates, _ = person_meant(ctx, msg, rest)
    if len(candidates) != 1:
        return which(ctx, msg, candidates, "#画像 张姐")
    person = candidates[0]
    person_id, day = stored(person.id), today(ctx, person.zone)
    shown_values = person.consented  # after a withdrawal what is stored is not shown
    check_ins = care.check_ins(ctx.work, person_id)[-5:] if shown_values else []
    titles = {one.id: one.title for one in ctx.index.measures}
    handled = said(
        ctx,
        msg,
        "admin/portrait",
        private=True,
        person=person,
        roles=_role_titles(ctx, person),
        rooms=[room.topic for room in people.rooms_of(ctx.work, person_id)],
        tags=people.tags(ctx.work, person_id),
        facts=_told(ctx, person_id) if shown_values else [],
        streak=streak(ctx, person, day).days,
        total=points.total(ctx.work, person_id),
        level=level_name(ctx, points.grown(ctx.work, person_id)),
        since=shown(person.first_seen, person.zone),
        check_ins=[
            (shown(one.at, person.zone), titles.get(one.measure, ""), one.value.get("said", "")) for one in check_ins
        ],
        reminders=len(care.reminders(ctx.work, person_id)),
        alerts=staff.open_alerts(ctx.work, person_id),
        plans=_plans(ctx, person_id),
        more=list(consents.more(ctx, person_id).values()),
        life=LIFE.get(person.life or "", ""),
        quiet=shown(quiet, person.zone) if (quiet := person.quiet_until) and quiet > ctx.now else "",
    )
    looked = Happened("portrait_viewed", {"by": ctx.person_id}, person_id)
    return Handled(handled.by, handled.replies, (looked,))


def _told(ctx: Context, person_id: int) -> list[tuple[str, str]]:
    titles = {
        ask.fact: ask.title
        for journey in ctx.index.library.journeys.values()
        for step in journey.steps
        for ask in (step.task.ask if step.task else ())
    }
    for journey in ctx.index.library.journeys.values():
        titles |= {journeys.answer_name(journey, one): journey.title for one in journey.steps if one.ask}
    titles |= dates.TITLES | {aliases.FACT: "化名"}
    return [(titles.get(name, name), value) for name, value in profile.facts(ctx.work, person_id).items()]


def _plans(ctx: Context, person_id: int) -> list[str]:
    library = ctx.index.library
    running = [*care.running(ctx.work, person_id, "journey"), *care.running(ctx.work, person_id, "challenge")]
    entries = [library.journeys.get(one.playbook) or library.challenges.get(one.playbook) for one in running]
    return [entry.title for entry in entries if entry is not None]


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
    Command("画像", CARERS, "#画像 张姐", "看一位成员的情况（只发给您本人）", portrait),
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

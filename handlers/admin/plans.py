"""#计划 #日期 #家人 #手术进度."""

from __future__ import annotations

import re

from handlers.admin.grammar import CARERS, Command, person_meant, said, which
from handlers.contract import Context, Handled, Happened, Incoming, Kind, OnDoubt, stored, to_person
from handlers.services.care import dates, journeys, planning
from handlers.services.care.days import WEEKDAYS, local, shown_day, spoken
from handlers.services.community import consents
from playbooks.schema.journey import Journey
from storage.queries import care, due, people, relatives
from storage.tables.care import Enrolment
from storage.tables.people import Person

USAGE = "#计划 张姐 +糖尿病头九十天"
PROGRESS = {
    "entered": ("进手术室", "进手术间", "入室", "进去"),
    "started": ("开始", "手术开始", "开始手术"),
    "finished": ("结束", "手术结束", "做完", "手术做完", "完成"),
    "waking": ("复苏", "苏醒", "观察", "复苏室"),
    "ward": ("回病房", "返回病房", "回房", "出手术室"),
    "longer": ("推后", "延长", "再等等", "还要一会"),
}
"""What may be told to the family, and how staff write it; never what was found."""


def plans(ctx: Context, msg: Incoming, rest: str) -> Handled:
    """How many are on each plan; one person's plans; `+` and `-` put them on one or take them off."""
    if not rest.strip():
        rows = [(one.title, len(care.on_challenge(ctx.work, one.id))) for one in _journeys(ctx)]
        return said(ctx, msg, "plan/counts", rows=rows, usage=USAGE)
    candidates, after = person_meant(ctx, msg, rest)
    if len(candidates) != 1:
        return which(ctx, msg, candidates, USAGE)
    person, changed, events = candidates[0], [], []
    for sign, name in re.findall(r"([+＋\-－])\s*([^+＋\-－]+)", after):
        journey = _named(ctx, name.strip())
        line, event = _change(ctx, person, sign in "+＋", journey, name.strip())
        changed.append(line)
        events += [event] if event else []
    handled = _shown(ctx, msg, person, changed)
    return Handled(handled.by, handled.replies, tuple(events))


def _journeys(ctx: Context) -> list[Journey]:
    return sorted(ctx.index.library.journeys.values(), key=lambda one: one.title)


def _named(ctx: Context, name: str) -> Journey | None:
    exact = [one for one in _journeys(ctx) if name in (one.id, one.title, *one.join)]
    return next(iter([*exact, *(one for one in _journeys(ctx) if name and name in one.title)]), None)


def _change(ctx: Context, person: Person, on: bool, journey: Journey | None, name: str) -> tuple[str, Happened | None]:
    if journey is None:
        return f"没有叫“{name[:20]}”的计划", None
    about = Happened(
        "journey_joined" if on else "journey_left", {"journey": journey.id, "by": ctx.person_id}, person.id
    )
    if not on:
        running = [one for one in care.running(ctx.work, stored(person.id), "journey") if one.playbook == journey.id]
        for one in running:
            journeys.leave(ctx, one)
        return (f"停了 {journey.title}", about) if running else (f"本来就没有 {journey.title}", None)
    if not person.consented:
        return "还没有同意记录健康信息，先请本人回复“同意”", None
    day = dates.known(ctx, stored(person.id), journey.anchor) if journey.anchor in dates.TITLES else None
    if journey.anchor in dates.TITLES and day is None:
        title = dates.TITLES[journey.anchor]
        return f"{journey.title} 从{title}日期算起，先写：#日期 {person.name} {title} 3月10日", None
    if day is not None:
        dates.tell(ctx, person, journey.anchor, day, [journey.id])
        running = [one for one in care.running(ctx.work, stored(person.id), "journey") if one.playbook == journey.id]
        return (f"开始 {journey.title}", about) if running else (f"现在不能参加 {journey.title}", None)
    began = journeys.enrol(ctx, person, journey.id, ctx.now)
    return (f"开始 {journey.title}", about) if began else (f"已经在 {journey.title} 里，或者现在不能参加", None)


def _shown(ctx: Context, msg: Incoming, person: Person, changed: list[str]) -> Handled:
    person_id = stored(person.id)
    titles = ctx.index.library.journeys
    rows = [
        (titles[one.playbook].title, _next(ctx, one, person))
        for one in care.running(ctx.work, person_id, "journey")
        if one.playbook in titles
    ]
    told = [(title, dates.known(ctx, person_id, anchor)) for anchor, title in dates.TITLES.items()]
    return said(
        ctx,
        msg,
        "plan/person",
        private=True,
        name=person.name,
        changed=changed,
        rows=rows,
        dates=[(title, day) for title, day in told if day and person.consented],
    )


def _next(ctx: Context, enrolment: Enrolment, person: Person) -> str:
    moment = due.next_of(ctx.work, planning.STEP, stored(enrolment.id))
    return shown_day(moment, ctx.now, person.zone) if moment else ""


def date(ctx: Context, msg: Incoming, rest: str) -> Handled:
    """`#日期 张姐 手术 3月10日 换膝`: plans that count from it begin or move; `取消` ends them."""
    usage = "#日期 张姐 手术 3月10日 换膝"
    candidates, after = person_meant(ctx, msg, rest)
    if len(candidates) != 1:
        return which(ctx, msg, candidates, usage)
    person = candidates[0]
    anchor = next((name for name, title in dates.TITLES.items() if title in after), None)
    found = dates.named_day(after, local(ctx.now, person.zone).date())
    if anchor is None or (found is None and "取消" not in after):
        return said(ctx, msg, "plan/date_how", usage=usage, titles=list(dates.TITLES.values()))
    if not person.consented:
        return said(ctx, msg, "plan/no_consent", name=person.name)
    what = dates.TITLES[anchor]
    if found is None:
        titles = dates.forget(ctx, person, anchor)
        handled = said(ctx, msg, "plan/date_off", private=True, name=person.name, what=what, titles=titles)
        return Handled(handled.by, handled.replies, (Happened("date_called_off", {"date": anchor}, person.id),))
    named = [one.id for one in dates.about(ctx, anchor, after)]
    planned = dates.tell(ctx, person, anchor, found.day, named)
    kinds = [] if named or dates.goes_on(ctx, stored(person.id), anchor) else dates.kinds(ctx, anchor)
    handled = said(
        ctx,
        msg,
        "plan/date",
        private=True,
        name=person.name,
        what=what,
        day=f"{found.day.month}月{found.day.day}日（周{WEEKDAYS[found.day.weekday()]}）",
        planned=planned,
        kinds=kinds,
    )
    return Handled(handled.by, handled.replies, (Happened("date_told", {"date": anchor}, person.id),))


def family(ctx: Context, msg: Incoming, rest: str) -> Handled:
    """`#家人 张姐 李哥 丈夫`: who is told how the operation goes; only with the patient's consent to it. `取消` takes them off."""
    usage = "#家人 张姐 李哥 丈夫"
    patients, after = person_meant(ctx, msg, rest)
    if msg.mentions and len(patients) == 2:
        order = [one for number in msg.mentions for one in patients if one.id == number]
        patients, candidates, relation = order[:1], order[1:], after
    else:
        name, _, relation = after.partition(" ")
        candidates, _ = person_meant(ctx, msg, name) if name and len(patients) == 1 else ([], "")
    if len(patients) != 1:
        return which(ctx, msg, patients, usage)
    patient = patients[0]
    if after.strip() in ("取消", "都取消"):
        count = relatives.remove(ctx.work, stored(patient.id))
        return said(ctx, msg, "plan/family", name=patient.name, rows=[], removed=count, agreed=True)
    if not consents.has(ctx.work, ctx.settings, stored(patient.id), consents.FAMILY):
        return said(ctx, msg, "plan/family", name=patient.name, rows=[], removed=0, agreed=False)
    if after and len(candidates) != 1:
        return which(ctx, msg, candidates, usage)
    if candidates and candidates[0].id != patient.id:
        relatives.add(
            ctx.work, stored(patient.id), stored(candidates[0].id), relation.strip()[:20], ctx.person_id, ctx.now
        )
    rows = _relatives(ctx, patient)
    return said(ctx, msg, "plan/family", name=patient.name, rows=rows, removed=0, agreed=True)


def _relatives(ctx: Context, patient: Person) -> list[tuple[str, str]]:
    found = [
        (people.person(ctx.work, one.relative_id), one.relation) for one in relatives.of(ctx.work, stored(patient.id))
    ]
    return [(one.name, relation) for one, relation in found if one is not None]


def progress(ctx: Context, msg: Incoming, rest: str) -> Handled:
    """`#手术进度 张姐 手术结束`: one fixed line to each relative whom the patient allowed to be told."""
    usage = "#手术进度 张姐 手术开始"
    candidates, after = person_meant(ctx, msg, rest)
    if len(candidates) != 1:
        return which(ctx, msg, candidates, usage)
    patient, word = candidates[0], after.strip(" 。，了")
    stage = next((name for name, words in PROGRESS.items() if word in words), None)
    if stage is None:
        return said(ctx, msg, "plan/progress_how", usage=usage, words=[words[0] for words in PROGRESS.values()])
    agreed = consents.has(ctx.work, ctx.settings, stored(patient.id), consents.FAMILY)
    listed = relatives.of(ctx.work, stored(patient.id)) if agreed else []
    found = people.people(ctx.work, [one.relative_id for one in listed])
    told = [one for one in found.values() if one.frozen_since is None]
    handled = said(
        ctx,
        msg,
        "plan/progress_told",
        name=patient.name,
        what=PROGRESS[stage][0],
        agreed=agreed,
        told=[one.name for one in told],
    )
    day = local(ctx.now, patient.zone).date().isoformat()
    messages = [
        to_person(
            stored(one.id),
            ctx.words("plan/progress", name=patient.name, stage=stage, at=spoken(ctx.now, ctx.now, one.zone)),
            kind=Kind.REPLY,
            by="progress",
            key=f"progress:{patient.id}:{day}:{stage}:{one.id}",
            on_doubt=OnDoubt.ASK_STAFF,
            about=patient.id,
        )
        for one in told
    ]
    event = Happened("progress_told", {"stage": stage, "people": len(told), "by": ctx.person_id}, patient.id)
    return Handled(handled.by, (*handled.replies, *messages), (event,))


COMMANDS = (
    Command("计划", CARERS, USAGE, "各项计划的人数；一个人的计划，用 + 加入、- 停掉", plans),
    Command("日期", CARERS, "#日期 张姐 手术 3月10日 换膝", "记手术、出院、化疗、生日，计划按它排；改了再写一次", date),
    Command("家人", CARERS, "#家人 张姐 李哥 丈夫", "本人同意后登记一位家人，好告诉手术进展；也可写 取消", family),
    Command("手术进度", CARERS, "#手术进度 张姐 手术结束", "把手术到哪一步告诉登记过的家人", progress),
)

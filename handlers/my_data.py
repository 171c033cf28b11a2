"""导出我的数据 and 删除我的数据: everybody's right to a copy, and to be forgotten."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.engine import RowMapping

from handlers.contract import Context, Handled, Handler, Happened, Incoming, Scene, Skip, privately
from handlers.matching import keyword
from handlers.services.care.days import local
from handlers.services.staff.roles import tell_staff
from storage.queries import due, outbox, people, personal, questions

KIND = "erase_me"
ASKED, SOON = dt.timedelta(minutes=10), dt.timedelta(minutes=1)
PATIENCE = dt.timedelta(hours=1)
"""So long the last words may take to be delivered; then everything goes all the same."""


LABELS = {
    "fact": "基本情况",
    "checkin": "打卡",
    "reminder": "提醒",
    "enrolment": "参加的计划和挑战",
    "points": "积分记录",
    "case": "转给人的问题",
    "answered": "收到的回答",
}


def _kept(ctx: Context) -> list[str]:
    found = personal.counts(ctx.work, ctx.person)
    return [f"{label} {found[table]} 条" for table, label in LABELS.items() if table in found]


def copy(ctx: Context, msg: Incoming, matched: str) -> Handled:
    """What there is, now; the whole of it is handed over by staff, who see to it that it reaches the right person."""
    text = ctx.words("consent/copy", counts=_kept(ctx))
    day = local(ctx.now, ctx.settings.community.zone).date()
    notice = ctx.words("consent/copy_staff", name=ctx.person.name, number=ctx.person_id)
    told = tell_staff(ctx, notice, "my_data", key=f"copy:{ctx.person_id}:{day}", about=ctx.person_id)
    happened = Happened("copy_requested", {}, ctx.person_id)
    return Handled("my_data", (privately(msg, text, by="my_data"), *told), (happened,))


def ask(ctx: Context, msg: Incoming, matched: str) -> Handled:
    """Say what goes, and wait for the words that confirm it; not while a safety alert is open, and not for staff."""
    if ctx.roles or ctx.person.locked:
        text = ctx.words("consent/erase_not_now", staff=bool(ctx.roles))
        return Handled("my_data", (privately(msg, text, by="my_data"),))
    questions.ask(ctx.work, ctx.person_id, None, KIND, {}, ctx.now + ASKED)
    text = ctx.words("consent/erase_ask", counts=_kept(ctx))
    return Handled("my_data", (privately(msg, text, by="my_data"),))


def confirmed(ctx: Context, msg: Incoming) -> str | None:
    waiting = ctx.question(None)
    return CONFIRM(ctx, msg) if msg.private and waiting is not None and waiting[0] == KIND else None


def go(ctx: Context, msg: Incoming, matched: str) -> Handled:
    """The farewell first, everything else a minute later: afterwards there is nobody to say it to."""
    questions.close(ctx.work, ctx.person_id, None)
    planned = {"asked_at": ctx.now.isoformat()}
    key = f"{KIND}:{ctx.person_id}:{msg.inbox_id}"
    due.plan(ctx.work, [due.slot(key, KIND, ctx.now + SOON, ref=ctx.person_id, person_id=ctx.person_id, data=planned)])
    return Handled("my_data", (privately(msg, ctx.words("consent/erase_done"), by="my_data"),))


def erase_due(scene: Scene, slot: RowMapping) -> Handled | Skip:
    """Everything goes in one transaction; later when the farewell is still on its way, not at all after a new alert."""
    person = people.person(scene.work, slot["person_id"])
    if person is None:
        return Skip("gone")
    if person.locked:
        return Skip("locked")
    since = scene.now - dt.datetime.fromisoformat(slot["data"]["asked_at"])
    if outbox.waits_for(scene.work, slot["person_id"]) and since < PATIENCE:
        key = f"{slot['key']}:{scene.now.timestamp():.0f}"
        again = due.slot(key, KIND, scene.now + SOON, ref=person.id, person_id=person.id, data=slot["data"])
        due.plan(scene.work, [again])
        return Skip("undelivered")
    personal.erase(scene.work, person, scene.now)
    told = tell_staff(scene, scene.words("consent/erase_staff"), "my_data")
    return Handled("my_data", tuple(told), (Happened("person_erased"),))


COPY = Handler(
    "my_data",
    keyword("导出我的数据", "导出数据", "我要导出数据", "下载我的数据", "导出我的信息", "导出我的记录"),
    copy,
    own=True,
)
ERASE = Handler(
    "my_data",
    keyword(
        "删除我的数据", "删掉我的数据", "删除我的信息", "删掉我的信息", "删除我的记录", "清除我的数据", "删除数据",
        "我要删除数据", "注销", "我要注销", "注销账号", "注销我的账号",
    ),
    ask,
    own=True,
)  # fmt: skip
CONFIRM = keyword("确认删除", "确定删除", "我确认删除", "确认删")
CONFIRMED = Handler("my_data", confirmed, go, own=True)

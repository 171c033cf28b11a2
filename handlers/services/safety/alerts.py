"""A red flag becomes an alert: fixed words to the person, a ladder of staff until somebody has it in hand."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from sqlalchemy.engine import RowMapping

from handlers.contract import (
    Context,
    Handled,
    Happened,
    Incoming,
    Kind,
    OnDoubt,
    Outgoing,
    Scene,
    Skip,
    stored,
    to_person,
    to_room,
)
from handlers.services.care.days import shown
from handlers.services.safety.red_flags import SEVERITY, Flag
from handlers.services.staff import ladder
from handlers.services.staff.roles import tell_people, tell_staff
from playbooks.schema.common import span
from storage.queries import people, staff
from storage.tables.staff import Alert

CROWD = re.compile(
    r"怎么[了啦]|咋[了啦]|什么情况|啥情况|咋回事|怎么回事|想开|别怕|加油|挺住|坚持住|抱抱|心疼|天[哪呐啊]|吓[人死到]|没事吧|还好吗|好点[了没]"
    r"|快去|赶紧|赶快|打120|叫救护车|急救|去医院|在哪|联系.{0,2}[上到]|千万别|别做傻事|太可怜|严重吗"
)
"""What others write when somebody in the room is in danger."""
SAME_WITHIN = dt.timedelta(minutes=30)
LEVELS = {"A": "A 级·立即拨打 120", "S": "A 级·需要真人立即联系", "B": "B 级·今天就医", "C": "C 级·联系门诊"}


def raise_alert(ctx: Context, msg: Incoming, flag: Flag) -> Handled:
    """Store the alert, lock engagement, say the fixed words and start the ladder – all in one transaction.

    What the same person says of it within half an hour belongs to the same alert, unless it is worse.
    """
    known = open_lately(ctx)
    if known is not None and SEVERITY.index(flag.level) >= SEVERITY.index(known.level):
        told = follow_up(ctx, known, msg)
        return Handled("triage", (*_first_aid(ctx, msg, flag, bool(told)), *told))
    alert = ctx.work.add(
        Alert(person_id=ctx.person_id, room_id=msg.room_id, flag=flag.id, level=flag.level, said=msg.said, at=ctx.now)
    )
    people.change(ctx.work, ctx.person_id, locked=True)
    _plan_ladder(ctx, alert)
    text = _staff_text(ctx, alert, flag.title)
    told = tell_staff(ctx, text, "triage", Kind.SAFETY, f"alert:{alert.id}", about=ctx.person_id)
    if people.rooms(ctx.work, staff=True):
        told += tell_people(ctx, ("clinician",), text, "triage", Kind.SAFETY, f"alert:{alert.id}", about=ctx.person_id)
    replies = [*_first_aid(ctx, msg, flag, bool(told)), *told]
    happened = Happened("alert_raised", {"alert": alert.id, "flag": flag.id}, ctx.person_id, msg.room_id)
    return Handled("triage", tuple(replies), (happened,))


def open_lately(ctx: Context) -> Alert | None:
    """The alert of the last half hour that is not cleared yet: what the person says now is most likely about it."""
    lately = [one for one in staff.open_alerts(ctx.work, ctx.person_id) if ctx.now - one.at <= SAME_WITHIN]
    return lately[-1] if lately else None


def calm(ctx: Context, msg: Incoming) -> Outgoing | None:
    """Others in the room ask and comfort after an alarm: one line for all of them, once an alert."""
    if msg.room_id is None or not CROWD.search(msg.text) or ctx.roles:
        return None
    alert = staff.alert_in_room(ctx.work, msg.room_id, ctx.now - SAME_WITHIN)
    if alert is None or alert.person_id == ctx.person_id:
        return None
    text = ctx.words("safety/calm", level=alert.level)
    return to_room(msg.room_id, text, kind=Kind.SAFETY, by="triage", key=f"calm:{alert.id}")


def follow_up(ctx: Context, alert: Alert, msg: Incoming) -> list[Outgoing]:
    """What the person goes on to say, to staff, under the alert's number."""
    text = ctx.words("safety/staff_follow_up", alert=alert, name=ctx.person.name, said=msg.said)
    return tell_staff(ctx, text, "triage", Kind.SAFETY, about=ctx.person_id)


def _first_aid(ctx: Context, msg: Incoming, flag: Flag, told: bool) -> list[Outgoing]:
    """In private the fixed words. In a room a line that reveals nothing, and the words in private.

    `told`: whether the alert goes to anybody of staff; nobody is promised who is not there.
    """
    words = ctx.words(flag.template, told=told)
    fixed: dict[str, Any] = {"kind": Kind.SAFETY, "by": "triage", "on_doubt": OnDoubt.RESEND}
    private = to_person(ctx.person_id, words, **fixed)
    if msg.room_id is None:
        return [private]
    line = ctx.words("safety/in_room", level=flag.level, told=told)
    return [to_room(msg.room_id, line, mentions=(ctx.person_id,), **fixed), private]


def _staff_text(scene: Scene, alert: Alert, title: str) -> str:
    person = people.person(scene.work, alert.person_id)
    room = people.room(scene.work, alert.room_id) if alert.room_id else None
    return scene.words(
        "safety/staff_alert",
        alert=alert,
        title=title,
        level=LEVELS[alert.level],
        name=person.name if person else "",
        place=room.topic if room else "私聊",
        at=shown(alert.at, scene.settings.community.zone),
    )


def _plan_ladder(scene: Scene, alert: Alert) -> None:
    knobs = scene.settings.alerts
    steps = {"again": alert.at + span(knobs.next_after), "supervisor": alert.at + span(knobs.supervisor_after)}
    ladder.climb(scene, "alert_ladder", f"alert:{alert.id}", steps, ref=stored(alert.id), person_id=alert.person_id)


def ladder_due(scene: Scene, slot: RowMapping) -> Handled | Skip:
    """Nobody has acknowledged the alert: tell the next person."""
    alert = staff.alert(scene.work, slot["ref"])
    if alert is None or alert.state != "open":
        return Skip("acknowledged")
    step = slot["data"]["step"]
    if step != "again":
        again = scene.now + span(scene.settings.alerts.then_every)
        ladder.climb(
            scene,
            "alert_ladder",
            f"alert:{alert.id}",
            {f"{again:%Y%m%dT%H%M}": again},
            ref=stored(alert.id),
            person_id=alert.person_id,
        )
    roles = ("manager", "owner", "clinician") if step == "again" else ("supervisor", "owner", "expert")
    minutes = int((scene.now - alert.at) / dt.timedelta(minutes=1))
    text = scene.words("safety/staff_alert_again", alert=alert, minutes=minutes)
    key = f"alert:{alert.id}:{step}"
    replies = tell_staff(scene, text, "alert_ladder", Kind.SAFETY, key)
    if people.rooms(scene.work, staff=True):
        replies += tell_people(scene, roles, text, "alert_ladder", Kind.SAFETY, key)
    return Handled("alert_ladder", tuple(replies))


def acknowledge(scene: Scene, alert: Alert, by: int) -> bool:
    """Somebody has it in hand; False when it was acknowledged before."""
    if alert.state != "open":
        return False
    alert.state, alert.acknowledged_by, alert.acknowledged_at = "acknowledged", by, scene.now
    scene.work.add(alert)
    ladder.stop(scene, "alert_ladder", stored(alert.id), "acknowledged")
    return True


def clear(scene: Scene, alert: Alert, by: int) -> bool:
    """The danger is over; engagement opens again when nothing else is open for this person."""
    if alert.state == "cleared":
        return False
    acknowledge(scene, alert, by)
    alert.state, alert.cleared_by, alert.cleared_at = "cleared", by, scene.now
    scene.work.add(alert)
    if not staff.open_alerts(scene.work, alert.person_id):
        people.change(scene.work, alert.person_id, locked=False)
    return True

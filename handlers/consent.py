"""同意 and 撤回同意."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from handlers import permission
from handlers.contract import Context, Handled, Handler, Happened, Incoming, Outgoing, privately
from handlers.matching import keyword
from handlers.services.care import journeys, reminders, stock
from handlers.services.community import consents
from handlers.services.community.welcome import JOURNEY
from storage.queries import care, people, profile, questions


def ask(ctx: Context, msg: Incoming) -> Handled:
    """Ask in private before anything personal is kept; the message waits for the answer.

    Talk in a room that was not addressed to the bot asks once, not at every reading.
    """
    if (first := permission.guardian_first(ctx, msg)) is not None:
        return first
    waiting = ctx.question(consents.PLACE)
    if not msg.addressed and waiting is not None and waiting[0] == consents.QUESTION:
        return Handled("consent")
    held = (
        None
        if not (msg.addressed or "打卡" in msg.text)
        else {"said": msg.said, "text": msg.text, "has_image": msg.has_image}
    )
    consents.open_question(ctx, ctx.person_id, held)
    text = ctx.words("consent/ask", name=ctx.person.name, after_message=True)
    return Handled("consent", (privately(msg, text, by="consent"),))


def agree(ctx: Context, msg: Incoming, matched: str) -> Handled | None:
    if msg.room_id is not None:
        return Handled("consent", (privately(msg, ctx.words("consent/in_private"), by="consent"),))
    if (first := permission.guardian_first(ctx, msg)) is not None:
        return first
    waiting = ctx.question(consents.PLACE)
    held = waiting[1].get("held") if waiting and waiting[0] == consents.QUESTION else None
    version = ctx.settings.consent.version
    new = profile.give_consent(ctx.work, ctx.person_id, consents.PURPOSE, version, ctx.now, msg.inbox_id)
    if waiting and waiting[0] == consents.QUESTION:
        questions.close(ctx.work, ctx.person_id, consents.PLACE)
    ctx.person.consented = True
    text = ctx.words("consent/given", new=new, name=ctx.person.name)
    later, events = _carry_out(ctx, msg, held)
    enrolled = JOURNEY in journeys.enrol_joined(ctx, ctx.person)
    given = (Happened("consent_given", {"version": version}, ctx.person_id),) if new else ()
    started = (Happened("newcomer_started", {}, ctx.person_id),) if enrolled else ()
    return Handled("consent", (privately(msg, text, by="consent"), *later), (*given, *started, *events))


def _carry_out(
    ctx: Context, msg: Incoming, held: dict[str, Any] | None
) -> tuple[tuple[Outgoing, ...], tuple[Happened, ...]]:
    """Do now what the person had written before they were asked."""
    if not held:
        return (), ()
    handled = ctx.process.route(ctx, replace(msg, said=held["said"], text=held["text"], has_image=held["has_image"]))
    return (handled.replies, handled.events) if handled else ((), ())


def withdraw(ctx: Context, msg: Incoming, matched: str) -> Handled:
    """撤回同意 takes back all of it, the consents of their own kind too."""
    more = consents.more(ctx, ctx.person_id)
    ended = [permission.take_back(ctx, msg, one) for one in more]
    had = profile.withdraw_consent(ctx.work, ctx.person_id, consents.PURPOSE, ctx.now)
    people.change(ctx.work, ctx.person_id, consented=False)
    ctx.person.consented = False
    stopped = care.reminders(ctx.work, ctx.person_id)
    for row in stopped:
        reminders.stop(ctx, row)
    stock.forget(ctx, ctx.person_id)
    text = ctx.words("consent/withdrawn", had=had, reminders=len(stopped), more=list(more.values()))
    events = (Happened("consent_withdrawn", {}, ctx.person_id),) if had else ()
    told = [one for handled in ended for one in handled.replies if one.person_id != ctx.person_id]
    more_events = [one for handled in ended for one in handled.events]
    return Handled("consent", (privately(msg, text, by="consent"), *told), (*events, *more_events))


def decline(ctx: Context, msg: Incoming) -> Handled:
    """不同意: before consent the question is closed; after it, consent is withdrawn."""
    questions.close(ctx.work, ctx.person_id, consents.PLACE)
    if ctx.person.consented:
        return withdraw(ctx, msg, "")
    return Handled("consent", (privately(msg, ctx.words("consent/declined"), by="consent"),))


def _meant(ctx: Context, msg: Incoming) -> str | None:
    """yes, no, or nearly (a nod right after the question: the word itself is needed)."""
    if YES(ctx, msg):
        return "yes"
    if NO(ctx, msg):
        return "no"
    nods = "nearly" if NODS(ctx, msg) else "no" if SHAKES(ctx, msg) else None
    if nods is None or ctx.person.consented or not msg.private:
        return None
    return nods if consents.just_asked(ctx, ctx.question(consents.PLACE)) else None


def _answer(ctx: Context, msg: Incoming, meant: str) -> Handled | None:
    if meant == "nearly":
        if ctx.question(None):
            return None
        return Handled("consent", (privately(msg, ctx.words("consent/nearly"), by="consent"),))
    return decline(ctx, msg) if meant == "no" else agree(ctx, msg, meant)


YES = keyword(
    "同意", "我同意", "同意同意", "我同意的", "好的同意", "好的 同意", "好同意", "同意建档", "行同意", "同意谢谢"
)
NO = keyword("不同意", "我不同意", "暂不同意", "先不同意", "不同意了", "我不同意了")
NODS = keyword("好", "好的", "可以", "行", "愿意", "嗯", "是", "是的", "ok", "OK")
SHAKES = keyword("不", "不要", "不行", "不愿意", "算了", "拒绝", "不用", "不用了")
AGREE = Handler("consent", _meant, _answer, own=True)
WITHDRAW = Handler("consent", keyword("撤回同意", "我要撤回同意", "撤销同意", "取消同意"), withdraw)

"""The order in which a message finds its handler: a tuple you can read."""

from __future__ import annotations

from dataclasses import dataclass

from handlers import (
    alias,
    ask_faq,
    booking,
    burst,
    challenge,
    chat,
    check_in,
    choice,
    companion,
    consent,
    diary,
    exchange,
    go_on,
    help,
    lecture,
    life,
    make_up,
    minor,
    my_data,
    my_dates,
    my_records,
    newcomer,
    nps,
    offer,
    parting,
    permission,
    plans,
    privacy,
    profile,
    promise,
    proof,
    rating,
    refill,
    reminder,
    reminder_edit,
    subscription,
    team,
    trend,
    unwell,
    visit_sheet,
    why,
)
from handlers.admin import cases, console
from handlers.contract import Context, Handled, Handler, Incoming
from handlers.services.staff import identity

HANDLERS: tuple[Handler, ...] = (
    newcomer.JOINED,
    newcomer.LEFT,
    newcomer.BEFRIENDED,
    console.COMMAND,
    console.CONFIRM,
    console.CORRECTION,
    console.DECISION,
    cases.QUOTED,
    cases.SEND_QUOTED,
    promise.SAID,
    minor.SAYS_SO,
    permission.PERMISSION,
    consent.AGREE,
    consent.WITHDRAW,
    help.HELP,
    privacy.PRIVACY,
    my_data.COPY,
    my_data.ERASE,
    my_data.CONFIRMED,
    subscription.STOP,
    subscription.RESUME,
    subscription.QUIET_DAYS,
    trend.SHOW,
    my_records.CHECK_INS,
    my_records.POINTS,
    diary.DROP,
    diary.MINE,
    diary.WRITE,
    exchange.CODES,
    exchange.TITLES,
    exchange.EXCHANGE,
    why.WHY,
    why.STOP,
    booking.RUNG,
    booking.FOLLOWED,
    booking.WHICH_DAY,
    booking.MINE,
    booking.CANCEL,
    booking.WISHED,
    visit_sheet.SHOW,
    visit_sheet.WITHDRAW,
    visit_sheet.APPROVED,
    visit_sheet.GONE_LINE,
    visit_sheet.LINE,
    refill.MINE,
    refill.STOP,
    reminder.LIST,
    reminder.STOP,
    reminder_edit.EDIT,
    reminder_edit.CHOSEN,
    reminder.WHICH_ONE,
    reminder.TWICE,
    reminder.ANSWER,
    offer.OFFERED,
    parting.ANSWERED,
    nps.ANSWERED,
    choice.CHOICE,
    rating.PERSON,
    rating.RATE,
    rating.STRAY,
    profile.CHOICE,
    profile.RESUME,
    plans.ANSWER,
    my_dates.WHICH_ONE,
    reminder.CLARIFIED,
    reminder.CREATE,
    refill.TOLD,
    my_dates.TOLD,
    life.LIFE,
    go_on.SAYS_SO,
    lecture.DONE,
    plans.MINE,
    plans.JOIN,
    plans.LEAVE,
    alias.CHOOSE_ONE,
    alias.DROP,
    alias.RANKING,
    team.FOUND_ONE,
    team.JOIN_ONE,
    team.LEAVE_ONE,
    team.MINE,
    companion.INVITE_ONE,
    companion.BY_CODE,
    companion.BY_NAME,
    companion.AGREE,
    companion.PART,
    challenge.JOIN,
    challenge.LEAVE,
    make_up.MAKE_UP,
    unwell.UNWELL,
    check_in.CHECK_IN,
    check_in.ASK_HOW,
    proof.PHOTO,
    profile.FREE_TEXT,
    chat.HUMAN,
    chat.COURTESY,
    chat.PICTURE,
    burst.ROOM_PICTURE,
    burst.HOLD,
    ask_faq.ASK,
    chat.FALLBACK,
)


@dataclass(frozen=True, slots=True)
class NeedsConsent:
    """A handler would keep something personal of somebody who has not agreed yet."""

    handler: Handler


def route(ctx: Context, msg: Incoming) -> Handled | NeedsConsent | None:
    """The first handler that takes the message; None when it is nobody's."""
    for handler in HANDLERS:
        matched = handler.match(ctx, msg)
        if matched is None:
            continue
        if (handler.needs_consent or handler.own) and ctx.person.frozen_since is not None:
            return identity.not_yet(ctx, msg)
        if handler.needs_consent and not ctx.person.consented:
            return NeedsConsent(handler)
        handled = handler.act(ctx, msg, matched)
        if handled is not None:
            return profile.again(ctx, msg, handled)
    return None

"""预约, 一键预约, 我的预约, 改约, 取消预约, and the answers to what we ask about an appointment."""

from __future__ import annotations

import re

from handlers.contract import Context, Handled, Handler, Happened, Incoming, Outgoing, What, privately, stored
from handlers.matching import keyword, number, said
from handlers.services.care import bookings, dates
from handlers.services.care.days import local, spoken
from handlers.services.staff.roles import tell_staff
from storage.queries import bookings as rows
from storage.queries import questions
from storage.tables.visits import Booking

LONGEST = 60
ASKS = re.compile(r"[?？呢]|吗|怎么|什么|哪|多久|几号|能不能|可不可以|要不要|提醒")
POLITE = re.compile(r"[,，。 ]*(?:可以|行|好)(?:吗|么|不)?[?？]*$")
WISH = re.compile(
    r"(?:您好|你好)?[,， ]*(?:请|麻烦|能)*(?:帮我|给我|替我|我想要?|我要|我|想要?|要|帮忙)*"
    r"(?P<move>改约|改个预约|改预约|换个时间|改个时间|改时间)?"
    r"(?P<book>一键预约|预约(?!了|好|过|的|单|成功|取消)|约(?:个|一下|一个)?(?=复查|复诊|门诊|检查|面诊|时间|号|$)|挂(?:个|一下|一个)?号)?"
    r"[,，:： ]*(?P<rest>.*)"
)
WHEN = re.compile(
    r"周|星期|礼拜|上午|下午|早上|中午|晚上|今天|明天|后天|随时|都行|都可以|尽快|越早越好|越快越好|下个?月|月底|这几天|你们定|您定"
)
YES = re.compile(r"(?:可以|行|好|好的|可以的|行的|没问题|那就这样|好啊|ok)[了吧啊呀]*", re.I)
COMING = re.compile(r"(?:我?(?:会|能|一定|准时|肯定)*(?:来|到)的?|好|好的|收到|知道了|没问题|1)[了哦啊]*")
MOVE = re.compile(r"(?:我?想?要?)(?:改|换)个?(?:时间|一天|日子)|改约|改期|2")
OFF = re.compile(r"取消|不来了?|来不了了?|取消预约|3")
WENT = re.compile(r"(?:我?已经|我|都)?(?:去过|去|来过|看过)了?|2")
NOT_GOING = re.compile(r"(?:先|暂时)?不(?:去|来|看|约)了?|3")


def match(ctx: Context, msg: Incoming) -> tuple[str, bool] | None:
    """(the wish, is it to move) of a short statement that begins with it."""
    if msg.what is not What.TEXT or not msg.addressed or len(msg.text) > LONGEST:
        return None
    text = POLITE.sub("", said(msg))
    found = WISH.fullmatch(text)
    if found is None or not (found["book"] or found["move"]) or ASKS.search(text):
        return None
    if found["move"] and not found["book"] and bookings.current(ctx, ctx.person_id) is None:
        return None
    return text, bool(found["move"])


def act(ctx: Context, msg: Incoming, found: tuple[str, bool]) -> Handled:
    text, move = found
    known = bookings.current(ctx, ctx.person_id)
    if known is not None and known.state == "confirmed" and not move:
        return mine(ctx, msg, text)
    return wish(ctx, msg, text)


def wish(ctx: Context, msg: Incoming, text: str, open_day: bool | None = None) -> Handled:
    """Keep it, tell staff, and ask which day suits when none was named."""
    booking = bookings.ask(ctx, ctx.person_id, text)
    open_day = not _names_day(ctx, text) if open_day is None else open_day
    if open_day:
        _ask_day(ctx, booking)
    elif _waiting(ctx, bookings.DAY):
        questions.close(ctx.work, ctx.person_id, None)
    words = ctx.words("booking/asked", open_day=open_day, stands=_at(ctx, booking), place=booking.place)
    happened = Happened("booking_asked", {"booking": booking.id}, ctx.person_id)
    return Handled("booking", (privately(msg, words, by="booking"), *told(ctx, booking, "asked")), (happened,))


def told(ctx: Context, booking: Booking, what: str) -> list[Outgoing]:
    """One line to staff."""
    text = ctx.words("booking/told", what=what, **bookings.row_of(ctx, booking))
    return tell_staff(ctx, text, "booking", about=booking.person_id)


def _names_day(ctx: Context, text: str) -> bool:
    today = local(ctx.now, ctx.person.zone).date()
    return bool(WHEN.search(text)) or dates.named_day(text, today) is not None


def _ask_day(ctx: Context, booking: Booking) -> None:
    expires = ctx.now + bookings.ANSWER_WITHIN
    questions.ask(ctx.work, ctx.person_id, None, bookings.DAY, {"booking": booking.id}, expires)


def _at(ctx: Context, booking: Booking) -> str:
    return spoken(booking.at, ctx.now, ctx.person.zone) if booking.at else ""


def _waiting(ctx: Context, kind: str) -> Booking | None:
    """The appointment that our open question is about."""
    waits = ctx.question(None)
    if waits is None or waits[0] != kind:
        return None
    found = rows.booking(ctx.work, waits[1]["booking"])
    return found if found is not None and found.person_id == ctx.person_id else None


def day_match(ctx: Context, msg: Incoming) -> str | None:
    """Which day suits, or a yes to the day that staff proposed."""
    text = said(msg)
    if not msg.private or msg.what is not What.TEXT or len(text) > LONGEST:
        return None
    booking = _waiting(ctx, bookings.DAY)
    if booking is None or ASKS.search(POLITE.sub("", text)):
        return None
    proposed = booking.state in ("declined", "confirmed")
    return text if _names_day(ctx, text) or (proposed and YES.fullmatch(text)) else None


def day(ctx: Context, msg: Incoming, text: str) -> Handled:
    """Added to what was wished before, so that staff read both."""
    booking = _waiting(ctx, bookings.DAY)
    questions.close(ctx.work, ctx.person_id, None)
    if booking is None or text in booking.wanted:
        return wish(ctx, msg, text)
    if booking.state in ("declined", "confirmed"):
        bookings.settle(ctx, booking, "asked")
    return wish(ctx, msg, f"{booking.wanted}；{text}"[-2 * LONGEST :])


def mine(ctx: Context, msg: Incoming, matched: str) -> Handled:
    booking = bookings.current(ctx, ctx.person_id)
    values = bookings.row_of(ctx, booking) | {"at": _at(ctx, booking)} if booking else {"state": ""}
    return Handled("booking", (privately(msg, ctx.words("booking/mine", row=values), by="booking"),))


def cancel(ctx: Context, msg: Incoming, matched: object) -> Handled:
    booking = bookings.current(ctx, ctx.person_id)
    if booking is None:
        return mine(ctx, msg, "")
    if _waiting(ctx, bookings.RING) or _waiting(ctx, bookings.DAY):
        questions.close(ctx.work, ctx.person_id, None)
    before = _at(ctx, booking)
    bookings.settle(ctx, booking, "cancelled")
    happened = Happened("booking_cancelled", {"booking": booking.id}, ctx.person_id)
    words = ctx.words("booking/cancelled", at=before)
    return Handled("booking", (privately(msg, words, by="booking"), *told(ctx, booking, "cancelled")), (happened,))


def ring_match(ctx: Context, msg: Incoming) -> str | None:
    """来, 改时间, 取消 after a reminder."""
    if not msg.private or msg.what is not What.TEXT or _waiting(ctx, bookings.RING) is None:
        return None
    forms = (("coming", COMING), ("move", MOVE), ("off", OFF))
    return next((what for what, form in forms if form.fullmatch(said(msg))), None)


def ring(ctx: Context, msg: Incoming, what: str) -> Handled:
    booking = _waiting(ctx, bookings.RING)
    questions.close(ctx.work, ctx.person_id, None)
    if booking is None or what == "off":
        return cancel(ctx, msg, what)
    if what == "move":
        return wish(ctx, msg, booking.wanted, open_day=True)
    happened = Happened("booking_coming", {"booking": booking.id}, ctx.person_id)
    text = ctx.words("booking/answered", what="coming", at=_at(ctx, booking))
    return Handled("booking", (privately(msg, text, by="booking"),), (happened,))


def follow_match(ctx: Context, msg: Incoming) -> str | None:
    """What became of an appointment that we did not see them at: 1 another time, 2 they have been, 3 not any more."""
    if not msg.private or msg.what is not What.TEXT or _waiting(ctx, bookings.FOLLOW) is None:
        return None
    chosen, text = number(said(msg)), said(msg)
    if chosen is not None:
        return {1: "move", 2: "went", 3: "no"}.get(chosen)
    forms = (("no", NOT_GOING), ("went", WENT), ("move", MOVE))
    return next((what for what, form in forms if form.fullmatch(text)), None)


def follow(ctx: Context, msg: Incoming, what: str) -> Handled:
    booking = _waiting(ctx, bookings.FOLLOW)
    questions.close(ctx.work, ctx.person_id, None)
    if booking is None:
        return mine(ctx, msg, what)
    bookings.settle(ctx, booking, "arrived" if what == "went" else "no_show")
    if what == "move":
        return wish(ctx, msg, booking.wanted, open_day=True)
    text = ctx.words("booking/answered", what=what, at="")
    happened = Happened("booking_answered", {"booking": stored(booking.id), "answer": what}, ctx.person_id)
    return Handled("booking", (privately(msg, text, by="booking"), *told(ctx, booking, what)), (happened,))


MINE = Handler("booking", keyword("我的预约", "查看预约", "看预约", "预约查询"), mine, own=True)
CANCEL = Handler("booking", keyword("取消预约", "我要取消预约", "我想取消预约", "预约取消"), cancel, own=True)
RUNG = Handler("booking", ring_match, ring, own=True)
FOLLOWED = Handler("booking", follow_match, follow, own=True)
WHICH_DAY = Handler("booking", day_match, day, needs_consent=True)
WISHED = Handler("booking", match, act, needs_consent=True)

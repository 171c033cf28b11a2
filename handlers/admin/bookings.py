"""#预约 #到诊 #未到."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace

from handlers.admin.grammar import CARERS, Command, answer, numbered, person_meant, said, which
from handlers.contract import Context, Handled, Happened, Incoming, Kind, OnDoubt, Outgoing, stored, to_person
from handlers.services.care import bookings, dates, reach, sheet
from handlers.services.care.days import local, spoken
from handlers.services.care.when.chinese_time import scan
from handlers.services.care.when.clock import clocks, walls
from storage.queries import bookings as rows
from storage.queries import people, questions
from storage.tables.people import Person
from storage.tables.visits import Booking

USAGE = "#预约 3 3月11日 14:30 眼科二诊室"
NO = re.compile(r"没号|没有号|无号|约满|满了|不行|排不|可以吗|行吗|好吗|[?？]")
EDGES = " ,，、。:：;；"
LOOK_BACK = dt.timedelta(days=1)
LONGEST = 40


def book(ctx: Context, msg: Incoming, rest: str) -> Handled:
    """The list; or a number and a time, or words that decline; or a person, a time and what it is."""
    if not rest.strip():
        found = rows.waiting(ctx.work, ctx.now - LOOK_BACK)
        return said(ctx, msg, "booking/list", rows=[bookings.row_of(ctx, one) for one in found], usage=USAGE)
    named = numbered(rest)
    if named is not None:
        booking = rows.booking(ctx.work, named.number)
        person = people.person(ctx.work, booking.person_id) if booking else None
        if booking is None or person is None:
            return said(ctx, msg, "booking/how", why="number", number=named.written, usage=USAGE)
        return _decide(ctx, msg, booking, person, named.rest)
    candidates, after = person_meant(ctx, msg, rest)
    if len(candidates) != 1:
        return which(ctx, msg, candidates, "#预约 张姐 3月11日 14:30 复查")
    person = candidates[0]
    when = _when(ctx, after)
    if isinstance(when, str):
        return said(ctx, msg, "booking/how", why=when, number="", usage="#预约 张姐 3月11日 14:30 复查")
    booking = bookings.ask(ctx, stored(person.id), when[1])
    return _confirm(ctx, msg, booking, person, *when)


def _decide(ctx: Context, msg: Incoming, booking: Booking, person: Person, after: str) -> Handled:
    if booking.state not in ("asked", "confirmed", "declined"):
        return said(ctx, msg, "booking/how", why="over", number=str(booking.id), usage=USAGE)
    when = _when(ctx, after)
    if NO.search(after) or (when == "day" and after.strip()):
        return _decline(ctx, msg, booking, person, after)
    if isinstance(when, str):
        return said(ctx, msg, "booking/how", why=when, number=str(booking.id), usage=USAGE)
    return _confirm(ctx, msg, booking, person, *when)


def _when(ctx: Context, text: str) -> tuple[dt.datetime, str] | str:
    """(the moment, what else is written), or what is wrong: "day", "clock", "half" (morning or afternoon?), "past"."""
    zone = ctx.settings.community.zone
    found = dates.named_day(text, local(ctx.now, zone).date())
    if found is None:
        return "day"
    spoken_clocks = clocks(list(scan(text)))
    if len(spoken_clocks) != 1:
        return "clock"
    clock = spoken_clocks[0]
    wall = walls([replace(clock, exact=clock.exact or ":" in text[clock.start : clock.end])], "")
    if not isinstance(wall, list):
        return "half"
    moment = dt.datetime.combine(found.day, wall[0].time(), local(ctx.now, zone).tzinfo).astimezone(dt.UTC)
    if moment <= ctx.now:
        return "past"
    place = text
    for start, end in sorted(((found.start, found.end), (clock.start, clock.end)), reverse=True):
        place = f"{place[:start]} {place[end:]}"
    return moment, " ".join(place.split()).strip(EDGES)[:LONGEST]


def _confirm(ctx: Context, msg: Incoming, booking: Booking, person: Person, moment: dt.datetime, place: str) -> Handled:
    """The time is said back to both; reminders follow it."""
    moved = booking.at is not None and booking.at != moment
    booking.at, booking.place = moment, place or booking.place
    bookings.settle(ctx, booking, "confirmed", ctx.person_id)
    at = spoken(moment, ctx.now, person.zone)
    handled = said(ctx, msg, "booking/done", what="confirmed", number=booking.id, name=person.name, at=at, place=place)
    text = ctx.words("booking/confirmed", at=at, place=booking.place, moved=moved, honest=reach.honest(ctx, person))
    event = Happened("booking_confirmed", {"booking": booking.id, "by": ctx.person_id}, person.id)
    return Handled(handled.by, (*handled.replies, _to(booking, text)), (event,))


def _decline(ctx: Context, msg: Incoming, booking: Booking, person: Person, words: str) -> Handled:
    """Not then: in the words of staff. A time that stood before stands on."""
    stands = booking.at is not None and booking.at > ctx.now
    bookings.settle(ctx, booking, "confirmed" if stands else "declined", ctx.person_id)
    at = spoken(booking.at, ctx.now, person.zone) if booking.at and stands else ""
    expires = ctx.now + bookings.ANSWER_WITHIN
    questions.ask(ctx.work, booking.person_id, None, bookings.DAY, {"booking": booking.id}, expires)
    handled = said(ctx, msg, "booking/done", what="declined", number=booking.id, name=person.name, at=at, place="")
    text = ctx.words("booking/declined", words=words, at=at)
    event = Happened("booking_declined", {"booking": booking.id, "by": ctx.person_id}, person.id)
    return Handled(handled.by, (*handled.replies, _to(booking, text)), (event,))


def _to(booking: Booking, text: str) -> Outgoing:
    """They asked for it, so that it comes at any hour."""
    return to_person(booking.person_id, text, kind=Kind.REPLY, by="booking", on_doubt=OnDoubt.ASK_STAFF)


def arrived(ctx: Context, msg: Incoming, rest: str) -> Handled:
    return _mark(ctx, msg, rest, "arrived", "#到诊 3")


def missed(ctx: Context, msg: Incoming, rest: str) -> Handled:
    return _mark(ctx, msg, rest, "no_show", "#未到 3")


def _mark(ctx: Context, msg: Incoming, rest: str, state: str, usage: str) -> Handled:
    """By number; only an appointment that had a time, and 未到 only when that time has passed."""
    named = numbered(rest)
    booking = rows.booking(ctx.work, named.number) if named else None
    person = people.person(ctx.work, booking.person_id) if booking else None
    if booking is None or person is None:
        return said(ctx, msg, "booking/how", why="number", number=rest.strip()[:20], usage=usage)
    if booking.at is None or booking.state == "cancelled":
        return said(ctx, msg, "booking/how", why="over", number=str(booking.id), usage=usage)
    if state == "no_show" and booking.at > ctx.now:
        return said(ctx, msg, "booking/how", why="early", number=str(booking.id), usage=usage)
    bookings.settle(ctx, booking, state, ctx.person_id)
    at = spoken(booking.at, ctx.now, person.zone)
    handled = said(ctx, msg, "booking/done", what=state, number=booking.id, name=person.name, at=at, place="")
    return Handled(handled.by, handled.replies, (Happened(f"booking_{state}", {"booking": booking.id}, person.id),))


def page(ctx: Context, msg: Incoming, rest: str) -> Handled:
    """复诊一页纸 of somebody who lets us see it, for the asker alone."""
    candidates, _ = person_meant(ctx, msg, rest)
    if len(candidates) != 1:
        return which(ctx, msg, candidates, "#一页纸 张姐")
    person = candidates[0]
    kept = rows.sheet(ctx.work, stored(person.id))
    picture = sheet.page(ctx, person, kept) if kept is not None and sheet.shared(ctx, kept) else None
    text = ctx.words("sheet/staff", picture=picture is not None, name=person.name)
    told = answer(ctx, msg, text, private=True, picture=picture, about=person.id)
    return Handled("admin", (told,), (Happened("sheet_seen", {"by": ctx.person_id}, person.id),) if picture else ())


COMMANDS = (
    Command("预约", CARERS, USAGE, "看谁在等；写时间就是约好，写别的话就是约不上；#预约 张姐 … 替她约", book),
    Command("到诊", CARERS, "#到诊 3", "人来了", arrived),
    Command("未到", CARERS, "#未到 3", "人没来，第二天上午轻轻问一句", missed),
    Command("一页纸", CARERS, "#一页纸 张姐", "本人同意了的复诊一页纸，只私信您", page),
)

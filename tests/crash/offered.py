"""What the platform offers to the process that is killed: 500 messages, and reminders that fall due meanwhile."""

from __future__ import annotations

import datetime as dt

from bot.channels.base import Contact, EventKind, RawEvent

MESSAGES = 500
PEOPLE = 50
REMINDERS = 40
START = dt.datetime(2026, 3, 2, 1, 0, tzinfo=dt.UTC)
SECOND = dt.timedelta(seconds=1)
KEY = b"a key for the crash tests only!!"
ROOM = "room-crash"

KINDS = ("ask_faq", "check_in", "help", "in_room")
WORDS = {
    "ask_faq": "血糖高能吃西瓜吗",
    "check_in": "打卡 血压 {}/80",
    "help": "帮助",
    "in_room": "@杏林 血糖高能吃西瓜吗",
}


def moment(number: int) -> dt.datetime:
    """When message `number` is written: one a second."""
    return START + number * SECOND


def kind(number: int) -> str:
    return KINDS[number % len(KINDS)]


def handler(number: int) -> str:
    """Who must answer it."""
    return {"in_room": "ask_faq"}.get(kind(number), kind(number))


def author(number: int) -> Contact:
    return Contact(f"person-{number % PEOPLE}", f"病友{number % PEOPLE}")


def event(number: int) -> RawEvent:
    """Message `number`, the same however often it is offered."""
    in_room = kind(number) == "in_room"
    return RawEvent(
        channel="memory",
        message_id=f"m{number}",
        at=moment(number),
        kind=EventKind.TEXT,
        sender=author(number),
        room=ROOM if in_room else None,
        room_topic="糖尿病新手群" if in_room else "",
        text=WORDS[kind(number)].format(100 + number % 40),
        mentions_bot=in_room,
    )


def rings() -> list[dt.datetime]:
    """When the planted reminders are due: all while messages arrive."""
    return [START + (number + 1) * 12 * SECOND for number in range(REMINDERS)]

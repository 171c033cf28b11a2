"""The demo community: who one can be, where they meet, and what they say first. The assistant's answers are its own."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from bot.channels.web import WebChannel
from storage.queries import web
from storage.tables.web import WebPerson, WebRoom
from storage.work import Database, Work


@dataclass(frozen=True, slots=True)
class Resident:
    """Somebody of the demo community. `id` is stable, roles are granted to it. Without `room`: staff, in all rooms."""

    id: str
    name: str
    role: str
    tint: str
    room: str | None = None


STAFF_ROOM = "room-staff"
INVITER = "demo-xiaolin"

ROOMS = (
    ("room-diabetes", "糖尿病新手群"),
    ("room-knee", "膝关节置换康复群"),
    ("room-myopia", "近视防控家长群"),
    ("room-dryeye", "干眼互助群"),
    ("room-breast", "乳腺癌康复群"),
    (STAFF_ROOM, "工作人员群"),
)

RESIDENTS = (
    Resident("demo-zhangjie", "张姐", "患者·糖尿病", "1", "room-diabetes"),
    Resident("demo-lige", "李哥", "患者·膝关节置换", "2", "room-knee"),
    Resident("demo-wangmama", "王妈妈", "家长·近视防控", "3", "room-myopia"),
    Resident("demo-zhaoayi", "赵阿姨", "患者·干眼", "4", "room-dryeye"),
    Resident("demo-sunjie", "孙姐", "患者·乳腺癌康复", "5", "room-breast"),
    Resident("demo-xiaolin", "小林", "社群管理员", "6"),
    Resident("demo-chenyisheng", "陈医生", "临床医生", "7"),
    Resident("demo-wangzhuren", "王主任", "审核专家", "8"),
    Resident("demo-zhoujie", "周姐", "健康顾问", "9"),
)

FIRST_WORDS = (
    ("demo-zhangjie", "room-diabetes", "@杏林 血糖高能吃西瓜吗"),
    ("demo-lige", "room-knee", "@杏林 换完膝盖多久能下地"),
    ("demo-wangmama", "room-myopia", "@杏林 孩子每天户外活动多长时间合适"),
    ("demo-zhaoayi", "room-dryeye", "@杏林 干眼热敷要敷多久"),
    ("demo-sunjie", "room-breast", "@杏林 化疗后掉头发还会长出来吗"),
)


async def begin(database: Database, channel: WebChannel) -> bool:
    """At the first start, after the channel was started: settle everybody and let the patients come in and ask.

    Coming in is a real JOIN event and asking a real message, so what the assistant says to them is its own doing.
    Returns False, and does nothing, when there was a community before.
    """
    if not await asyncio.to_thread(_settle, database):
        return False
    for one in RESIDENTS:
        if one.room:
            await channel.join(one.id, one.room, INVITER)
    for person, room, words in FIRST_WORDS:
        await channel.post(person, f"room:{room}", words)
    return True


def _settle(database: Database) -> bool:
    with database.transaction() as work:
        if web.people(work):
            return False
        for position, (id_, topic) in enumerate(ROOMS):
            work.session.add(WebRoom(id=id_, topic=topic, position=position))
        for one in RESIDENTS:
            work.session.add(WebPerson(id=one.id, name=one.name, role=one.role, avatar=one.tint))
        work.session.flush()
        _seat_staff(work)
    return True


def _seat_staff(work: Work) -> None:
    for one in RESIDENTS:
        for room, _ in ROOMS if one.room is None else ():
            web.add_member(work, room, one.id)

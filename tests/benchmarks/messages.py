"""What 200 people write to the bot on an ordinary day."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator
from dataclasses import dataclass

from bot.channels.base import Contact, EventKind, RawEvent
from handlers.index import Index

PEOPLE = 200
ROOMS = 8
CHANNEL = "memory"
SHARES = {"faq exact": 3, "faq paraphrase": 3, "check-in": 5, "help": 2, "points": 2, "chatter": 5}
CHATTER = (
    "大家早上好呀",
    "今天天气真不错",
    "昨晚睡得挺香",
    "刚遛弯回来，公园里人真多",
    "给大家看看我家的猫",
    "哈哈哈说得对",
)


@dataclass(frozen=True, slots=True)
class Said:
    """One message before it is sent. `kind` is a key of `SHARES`; only chatter gets no reply."""

    kind: str
    text: str
    in_room: bool = False
    to_bot: bool = False

    @property
    def answered(self) -> bool:
        return self.kind != "chatter"


def person(number: int) -> Contact:
    return Contact(f"person-{number % PEOPLE}", f"病友{number % PEOPLE}")


def room(number: int) -> str:
    return f"room-{number % ROOMS}"


def raw(said: Said, number: int, now: dt.datetime) -> RawEvent:
    """The event as a platform would tell it; people take turns."""
    return RawEvent(
        channel=CHANNEL,
        message_id=f"m{number}",
        at=now,
        kind=EventKind.TEXT,
        sender=person(number),
        room=room(number) if said.in_room else None,
        room_topic=f"病友{room(number)}" if said.in_room else "",
        text=f"@杏林 {said.text}" if said.to_bot else said.text,
        mentions_bot=said.to_bot,
    )


def mix(index: Index, count: int, seed: int = 1) -> list[Said]:
    """`count` messages; the same seed gives the same ones."""
    chance = random.Random(seed)
    kinds = chance.choices(list(SHARES), list(SHARES.values()), k=count)
    exact, paraphrases = list(_calm(index, "exact")), list(_calm(index, "paraphrase"))
    return [_said(kind, chance, exact, paraphrases) for kind in kinds]


def _calm(index: Index, which: str) -> Iterator[str]:
    """Questions of the FAQs that raise no red flag. Some still go to a person: that is a message like any other."""
    for faq in index.library.faqs.values():
        for text in (faq.question,) if which == "exact" else faq.examples.hit:
            if not index.flags.seen(text):
                yield text


def _said(kind: str, chance: random.Random, exact: list[str], paraphrases: list[str]) -> Said:
    if kind in ("faq exact", "faq paraphrase"):
        in_room = chance.random() < 0.5
        return Said(kind, chance.choice(exact if kind == "faq exact" else paraphrases), in_room, to_bot=in_room)
    if kind == "check-in":
        return Said(kind, _reading(chance), in_room=chance.random() < 0.3)
    if kind == "chatter":
        return Said(kind, chance.choice(CHATTER), in_room=True)
    return Said(kind, "帮助" if kind == "help" else "我的积分")


def _reading(chance: random.Random) -> str:
    """A check-in without anything to worry about."""
    return chance.choice(
        (
            f"打卡 血压 {chance.randint(110, 135)}/{chance.randint(70, 85)}",
            f"早上空腹血糖{chance.uniform(5.0, 6.8):.1f}",
            f"今天走了{chance.randint(3, 12)}000步",
            "户外1小时",
        )
    )

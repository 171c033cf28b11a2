"""The form of staff commands: `#动词 对象 参数`."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from handlers.contract import Context, Handled, Incoming, Kind, Outgoing, stored, to_person, to_room
from handlers.services.care.chinese_number import to_number
from storage.queries import audit, people
from storage.tables.people import Person
from storage.tables.staff import Audit

WRITTEN = re.compile(r"^\s*[#＃/／]\s*(\S+?)(?=[\s0-9@＠]|$)\s*(.*)$", re.S)

NUMBERED = re.compile(
    r"\s*+(?:第|编号|no\.?|№)?\s*+(?P<number>[-－−]?\d+(?!\.?\d)|[零〇一二两三四五六七八九十百千]+(?=[\s,，、:：]|号|$))"
    r"\s*号?(?:问题|案例|警报|承诺)?\s*[,，、:：]?\s*(?P<rest>.*)",
    re.S | re.I,
)
DIGITS = 9
"""No number of ours is longer."""


@dataclass(frozen=True, slots=True)
class Numbered:
    """What a command is about by number, 0 when nothing can have it; the number as it was written, and what follows."""

    number: int
    written: str
    rest: str


def numbered(rest: str) -> Numbered | None:
    """`12 内容`, `12号，内容`, `十二 内容`; None when there is no number at the front."""
    found = NUMBERED.fullmatch(rest)
    if found is None:
        return None
    written = found["number"]
    value = to_number(written)
    known = value is not None and len(written) <= DIGITS
    return Numbered(int(value) if known and value is not None else 0, written[: 2 * DIGITS], found["rest"].strip())


@dataclass(frozen=True, slots=True)
class Command:
    """One staff command. `run` gets what stands after the verb."""

    name: str
    roles: frozenset[str]
    usage: str
    help: str
    run: Callable[[Context, Incoming, str], Handled]
    also: tuple[str, ...] = ()


EVERYBODY = frozenset({"owner", "manager", "clinician", "expert", "adviser", "supervisor"})
MANAGERS = frozenset({"owner", "manager"})
CARERS = frozenset({"owner", "manager", "clinician", "expert", "adviser"})


def parse(text: str, known: frozenset[str] = frozenset()) -> tuple[str, str] | None:
    """(verb, rest) of a command as written; `#回复12 好的`, `＃回复 12 好的` and `#统计本周` are understood."""
    found = WRITTEN.match(text)
    if found is None:
        return None
    verb, rest = found[1], found[2].strip()
    if verb not in known and (within := [name for name in known if verb.startswith(name)]):
        name = max(within, key=len)
        verb, rest = name, f"{verb.removeprefix(name)} {rest}".strip()
    return verb, rest


def nearest(verb: str, names: list[str]) -> str | None:
    """The name that was probably meant."""
    found = process.extractOne(verb, names, scorer=fuzz.ratio, score_cutoff=40)
    return found[0] if found else None


def answer(ctx: Context, msg: Incoming, text: str, private: bool = False, **more: object) -> Outgoing:
    """A reply to staff: in the staff room or in private; never in a patients' room."""
    in_staff_room = ctx.room is not None and ctx.room.is_staff
    if msg.room_id is not None and in_staff_room and not private:
        return to_room(msg.room_id, text, mentions=(ctx.person_id,), kind=Kind.REPLY, by="admin", **more)
    return to_person(ctx.person_id, text, kind=Kind.REPLY, by="admin", **more)


def audited(
    ctx: Context, msg: Incoming, command: str, arguments: str, result: str = "done", about: int | None = None
) -> None:
    """Who of staff did what, when, where; `about`: whose data was looked at."""
    row = Audit(
        at=ctx.now,
        person_id=ctx.person_id,
        room_id=msg.room_id,
        command=command,
        arguments=arguments,
        result=result,
        about=about,
    )
    audit.add(ctx.work, row)


def said(ctx: Context, msg: Incoming, words: str, /, private: bool = False, **values: object) -> Handled:
    """A handled command that only answers."""
    return Handled("admin", (answer(ctx, msg, ctx.words(words, **values), private),))


def person_meant(ctx: Context, msg: Incoming, rest: str) -> tuple[list[Person], str]:
    """(candidates, what follows the name): by @mention, by #id, or by shown name."""
    if msg.mentions:
        found = people.people(ctx.work, msg.mentions)
        return list(found.values()), re.sub(r"[@＠]\S+\s*", "", rest, count=len(found)).strip()
    name, _, after = rest.lstrip("@＠").partition(" ")
    if name.isdecimal() and len(name) <= DIGITS:
        person = people.person(ctx.work, int(name))
        return ([person] if person else []), after.strip()
    return (people.named(ctx.work, name) if name else []), after.strip()


def which(ctx: Context, msg: Incoming, candidates: list[Person], usage: str) -> Handled:
    """Nobody, or several, are called so: say how to name one."""
    rows = [
        (stored(one.id), one.name, [room.topic for room in people.rooms_of(ctx.work, stored(one.id))])
        for one in candidates
    ]
    return said(ctx, msg, "admin/which", rows=rows, usage=usage)

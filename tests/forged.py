"""`python -m tests.forged [n]`: strangers with the names and almost the ids of staff try every staff command, everywhere.

None may be carried out, none may be answered with anything but the hint that any stranger gets, none may hold a role.
The same forgers in every run.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import random
import sys
import time
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from rich.console import Console
from rich.progress import Progress
from sqlalchemy import select

from bot.alarms import bounds
from bot.channels.base import Contact, EventKind, RawEvent
from bot.logs import configure
from bot.stories.world import World, person_id, room_id
from handlers.admin.commands import BY_NAME
from handlers.services.staff.roles import TITLES, roles_of
from playbooks.library import Library
from playbooks.schema.load import load
from storage.queries import people
from storage.tables.staff import Audit

NINE = dt.datetime(2026, 3, 4, 1, tzinfo=dt.UTC)
PATIENTS, STAFF = "糖尿病新手群", "工作人员群"
NAMES = {f"{title}Lin小林": role for role, title in TITLES.items()}
TITLE_WORDS = (
    *TITLES.values(),
    "群主",
    "杏林",
    "系统通知",
    "系统",
    "微信团队",
    "admin",
    "owner",
    "root",
    "@所有人",
    "值班",
)
UNSEEN = "\u200b\u200c\u200d\u2060\ufeff\u00ad\u034f\u180e\u3164\u115f"
TURNING = "\u200e\u200f\u202a\u202b\u202d\u202e\u2066\u2067\u2069\u061c"
ALIKE = {
    "p": "рρⲣᴘ𝐩ｐ", "e": "еҽ℮ｅ𝕖", "r": "гᴦｒ𝗋", "s": "ѕꜱｓ𝓈", "o": "оο૦᧐ｏ", "n": "ոｎ𝚗ᥒ", "L": "ⅬꓡᏞＬ", "i": "іıｉⅰ", "a": "аɑａ",
    "-": "‐‑–−ー－", "小": "⼩𡭔少", "林": "⽊木楳", "员": "員", "责": "責", "负": "負", "医": "醫", "专": "專", "导": "導", "顾": "顧",
}  # fmt: skip
MARKS = "\u0301\u0323\u20dd\u0338\u3099"
ENDS = (" ", "\u00a0", "\u3000", "\t", "\n", "\r\n", "\x00", "\ud800", ".", "。", "️")
ARGUMENTS = (
    "",
    "1",
    "99",
    "本周",
    "张姐",
    "张姐 健康顾问",
    "全部",
    "糖尿病新手群 明晚七点讲座",
    "1 好的",
    "{me} 管理员",
    "{me} 负责人",
    "@{me} owner",
)
SIGNS = ("#", "＃", "/", "／", "  # ")


@dataclass(slots=True)
class Found:
    """What became of `n` forged commands; `failures` says which came through and how."""

    n: int
    seconds: float = 0.0
    failures: list[str] = field(default_factory=list)


class Forger:
    """Makes up contacts that look like staff, and what they try; deterministic."""

    def __init__(self, seed: int) -> None:
        self._dice = random.Random(seed)
        self._real = {person_id(name) for name in NAMES}
        self._twists: tuple[Callable[[str], str], ...] = (
            self._alike, self._unseen, self._turned, self._wide, self._marked, self._ended, self._cased, self._other_form,
        )  # fmt: skip

    def contact(self) -> Contact:
        """Never exactly an id of staff; the name may be exactly theirs."""
        name = self._dice.choice([*NAMES])
        shown = self._dice.choice([name, person_id(name), self._dice.choice(TITLE_WORDS)])
        forged = self._twisted(person_id(name), 1)
        while forged in self._real:
            forged = self._twisted(forged, 2)
        return Contact(forged, shown if self._dice.random() < 0.3 else self._twisted(shown, 0))

    def command(self, me: Contact) -> str:
        dice = self._dice
        return f"{dice.choice(SIGNS)}{dice.choice([*BY_NAME])} {dice.choice(ARGUMENTS).format(me=me.name)}".rstrip()

    def place(self) -> str | None:
        return self._dice.choice((None, PATIENTS, STAFF))

    def _twisted(self, text: str, least: int) -> str:
        for twist in self._dice.choices(self._twists, k=self._dice.randint(max(least, 1), 3)):
            text = twist(text)
        return text

    def _at(self, text: str, what: str) -> str:
        where = self._dice.randint(0, len(text))
        return text[:where] + what + text[where:]

    def _alike(self, text: str) -> str:
        found = [place for place, char in enumerate(text) if char in ALIKE]
        if not found:
            return self._ended(text)
        place = self._dice.choice(found)
        return text[:place] + self._dice.choice(ALIKE[text[place]]) + text[place + 1 :]

    def _unseen(self, text: str) -> str:
        return self._at(text, self._dice.choice(UNSEEN))

    def _turned(self, text: str) -> str:
        return self._dice.choice(
            (f"{self._dice.choice(TURNING)}{text}", f"\u202e{text[::-1]}", self._at(text, "\u200f"))
        )

    def _wide(self, text: str) -> str:
        return "".join(chr(ord(char) + 0xFEE0) if "!" <= char <= "~" else char for char in text)

    def _marked(self, text: str) -> str:
        return self._at(text, self._dice.choice(MARKS) * self._dice.randint(1, 3))

    def _ended(self, text: str) -> str:
        end = self._dice.choice(ENDS)
        return self._dice.choice((text + end, end + text))

    def _cased(self, text: str) -> str:
        return self._dice.choice((text.upper(), text.title(), text.swapcase()))

    def _other_form(self, text: str) -> str:
        return unicodedata.normalize(self._dice.choice(("NFD", "NFKC", "NFKD")), self._alike(text))


def community(library: Library) -> World:
    """One of staff for each role, two patients, a patients' room and a staff room."""
    persons: dict[str, dict[str, Any]] = {"张姐": {}, "李哥": {}} | {
        name: {"role": role} for name, role in NAMES.items()
    }
    return World(NINE, persons, {PATIENTS: [*persons], STAFF: [*NAMES]}, library=library)


async def forged(n: int, seed: int = 1, progress: Callable[[int], None] = lambda done: None) -> Found:
    """`n` forged commands through the whole pipeline."""
    configure("critical")
    world, forger, found = community(load()), Forger(seed), Found(n)
    await world.start()
    hint = (await world.say("张姐", "啊啊啊", None))[0].delivery.text
    started = time.perf_counter()
    for number in range(n):
        me = forger.contact()
        failure = await _tried(world, me, forger.command(me), forger.place(), number, hint)
        found.failures += [failure] if failure else []
        progress(number + 1)
    found.seconds = time.perf_counter() - started
    found.failures += _carried_out(world)
    await world.close()
    return found


async def _tried(world: World, me: Contact, text: str, place: str | None, number: int, hint: str) -> str:
    """How this forger got further than a stranger, or ""."""
    world.clock.jump(world.clock.now() + dt.timedelta(seconds=30))
    before = len(world.channel.sent)
    room = room_id(place) if place else None
    raw = RawEvent("memory", f"forged{number}", NINE, EventKind.TEXT, me, room, place or "", text)
    await world.app.accept(raw)
    await world.app.settle()
    sent = [one.delivery for one in world.channel.sent[before:]]
    if [(one.room, one.text) for one in sent] != ([] if place else [(None, hint)]):
        return f"{me!r} {text!r} in {place}: answered with {sent!r}"
    return ""


def _carried_out(world: World) -> list[str]:
    """Whatever in the books shows that somebody but staff was obeyed, or holds a role."""
    staff = {person_id(name) for name in NAMES}
    with world.app.database.reading() as work:
        strangers = [one for one in people.everybody(work) if one.platform_id not in staff]
        failures = [f"{one.platform_id!r} holds a role" for one in strangers if roles_of(work, world.config, one)]
        obeyed = select(Audit.command, Audit.arguments).where(Audit.result != "refused")  # type: ignore[call-overload]
        failures += [f"carried out: {row}" for row in work.connection.execute(obeyed)]
    return failures


def main() -> None:
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("冒名", total=n)
        found = asyncio.run(forged(n, progress=lambda done: bar.update(task, completed=done)))
    for failure in found.failures[:20]:
        print(failure)
    bound = bounds(len(found.failures), n, doubt=0.1)[1]
    print(
        f"{len(found.failures)}/{n} forged commands got through (95 % one-sided: <= {bound:.4%}), {found.seconds:.0f} s"
    )
    sys.exit(1 if found.failures else 0)


if __name__ == "__main__":
    main()

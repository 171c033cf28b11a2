"""`python -m tests.fuzz [messages]`: many odd messages through the whole pipeline, in memory; none may fail.

Patients and staff write shipped questions whole, disturbed and spliced, commands with odd arguments, readings, and
noise; people join, send pictures, and time passes. The same messages in every run.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import random
import sys
import time
from collections import Counter
from typing import Any

from rich.console import Console
from rich.progress import Progress
from rich.table import Table
from sqlalchemy import func, select

from bot.calibrating import bank
from bot.logs import configure
from bot.perturb import disturbed
from bot.stories.world import World
from handlers.admin.commands import COMMANDS
from playbooks.library import Library
from playbooks.schema.load import load
from storage.queries.inbox import TABLE as INBOX

NINE = dt.datetime(2026, 3, 4, 1, tzinfo=dt.UTC)
ROOM, STAFF = "糖尿病新手群", "工作人员群"
PATIENTS = [f"病友{number}" for number in range(40)]
ROLES = {
    "小林": "manager",
    "陈医生": "clinician",
    "王主任": "expert",
    "周姐": "adviser",
    "老周": "owner",
    "赵督导": "supervisor",
}
NOISE = (
    "\u200b",
    "\ud800",
    "\x00",
    "😀" * 30,
    "，，，",
    "？？？",
    "%s{}",
    "{{ x }}",
    "a" * 3000,
    "的" * 500,
    "\n\n\n",
    "1" * 400,
)
WORDS = ("同意", "不同意", "撤回同意", "1", "2", "3", "都不是", "有用", "没用", "谢谢", "转人工", "那孕妇呢", "那晚上呢", "吃了", "稍后", "退订",
         "订阅", "打卡 血压 130/85", "血糖 空腹 6.5", "血压 195/120", "每天早上8点提醒我吃药", "参加 21天护眼", "我的打卡", "隐私", "帮助")  # fmt: skip
EVERY = 500
"""After so many messages an hour passes."""


class Speaker:
    """Makes up messages; deterministic."""

    def __init__(self, library: Library, seed: int) -> None:
        self._dice = random.Random(seed)
        self._asked = [said for faq in library.faqs.values() for said in (faq.question, *faq.ask, *faq.examples.miss)]
        self._foreign = [line for lines in bank().values() for line in lines]
        self._commands = [f"#{name}" for command in COMMANDS for name in (command.name,)]

    def next(self) -> tuple[str, str, str | None, bytes | None]:
        """(who, text, room, image)."""
        dice = self._dice
        staff = dice.random() < 0.15
        who = dice.choice([*ROLES]) if staff else dice.choice(PATIENTS)
        text = self._staff() if staff or dice.random() < 0.02 else self._patient()
        room = dice.choice([None, None, None, STAFF if staff else ROOM])
        if room and dice.random() < 0.5:
            text = f"@杏林 {text}"
        return who, text[:4000], room, b"png" if dice.random() < 0.01 else None

    def _patient(self) -> str:
        dice = self._dice
        one, other = dice.choice(self._asked), dice.choice(self._foreign)
        kind = dice.randrange(8)
        if kind == 0:
            return dice.choice([*disturbed(one).values()])
        if kind == 1:
            return one[: dice.randrange(len(one) + 1)] + dice.choice(NOISE) + other
        if kind == 2:
            return f"{one}？{dice.choice(['还有', '另外', '2. ', ''])}{other}"
        return dice.choice([one, other, dice.choice(WORDS), dice.choice(NOISE), one])

    def _staff(self) -> str:
        dice = self._dice
        rest = dice.choice(
            ["", "1", "2 好的", "dm-fruit", "99999999999999999999", dice.choice(PATIENTS), dice.choice(NOISE)]
        )
        return f"{dice.choice(self._commands)} {rest}" if dice.random() < 0.8 else dice.choice(self._asked)


async def fuzz(messages: int, seed: int = 1, progress: Any = None) -> dict[str, Any]:
    """{messages, seconds, handlers, not_done}; raises when a message raised."""
    configure("critical")
    library = load()
    speaker = Speaker(library, seed)
    persons: dict[str, dict[str, Any]] = {name: {} for name in PATIENTS} | {n: {"role": r} for n, r in ROLES.items()}
    world = World(
        NINE,
        persons,
        {ROOM: [*PATIENTS, *ROLES], STAFF: [*ROLES]},
        {"limits": {"messages_a_minute": 1000, "room_questions_a_minute": 1000}},
        library,
    )
    await world.start()
    await world.give_consent(PATIENTS[:30])
    started = time.perf_counter()
    for number in range(1, messages + 1):
        who, text, room, image = speaker.next()
        if not text.startswith(("#重载", "@杏林 #重载")):
            await world.say(who, text, room, image)
        if number % EVERY == 0:
            await world.wait(dt.timedelta(hours=1))
        if progress is not None:
            progress(number)
    seconds = time.perf_counter() - started
    with world.app.database.reading() as work:
        rows = work.connection.execute(select(INBOX.c.state, func.count()).group_by(INBOX.c.state)).all()
        by = work.connection.execute(select(INBOX.c.handled_by, func.count()).group_by(INBOX.c.handled_by)).all()
    await world.close()
    states = {str(state): int(count) for state, count in rows}
    return {
        "messages": messages,
        "seconds": seconds,
        "handlers": Counter({str(name): int(count) for name, count in by}),
        "not_done": {state: count for state, count in states.items() if state != "done"},
    }


def main() -> None:
    messages = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    console = Console(stderr=True)
    with Progress(console=console, transient=True) as bar:
        task = bar.add_task("消息", total=messages)
        found = asyncio.run(fuzz(messages, progress=lambda done: bar.update(task, completed=done)))
    table = Table("处理", "条数")
    for name, count in found["handlers"].most_common():
        table.add_row(name or "（静默）", str(count))
    console.print(table)
    print(f"{found['messages']} messages, {found['seconds']:.0f} s, not done: {found['not_done'] or 'none'}")
    sys.exit(1 if found["not_done"] else 0)


if __name__ == "__main__":
    main()

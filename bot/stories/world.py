"""A fresh community in memory with a clock that stands still: where stories, tests and simulations take place."""

from __future__ import annotations

import datetime as dt
import re
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from bot import wiring
from bot.app import App
from bot.channels.base import Contact, EventKind, RawEvent
from bot.channels.memory import MemoryChannel, Sent
from bot.clock import ManualClock
from bot.config import Config, load, merged, place
from handlers.contract import stored
from playbooks.library import Library
from playbooks.schema.source import read
from storage.queries import outbox, people, profile
from storage.types import keyring
from storage.work import Database

KEY = b"a key for stories and tests only"
ROLES = {
    "owner": "owner",
    "manager": "manager",
    "clinician": "clinician",
    "doctor": "clinician",
    "nurse": "clinician",
    "expert": "expert",
    "adviser": "adviser",
    "supervisor": "supervisor",
    "管理员": "manager",
    "医生": "clinician",
    "专家": "expert",
    "顾问": "adviser",
}
STAFF_ROOM = re.compile(r"工作人员|工作群|值班群")
TINY_PNG = bytes.fromhex("89504e470d0a1a0a")


class World:
    """People and rooms by their shown names; `say`, `join`, `wait`, `restart` return what was sent meanwhile."""

    def __init__(
        self,
        start: dt.datetime,
        people: Mapping[str, Mapping[str, Any]] | None = None,
        rooms: Mapping[str, Sequence[str]] | None = None,
        config: Mapping[str, Any] | None = None,
        library: Library | None = None,
        folder: Path | None = None,
        base: Path | None = None,
    ) -> None:
        keyring.use(KEY)
        self._scratch = tempfile.TemporaryDirectory(prefix="xinglin-")
        self._file = (folder or Path(self._scratch.name)) / "world.db"
        self.clock = ManualClock(start)
        self.people: dict[str, dict[str, Any]] = {name: dict(facts) for name, facts in (people or {}).items()}
        self.rooms = {topic: list(members) for topic, members in (rooms or {}).items()}
        for member in (one for members in self.rooms.values() for one in members):
            self.people.setdefault(member, {})
        self.config = self._configured(config or {}, base)
        self._library = library
        self._messages = 0
        self._account = "bot"
        self._boot()

    def _configured(self, overrides: Mapping[str, Any], base: Path | None) -> Config:
        staff = [
            {"channel": "memory", "id": person_id(name), "roles": self._roles(facts)}
            for name, facts in self.people.items()
            if self._roles(facts)
        ]
        rooms = [{"channel": "memory", "id": room_id(topic)} for topic in self.rooms if self._is_staff_room(topic)]
        drafts = {"drafts": str(self._file.parent / "drafts")}
        own = {"channel": "memory", "staff": staff, "staff_rooms": rooms, "playbooks": drafts}
        return load(base, merged(own, overrides))

    @staticmethod
    def _roles(facts: Mapping[str, Any]) -> list[str]:
        named = facts.get("roles") or facts.get("role") or []
        return [ROLES[one] for one in ([named] if isinstance(named, str) else named) if one in ROLES]

    def _is_staff_room(self, topic: str) -> bool:
        return bool(STAFF_ROOM.search(topic)) and all(self._roles(self.people[one]) for one in self.rooms[topic])

    def _boot(self) -> None:
        fresh = not self._file.exists()
        database = Database(f"sqlite:///{self._file}", durable=False)
        if fresh:
            database.create_all()
        self.desk = wiring.desk(self.config, database, self.clock, self._library)
        self.channel = MemoryChannel(self.clock.now, self._file.with_suffix(".journal"), account=self._account)
        self.app = App(self.desk, {"memory": self.channel}, live=False)
        if fresh:
            self._settle_in(database)

    def _settle_in(self, database: Database) -> None:
        """Everybody and every room is known from the start, as after the bot has been in the rooms for a while."""
        now = self.clock.now()
        with database.transaction() as work:
            for name in self.people:
                people.meet(work, "memory", person_id(name), name, now)
            for topic, members in self.rooms.items():
                room = people.enter(work, "memory", room_id(topic), topic)
                people.change_room(work, stored(room.id), is_staff=self._is_staff_room(topic))
                for name in members:
                    person = people.meet(work, "memory", person_id(name), name, now)
                    people.note_member(work, stored(room.id), stored(person.id), now)

    async def start(self) -> None:
        await self.app.start()

    async def give_consent(self, names: Sequence[str]) -> None:
        """These people have agreed before the story begins."""
        with self.app.database.transaction() as work:
            for name in names:
                person = people.meet(work, "memory", person_id(name), name, self.clock.now())
                profile.give_consent(
                    work, stored(person.id), "health", self.config.consent.version, self.clock.now(), None
                )

    async def set_facts(self) -> None:
        """What the story says of its people beside their roles becomes facts of theirs."""
        with self.app.database.transaction() as work:
            for name, facts in self.people.items():
                person = people.meet(work, "memory", person_id(name), name, self.clock.now())
                for fact, value in facts.items():
                    if fact not in ("role", "roles") and isinstance(value, str | int | float):
                        profile.set_fact(work, stored(person.id), fact, str(value), self.clock.now())

    # -- what happens ----------------------------------------------------------

    async def say(self, who: str, text: str, room: str | None = None, image: bytes | None = None) -> list[Sent]:
        """Somebody writes, in private or in a room; `@杏林` in a room mentions the bot."""
        mentioned = [name for name in self.people if f"@{name}" in text]
        kind = EventKind.TEXT if image is None else EventKind.IMAGE
        at_bot = room is not None and f"@{self.config.community.bot_name}" in text
        return await self.happen(
            kind, who, room, text=text, mentions=tuple(map(person_id, mentioned)), mentions_bot=at_bot, image=image
        )

    async def join(self, who: str, room: str, invited_by: str | None = None) -> list[Sent]:
        self.people.setdefault(who, {})
        if who not in self.rooms.setdefault(room, []):
            self.rooms[room].append(who)
        return await self.happen(EventKind.JOIN, invited_by or who, room, people=(contact(who),))

    async def leave(self, who: str, room: str) -> list[Sent]:
        if who in self.rooms.get(room, []):
            self.rooms[room].remove(who)
        return await self.happen(EventKind.LEAVE, who, room, people=(contact(who),))

    async def befriend(self, who: str) -> list[Sent]:
        return await self.happen(EventKind.FRIEND, who, None)

    async def happen(self, kind: EventKind, who: str, room: str | None, **more: Any) -> list[Sent]:
        """One event from the platform, until nothing more is due at this instant."""
        self.people.setdefault(who, {})
        self._messages += 1
        raw = RawEvent(
            channel="memory",
            message_id=f"m{self._messages}",
            at=self.clock.now(),
            kind=kind,
            sender=contact(who),
            room=room_id(room) if room else None,
            room_topic=room or "",
            **more,
        )
        before = len(self.channel.sent)
        await self.app.accept(raw)
        await self.app.settle()
        return self.channel.sent[before:]

    async def edit(self, files: Mapping[str, Mapping[str, Any] | None]) -> list[Sent]:
        """Playbook files are saved or deleted, by `kind/id`, in a copy of the folders; the watcher sees it."""
        folder = self._own_playbooks()
        for name, fields in files.items():
            kind, entry = name.split("/")
            file = next(folder.rglob(f"{kind}/{entry}.yaml"), folder / kind / f"{entry}.yaml")
            if fields is None:
                file.unlink()
                continue
            known = read(file).data if file.exists() else {"kind": kind, "id": entry}
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(
                yaml.safe_dump(merged(known, fields), allow_unicode=True, sort_keys=False), encoding="utf-8"
            )
        before = len(self.channel.sent)
        await self.app.look_again()
        await self.app.settle()
        return self.channel.sent[before:]

    def _own_playbooks(self) -> Path:
        """The folders of this world's playbooks, copied the first time that somebody edits them."""
        folder = Path(self._scratch.name) / "playbooks"
        if not folder.exists():
            for number, source in enumerate(self.config.playbooks.folders):
                shutil.copytree(place(source), folder / str(number))
            own = self.config.playbooks.model_copy(update={"folders": (folder,)})
            self.config = self.desk.config = self.config.model_copy(update={"playbooks": own})
            self._library = None
        return folder

    def by_of(self, sent: Sequence[Sent]) -> dict[str, str]:
        """Delivery key → handler or rule it came from; several, with spaces between, when it was several messages."""
        with self.app.database.reading() as work:
            rows = outbox.messages(work, [int(one.delivery.key[1:]) for one in sent])
        return {f"x{number}": " ".join(row["by"] for row in those) for number, those in rows.items()}

    async def until(self, to: dt.datetime) -> list[Sent]:
        before = len(self.channel.sent)
        await self.app.advance(to)
        return self.channel.sent[before:]

    async def wait(self, span: dt.timedelta) -> list[Sent]:
        return await self.until(self.clock.now() + span)

    async def login(self, account: str) -> list[Sent]:
        """Another account of ours is logged in at the platform."""
        self._account = self.channel.account = account
        return await self.wait(dt.timedelta())

    async def warn(self, times: int) -> list[Sent]:
        """The platform turns the next sends away and says that it is too much."""
        self.channel.warnings = times
        return []

    async def restart(self) -> list[Sent]:
        """The process dies without a word and starts again on the same database."""
        self.app.writer.shutdown(wait=True)
        self.app.database.close()
        self._boot()
        await self.app.start()
        await self.app.settle()
        return list(self.channel.sent)

    async def close(self) -> None:
        await self.app.stop()
        self._scratch.cleanup()


def person_id(name: str) -> str:
    return f"person-{name}"


def room_id(topic: str) -> str:
    return f"room-{topic}"


def contact(name: str) -> Contact:
    return Contact(person_id(name), name)


def name_of(platform_id: str) -> str:
    """The shown name behind an id of this world."""
    return platform_id.split("-", 1)[1]
